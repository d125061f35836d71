"""Number of frames behind each estimate."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE detection_events ADD COLUMN decision_frames INTEGER")
