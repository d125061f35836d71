"""The occasion of a self-report, and kiosks with personal codes."""

from alembic import op

revision = "0025"
down_revision = "0024"

_TABLES = {
    "sqlite": (
        """CREATE TABLE kiosks (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, location TEXT NOT NULL, secret_hash TEXT
      NOT NULL, created_by TEXT, created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL, ended_at
      TEXT, CONSTRAINT uq_kiosks_secret_hash UNIQUE (secret_hash), CONSTRAINT ck_kiosks_created_at_form CHECK
      (created_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_kiosks_ended_at_form CHECK (ended_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
        """CREATE TABLE kiosk_codes (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER NOT NULL,
      code_hash TEXT NOT NULL, created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL, CONSTRAINT
      fk_kiosk_codes_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id), CONSTRAINT
      uq_kiosk_codes_code_hash UNIQUE (code_hash), CONSTRAINT ck_kiosk_codes_created_at_form CHECK (created_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    ),
    "postgresql": (
        """CREATE TABLE kiosks (id SERIAL NOT NULL, location TEXT NOT NULL, secret_hash TEXT NOT NULL, created_by TEXT,
      created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, ended_at TIMESTAMP WITH TIME ZONE,
      CONSTRAINT pk_kiosks PRIMARY KEY (id), CONSTRAINT uq_kiosks_secret_hash UNIQUE (secret_hash))""",
        """CREATE TABLE kiosk_codes (id SERIAL NOT NULL, employee_id INTEGER NOT NULL, code_hash TEXT NOT NULL,
      created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, CONSTRAINT pk_kiosk_codes PRIMARY KEY
      (id), CONSTRAINT fk_kiosk_codes_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id), CONSTRAINT
      uq_kiosk_codes_code_hash UNIQUE (code_hash))""",
    ),
}


def upgrade() -> None:
    op.execute("ALTER TABLE self_reports ADD COLUMN occasion TEXT DEFAULT 'own' NOT NULL")
    for statement in _TABLES[op.get_bind().dialect.name]:
        op.execute(statement)
    op.execute("CREATE INDEX ix_kiosk_codes_employee_id ON kiosk_codes (employee_id)")
