"""Expression reference of a still: the logits of the relaxed face, beside the embedding."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("ALTER TABLE face_samples ADD COLUMN expression TEXT")
