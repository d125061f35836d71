"""Indexes that find detections of a rare expression, of all persons or of one, without reading the others."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    differs = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    op.execute(
        "CREATE INDEX ix_detection_events_emotion_timestamp ON detection_events (emotion, timestamp)"
        f" WHERE emotion {differs} 'neutral'"
    )
    op.execute(
        "CREATE INDEX ix_detection_events_employee_id_emotion_timestamp"
        " ON detection_events (employee_id, emotion, timestamp) WHERE 'neutral' <> emotion"
    )
