"""Which database this is, for devices that keep messages with its row ids."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE database_identity (
      only_row INTEGER NOT NULL, id TEXT NOT NULL, CONSTRAINT pk_database_identity PRIMARY KEY (only_row),
      CONSTRAINT ck_database_identity_only_row CHECK (only_row = 1))"""
    )
