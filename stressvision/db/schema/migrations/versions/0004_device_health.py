"""What a device tells of its own health: how hot it is, whether it is slowed down, and how far its clock is off."""

from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = ("temperature FLOAT", "throttled BOOLEAN", "clock_ahead_seconds FLOAT")


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE devices ADD COLUMN {column}")
