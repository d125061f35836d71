"""Roll-ups of detections per minute, hour and day, the triggers that maintain them, and the counts so far."""

from alembic import op

from stressvision.db.schema.rollups import TABLES, create_rollup_triggers, recount_rollups

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    connection = op.get_bind()
    for table in TABLES:
        table.create(connection)
    create_rollup_triggers(connection)
    recount_rollups(connection)
