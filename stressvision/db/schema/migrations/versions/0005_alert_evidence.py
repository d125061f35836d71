"""Evidence, silences and history of alerts."""

from alembic import op

revision = "0005"
down_revision = "0004"

_FORM = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"

_COLUMNS = (
    "device_id TEXT",
    "evidence_minutes JSON",
    "usual_share FLOAT",
    "usual_days INTEGER",
    "error_chance FLOAT",
    "escalation_level INTEGER DEFAULT 0 NOT NULL",
)

_TABLES = {
    "sqlite": (
        f"""ALTER TABLE alerts ADD COLUMN evidence_start TEXT
          CONSTRAINT ck_alerts_evidence_start_form CHECK (evidence_start GLOB '{_FORM}')""",
        f"""CREATE TABLE alert_silences (
          id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, employee_id INTEGER, device_id TEXT, reason TEXT NOT NULL,
          starts_at TEXT NOT NULL, ends_at TEXT NOT NULL, created_by TEXT, ended_at TEXT, ended_by TEXT,
          CONSTRAINT fk_alert_silences_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
          CONSTRAINT ck_alert_silences_starts_at_form CHECK (starts_at GLOB '{_FORM}'),
          CONSTRAINT ck_alert_silences_ends_at_form CHECK (ends_at GLOB '{_FORM}'),
          CONSTRAINT ck_alert_silences_ended_at_form CHECK (ended_at GLOB '{_FORM}'))""",
        f"""CREATE TABLE alert_events (
          id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, alert_id INTEGER, employee_id INTEGER, silence_id INTEGER,
          timestamp TEXT NOT NULL, kind TEXT NOT NULL, user_id TEXT, notes TEXT, details JSON,
          CONSTRAINT fk_alert_events_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id),
          CONSTRAINT fk_alert_events_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
          CONSTRAINT fk_alert_events_silence_id FOREIGN KEY(silence_id) REFERENCES alert_silences (id),
          CONSTRAINT ck_alert_events_timestamp_form CHECK (timestamp GLOB '{_FORM}'))""",
    ),
    "postgresql": (
        "ALTER TABLE alerts ADD COLUMN evidence_start TIMESTAMP WITH TIME ZONE",
        """CREATE TABLE alert_silences (
          id SERIAL NOT NULL, employee_id INTEGER, device_id TEXT, reason TEXT NOT NULL,
          starts_at TIMESTAMP WITH TIME ZONE NOT NULL, ends_at TIMESTAMP WITH TIME ZONE NOT NULL, created_by TEXT,
          ended_at TIMESTAMP WITH TIME ZONE, ended_by TEXT, CONSTRAINT pk_alert_silences PRIMARY KEY (id),
          CONSTRAINT fk_alert_silences_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id))""",
        """CREATE TABLE alert_events (
          id SERIAL NOT NULL, alert_id INTEGER, employee_id INTEGER, silence_id INTEGER,
          timestamp TIMESTAMP WITH TIME ZONE NOT NULL, kind TEXT NOT NULL, user_id TEXT, notes TEXT, details JSON,
          CONSTRAINT pk_alert_events PRIMARY KEY (id),
          CONSTRAINT fk_alert_events_alert_id FOREIGN KEY(alert_id) REFERENCES alerts (id),
          CONSTRAINT fk_alert_events_employee_id FOREIGN KEY(employee_id) REFERENCES employees (id),
          CONSTRAINT fk_alert_events_silence_id FOREIGN KEY(silence_id) REFERENCES alert_silences (id))""",
    ),
}

_INDEXES = (
    "ix_alerts_device_id_timestamp ON alerts (device_id, timestamp)",
    "ix_alert_silences_employee_id_ends_at ON alert_silences (employee_id, ends_at)",
    "ix_alert_silences_device_id_ends_at ON alert_silences (device_id, ends_at)",
    "ix_alert_events_alert_id ON alert_events (alert_id)",
    "ix_alert_events_employee_id_timestamp ON alert_events (employee_id, timestamp)",
    "ix_alert_events_silence_id ON alert_events (silence_id)",
)

_TRIGGER = {
    "sqlite": """CREATE TRIGGER alert_escalated AFTER UPDATE OF escalation_level ON alerts
       WHEN NEW.escalation_level > OLD.escalation_level BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_escalated', NEW.id); END""",
    "postgresql": """CREATE TRIGGER alert_escalated AFTER UPDATE OF escalation_level ON alerts FOR EACH ROW
       WHEN (NEW.escalation_level > OLD.escalation_level) EXECUTE FUNCTION record_change('alert_escalated')""",
}

# The history of existing alerts, as far as their columns contain it.
_HISTORY = (
    "SELECT id, employee_id, timestamp, 'raised', NULL, NULL FROM alerts",
    """SELECT id, employee_id, acknowledged_at, 'acknowledged', acknowledged_by, NULL FROM alerts
       WHERE acknowledged_at IS NOT NULL""",
    """SELECT id, employee_id, resolved_at, 'resolved', resolved_by, resolution_notes FROM alerts
       WHERE resolved_at IS NOT NULL""",
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    # In the order of the columns in db/schema/tables.
    op.execute(f"ALTER TABLE alerts ADD COLUMN {_COLUMNS[0]}")
    for statement in _TABLES[dialect]:
        op.execute(statement)
    for column in _COLUMNS[1:]:
        op.execute(f"ALTER TABLE alerts ADD COLUMN {column}")
    for index in _INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute(_TRIGGER[dialect])
    for rows in _HISTORY:
        op.execute(f"INSERT INTO alert_events (alert_id, employee_id, timestamp, kind, user_id, notes) {rows}")
