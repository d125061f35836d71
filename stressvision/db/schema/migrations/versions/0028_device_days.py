"""Detections per camera and UTC day; on PostgreSQL, triggers that run once for all detections of a statement."""

from alembic import op

from stressvision.db.schema.rollups import (
    add_device_days,
    create_detection_rollup_triggers,
    drop_detection_rollup_triggers,
)
from stressvision.db.schema.tables import device_days
from stressvision.db.schema.triggers import create_count_triggers, create_stored_trigger

revision = "0028"
down_revision = "0027"

_FUNCTIONS = ("count_detection", "detections_uncounted", "record_detections")
"""With the triggers that run them. Earlier migrations create those of this version."""


def upgrade() -> None:
    connection = op.get_bind()
    # Migration 0018 creates all roll-ups of this version.
    device_days.create(connection, checkfirst=True)
    drop_detection_rollup_triggers(connection)
    create_detection_rollup_triggers(connection)
    add_device_days(connection)
    if connection.dialect.name != "postgresql":
        return
    op.execute("DROP TRIGGER IF EXISTS detection_stored ON detection_events")
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    for statement in (*create_stored_trigger(), *create_count_triggers()):
        op.execute(statement)
