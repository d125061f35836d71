"""Settings of each camera: masks, zones, schedule, sizes of faces, and its pause."""

from alembic import op

revision = "0015"
down_revision = "0014"

_FORM = "GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'"
_CAMERA_SETTINGS = {
    "sqlite": f"""CREATE TABLE camera_settings (
      device_id TEXT NOT NULL, revision INTEGER NOT NULL, view JSON NOT NULL, changed_at TEXT, changed_by TEXT,
      paused_until TEXT, pause_reason TEXT, paused_by TEXT, CONSTRAINT pk_camera_settings PRIMARY KEY (device_id),
      CONSTRAINT ck_camera_settings_changed_at_form CHECK (changed_at {_FORM}),
      CONSTRAINT ck_camera_settings_paused_until_form CHECK (paused_until {_FORM}))""",
    "postgresql": """CREATE TABLE camera_settings (
      device_id TEXT NOT NULL, revision INTEGER NOT NULL, view JSON NOT NULL, changed_at TIMESTAMP WITH TIME ZONE,
      changed_by TEXT, paused_until TIMESTAMP WITH TIME ZONE, pause_reason TEXT, paused_by TEXT,
      CONSTRAINT pk_camera_settings PRIMARY KEY (device_id))""",
}


def upgrade() -> None:
    op.execute(_CAMERA_SETTINGS[op.get_bind().dialect.name])
