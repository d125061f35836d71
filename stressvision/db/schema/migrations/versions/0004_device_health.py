"""Health of a device: temperature, throttling and clock offset."""

from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = ("temperature FLOAT", "throttled BOOLEAN", "clock_ahead_seconds FLOAT")


def upgrade() -> None:
    for column in _COLUMNS:
        op.execute(f"ALTER TABLE devices ADD COLUMN {column}")
