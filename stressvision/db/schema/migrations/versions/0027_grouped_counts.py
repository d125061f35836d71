"""Counts of deleted detections, which PostgreSQL subtracts once per statement; SQLite knows no such triggers."""

from alembic import op

from stressvision.db.schema.rollups import create_rollup_triggers
from stressvision.db.schema.triggers import create_count_triggers

revision = "0027"
down_revision = "0026"

_FUNCTIONS = (
    *("count_detection", "roll_up_detection", "fold_detections", "roll_up_employee_hour", "begin_employee_hour"),
    *("end_employee_hour", "move_employee_hours", "detections_removed", "detections_uncounted"),
    *("employee_hours_added", "employee_hours_changed", "employee_hours_ended"),
)
"""With the triggers that run them. Migration 0018 creates those of this version."""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for name in _FUNCTIONS:
        op.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    for statement in create_count_triggers():
        op.execute(statement)
    create_rollup_triggers(connection)
