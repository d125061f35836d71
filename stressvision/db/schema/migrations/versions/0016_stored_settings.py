"""Settings changed in the console."""

from alembic import op

revision = "0016"
down_revision = "0015"

_STORED_SETTINGS = {
    "sqlite": """CREATE TABLE stored_settings (
      name TEXT NOT NULL, value TEXT NOT NULL, recorded_by TEXT, recorded_at TEXT NOT NULL,
      CONSTRAINT pk_stored_settings PRIMARY KEY (name),
      CONSTRAINT ck_stored_settings_recorded_at_form CHECK (recorded_at GLOB
        '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE stored_settings (
      name TEXT NOT NULL, value TEXT NOT NULL, recorded_by TEXT, recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
      CONSTRAINT pk_stored_settings PRIMARY KEY (name))""",
}


def upgrade() -> None:
    op.execute(_STORED_SETTINGS[op.get_bind().dialect.name])
