"""How the relaxed face of a still reads, beside the still's embedding."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("ALTER TABLE face_samples ADD COLUMN expression TEXT")
