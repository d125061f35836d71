"""Releases that have used the database."""

from alembic import op

revision = "0017"
down_revision = "0016"

_RELEASES = {
    "sqlite": """CREATE TABLE releases (
      version TEXT NOT NULL, revision TEXT NOT NULL, first_used_at TEXT NOT NULL,
      CONSTRAINT pk_releases PRIMARY KEY (version),
      CONSTRAINT ck_releases_first_used_at_form CHECK (first_used_at GLOB
        '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE releases (
      version TEXT NOT NULL, revision TEXT NOT NULL, first_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
      CONSTRAINT pk_releases PRIMARY KEY (version))""",
}


def upgrade() -> None:
    op.execute(_RELEASES[op.get_bind().dialect.name])
