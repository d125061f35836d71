"""Personal links, self-reports, requests for correction and pauses of recognition."""

from alembic import op

revision = "0022"
down_revision = "0021"

_TABLES = {
    "sqlite": (
        """CREATE TABLE person_links (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER NOT NULL,
      secret_hash TEXT NOT NULL, created_by TEXT, created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f',
      'now')) NOT NULL, expires_at TEXT NOT NULL, opened_at TEXT, CONSTRAINT fk_person_links_employee_id
      FOREIGN KEY(employee_id) REFERENCES employees (id), CONSTRAINT uq_person_links_secret_hash UNIQUE
      (secret_hash), CONSTRAINT ck_person_links_created_at_form CHECK (created_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_person_links_expires_at_form CHECK (expires_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_person_links_opened_at_form CHECK (opened_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
        """CREATE TABLE self_reports (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER NOT NULL,
      reported_at TEXT NOT NULL, sleepiness INTEGER, tension INTEGER, CONSTRAINT fk_self_reports_employee_id
      FOREIGN KEY(employee_id) REFERENCES employees (id), CONSTRAINT ck_self_reports_reported_at_form CHECK
      (reported_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
        """CREATE TABLE person_requests (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER NOT
      NULL, detail TEXT NOT NULL, created_at TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')) NOT NULL,
      closed_at TEXT, closed_by TEXT, reason TEXT, CONSTRAINT fk_person_requests_employee_id FOREIGN
      KEY(employee_id) REFERENCES employees (id), CONSTRAINT ck_person_requests_created_at_form CHECK
      (created_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_person_requests_closed_at_form CHECK (closed_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
        """CREATE TABLE recognition_pauses (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER NOT
      NULL, starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, CONSTRAINT fk_recognition_pauses_employee_id
      FOREIGN KEY(employee_id) REFERENCES employees (id), CONSTRAINT ck_recognition_pauses_starts_at_form
      CHECK (starts_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'),
      CONSTRAINT ck_recognition_pauses_ends_at_form CHECK (ends_at GLOB
      '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]'))""",
    ),
    "postgresql": (
        """CREATE TABLE person_links (id SERIAL NOT NULL, employee_id INTEGER NOT NULL, secret_hash TEXT NOT NULL,
      created_by TEXT, created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, expires_at
      TIMESTAMP WITH TIME ZONE NOT NULL, opened_at TIMESTAMP WITH TIME ZONE, CONSTRAINT pk_person_links
      PRIMARY KEY (id), CONSTRAINT fk_person_links_employee_id FOREIGN KEY(employee_id) REFERENCES employees
      (id), CONSTRAINT uq_person_links_secret_hash UNIQUE (secret_hash))""",
        """CREATE TABLE self_reports (id SERIAL NOT NULL, employee_id INTEGER NOT NULL, reported_at TIMESTAMP WITH
      TIME ZONE NOT NULL, sleepiness INTEGER, tension INTEGER, CONSTRAINT pk_self_reports PRIMARY KEY (id),
      CONSTRAINT fk_self_reports_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id))""",
        """CREATE TABLE person_requests (id SERIAL NOT NULL, employee_id INTEGER NOT NULL, detail TEXT NOT NULL,
      created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL, closed_at TIMESTAMP WITH TIME
      ZONE, closed_by TEXT, reason TEXT, CONSTRAINT pk_person_requests PRIMARY KEY (id), CONSTRAINT
      fk_person_requests_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id))""",
        """CREATE TABLE recognition_pauses (id SERIAL NOT NULL, employee_id INTEGER NOT NULL, starts_at TIMESTAMP
      WITH TIME ZONE NOT NULL, ends_at TIMESTAMP WITH TIME ZONE NOT NULL, CONSTRAINT pk_recognition_pauses
      PRIMARY KEY (id), CONSTRAINT fk_recognition_pauses_employee_id FOREIGN KEY(employee_id) REFERENCES
      employees (id))""",
    ),
}
_INDEXES = (
    "CREATE INDEX ix_person_links_employee_id ON person_links (employee_id)",
    "CREATE INDEX ix_self_reports_employee_id ON self_reports (employee_id)",
    "CREATE INDEX ix_self_reports_reported_at ON self_reports (reported_at)",
    "CREATE INDEX ix_person_requests_closed_at ON person_requests (closed_at)",
    "CREATE INDEX ix_person_requests_employee_id ON person_requests (employee_id)",
    "CREATE INDEX ix_recognition_pauses_employee_id_ends_at ON recognition_pauses (employee_id, ends_at)",
)


def upgrade() -> None:
    for statement in (*_TABLES[op.get_bind().dialect.name], *_INDEXES):
        op.execute(statement)
