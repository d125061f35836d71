"""Triggers that write the change feed, maintain totals and protect the audit log, for every writing program."""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from stressvision.db.engine.connection import WRITE_LOCK_KEY
from stressvision.db.engine.types import STORED_MOMENT_GLOB
from stressvision.db.schema.rollup_groups import ADD_TOTALS, create_insert_trigger, create_total_trigger
from stressvision.db.schema.rollups import create_rollup_triggers

_SQLITE = (
    """CREATE TRIGGER detection_stored AFTER INSERT ON detection_events BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('detection', NEW.id); END""",
    """CREATE TRIGGER alert_raised AFTER INSERT ON alerts BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert', NEW.id); END""",
    """CREATE TRIGGER alert_changed AFTER UPDATE OF status ON alerts
       WHEN NEW.status <> OLD.status AND NEW.status IN ('acknowledged', 'resolved') BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_' || NEW.status, NEW.id); END""",
    """CREATE TRIGGER alert_reopened AFTER UPDATE OF status ON alerts
       WHEN NEW.status = 'pending' AND OLD.status <> 'pending' BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_reopened', NEW.id); END""",
    """CREATE TRIGGER alert_escalated AFTER UPDATE OF escalation_level ON alerts
       WHEN NEW.escalation_level > OLD.escalation_level BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('alert_escalated', NEW.id); END""",
    """CREATE TRIGGER report_written AFTER INSERT ON reports_15min BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('report', NEW.id); END""",
    """CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min
       WHEN NEW.revision <> OLD.revision BEGIN
         INSERT INTO changes(kind, entity_id) VALUES ('report_revised', NEW.id); END""",
    """CREATE TRIGGER detection_counted AFTER INSERT ON detection_events BEGIN
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END""",
    """CREATE TRIGGER detection_uncounted AFTER DELETE ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, ''); END""",
    """CREATE TRIGGER detection_recounted AFTER UPDATE OF device_id, employee_id, emotion ON detection_events BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, '');
         INSERT INTO detection_totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = count + 1; END""",
    """CREATE TRIGGER audit_chained BEFORE INSERT ON audit_log WHEN NEW.hash IS NULL OR NEW.previous_hash IS NULL BEGIN
         SELECT RAISE(ABORT, 'audit_log takes chained rows only'); END""",
    """CREATE TRIGGER audit_kept BEFORE UPDATE ON audit_log BEGIN
         SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
    """CREATE TRIGGER audit_trimmed BEFORE DELETE ON audit_log
       WHEN OLD.id > COALESCE((SELECT json_extract(details, '$.through') FROM
         (SELECT action, details FROM audit_log ORDER BY id DESC LIMIT 1) WHERE action = 'audit_trimmed'), 0) BEGIN
         SELECT RAISE(ABORT, 'audit_log is append-only'); END""",
)


_TAKE_WRITE_LOCK = f"PERFORM pg_advisory_xact_lock({WRITE_LOCK_KEY})"


def create_count_triggers() -> Iterator[str]:
    """Yield PostgreSQL's statements that create the triggers by which totals follow changes and deletions."""
    yield """CREATE FUNCTION count_detection() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         UPDATE detection_totals SET count = count - 1 WHERE device_id = OLD.device_id
           AND employee_id = COALESCE(OLD.employee_id, 0) AND emotion = COALESCE(OLD.emotion, '');
         INSERT INTO detection_totals AS totals VALUES
           (NEW.device_id, COALESCE(NEW.employee_id, 0), COALESCE(NEW.emotion, ''), 1)
         ON CONFLICT (device_id, employee_id, emotion) DO UPDATE SET count = totals.count + 1;
         RETURN NULL;
       END $$"""
    yield """CREATE TRIGGER detection_recounted AFTER UPDATE OF device_id, employee_id, emotion
       ON detection_events FOR EACH ROW EXECUTE FUNCTION count_detection()"""
    yield from create_total_trigger()


def create_stored_trigger() -> Iterator[str]:
    """Yield PostgreSQL's statements that create the trigger of the change feed and totals for stored detections."""
    feed = "INSERT INTO changes(kind, entity_id) SELECT 'detection', id FROM added ORDER BY id"
    body = f"{_TAKE_WRITE_LOCK}; {feed}; {ADD_TOTALS}; NOTIFY stressvision_changes;"
    yield from create_insert_trigger("detection_stored", "record_detections", body)


# A program that writes without connection.py takes the write lock here, so that feed ids appear in commit order.
_POSTGRESQL = (
    f"""CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         {_TAKE_WRITE_LOCK};
         INSERT INTO changes(kind, entity_id) VALUES (TG_ARGV[0] || CASE
           WHEN TG_ARGV[0] = 'alert' AND TG_OP = 'UPDATE' THEN '_' || (to_jsonb(NEW) ->> 'status') ELSE '' END, NEW.id);
         NOTIFY stressvision_changes;
         RETURN NULL;
       END $$""",  # noqa: S608  a constant of this program
    *create_stored_trigger(),
    """CREATE TRIGGER alert_raised AFTER INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION record_change('alert')""",
    """CREATE TRIGGER alert_changed AFTER UPDATE OF status ON alerts FOR EACH ROW
       WHEN (NEW.status <> OLD.status AND NEW.status IN ('acknowledged', 'resolved'))
       EXECUTE FUNCTION record_change('alert')""",
    """CREATE TRIGGER alert_reopened AFTER UPDATE OF status ON alerts FOR EACH ROW
       WHEN (NEW.status = 'pending' AND OLD.status <> 'pending') EXECUTE FUNCTION record_change('alert_reopened')""",
    """CREATE TRIGGER alert_escalated AFTER UPDATE OF escalation_level ON alerts FOR EACH ROW
       WHEN (NEW.escalation_level > OLD.escalation_level) EXECUTE FUNCTION record_change('alert_escalated')""",
    """CREATE TRIGGER report_written AFTER INSERT ON reports_15min
       FOR EACH ROW EXECUTE FUNCTION record_change('report')""",
    """CREATE TRIGGER report_revised AFTER UPDATE OF revision ON reports_15min FOR EACH ROW
       WHEN (NEW.revision <> OLD.revision) EXECUTE FUNCTION record_change('report_revised')""",
    *create_count_triggers(),
    """CREATE FUNCTION guard_audit() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'INSERT' THEN
           IF NEW.hash IS NOT NULL AND NEW.previous_hash IS NOT NULL THEN RETURN NEW; END IF;
           RAISE EXCEPTION 'audit_log takes chained rows only' USING ERRCODE = 'integrity_constraint_violation';
         END IF;
         IF TG_OP = 'DELETE' AND OLD.id <= COALESCE((SELECT (details ->> 'through')::bigint FROM
             (SELECT action, details FROM audit_log ORDER BY id DESC LIMIT 1) AS newest
             WHERE action = 'audit_trimmed'), 0) THEN
           RETURN OLD;
         END IF;
         RAISE EXCEPTION 'audit_log is append-only' USING ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE TRIGGER audit_guarded BEFORE INSERT OR UPDATE OR DELETE ON audit_log
       FOR EACH ROW EXECUTE FUNCTION guard_audit()""",
    """CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION guard_audit()""",
)


_TIMES = {
    "employees": ("enrollment_date", "consent_date", "last_seen", "created_at", "updated_at"),
    "sessions": ("start_timestamp", "end_timestamp", "created_at"),
    "detection_events": ("timestamp", "created_at"),
    "alerts": ("timestamp", "acknowledged_at", "created_at", "resolved_at", "evidence_start"),
    "reports_15min": ("start_timestamp", "end_timestamp", "generated_at"),
}
"""Columns of times in the tables that people write with SQL."""


def time_triggers() -> Iterator[str]:
    """Yield SQLite's triggers that name the wanted form of a time; the CHECK constraint names only itself."""
    for table, columns in _TIMES.items():
        for verb, event in (("inserted", "INSERT"), ("updated", f"UPDATE OF {', '.join(columns)}")):
            wrong = " OR ".join(f"NEW.{column} NOT GLOB '{STORED_MOMENT_GLOB}'" for column in columns)
            yield f"""CREATE TRIGGER {table}_time_{verb} BEFORE {event} ON {table} WHEN {wrong} BEGIN
         SELECT RAISE(ABORT, 'times are UTC with milliseconds: write strftime(''%Y-%m-%d %H:%M:%f'', ''now'')'); END"""


def create_triggers(connection: Connection) -> None:
    """Create all triggers of the connection's dialect."""
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.execute(text(statement))
    if connection.dialect.name != "postgresql":
        for statement in time_triggers():
            connection.exec_driver_sql(statement)
    create_rollup_triggers(connection)
