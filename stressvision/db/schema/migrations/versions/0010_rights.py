"""Certificates of erasure, and the method of a consent."""

from alembic import op

revision = "0010"
down_revision = "0009"

_ERASURES = {
    "sqlite": """CREATE TABLE erasures (
      id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, certificate_id TEXT NOT NULL, subject_id INTEGER NOT NULL,
      erased_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL, erased_by TEXT, row_counts JSON NOT NULL,
      CONSTRAINT uq_erasures_certificate_id UNIQUE (certificate_id),
      CONSTRAINT ck_erasures_erased_at_form CHECK (erased_at GLOB
        '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    "postgresql": """CREATE TABLE erasures (
      id SERIAL NOT NULL, certificate_id TEXT NOT NULL, subject_id INTEGER NOT NULL,
      erased_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, erased_by TEXT, row_counts JSON NOT NULL,
      CONSTRAINT pk_erasures PRIMARY KEY (id), CONSTRAINT uq_erasures_certificate_id UNIQUE (certificate_id))""",
}


def upgrade() -> None:
    op.execute(_ERASURES[op.get_bind().dialect.name])
    op.execute("ALTER TABLE consents ADD COLUMN method TEXT")
