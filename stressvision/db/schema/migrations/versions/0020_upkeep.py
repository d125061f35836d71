"""Daily samples of the disk, and what needs a repair."""

from alembic import op

revision = "0020"
down_revision = "0019"

_DISK_SAMPLES = """CREATE TABLE disk_samples (
  day TEXT NOT NULL, free_bytes BIGINT NOT NULL, database_bytes BIGINT NOT NULL,
  CONSTRAINT pk_disk_samples PRIMARY KEY (day))"""
_REPAIRS = {
    "sqlite": """CREATE TABLE repairs (
      kind TEXT NOT NULL, is_urgent BOOLEAN NOT NULL, days_left FLOAT, detail TEXT NOT NULL, found_at TEXT NOT NULL,
      CONSTRAINT pk_repairs PRIMARY KEY (kind),
      CONSTRAINT ck_repairs_found_at_form CHECK (found_at GLOB
        '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE repairs (
      kind TEXT NOT NULL, is_urgent BOOLEAN NOT NULL, days_left FLOAT, detail TEXT NOT NULL,
      found_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT pk_repairs PRIMARY KEY (kind))""",
}


def upgrade() -> None:
    op.execute(_DISK_SAMPLES)
    op.execute(_REPAIRS[op.get_bind().dialect.name])
