"""Detections of a rare expression are found without walking all the others."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_detection_events_emotion_timestamp ON detection_events (emotion, timestamp)"
        " WHERE emotion <> 'neutral'"
    )
