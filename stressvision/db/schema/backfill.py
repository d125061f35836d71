"""Derived rows for data written before the tables, triggers and hashes that derive them existed.

Used by the conversion of older databases and by migrations, inside their transaction.
"""

from sqlalchemy import Connection, bindparam, delete, func, insert, literal, null, select, update

from stressvision.db.schema.tables import alert_events, alerts, audit_log, detection_events, detection_totals
from stressvision.db.schema.tables.audit import STORED_ENTRIES, to_entry
from stressvision.domain.alerts import AlertStep
from stressvision.domain.audit import BEGINNING, link_hash

_CHUNK = 1000
_SET_HASHES = (
    update(audit_log)
    .where(audit_log.c.id == bindparam("row_id"))
    .values(previous_hash=bindparam("before"), hash=bindparam("own"))
)


def recount_totals(connection: Connection) -> None:
    """Replace `detection_totals` with a count of all detections."""
    columns = detection_events.c
    counted = select(
        columns.device_id, func.coalesce(columns.employee_id, 0), func.coalesce(columns.emotion, ""), func.count()
    ).group_by(columns.device_id, columns.employee_id, columns.emotion)
    connection.execute(delete(detection_totals))
    connection.execute(insert(detection_totals).from_select([column.name for column in detection_totals.c], counted))


def insert_alert_histories(connection: Connection) -> None:
    """Insert the history of every alert as far as the alert's own columns contain it."""
    known = (
        (AlertStep.RAISED, alerts.c.timestamp, null(), null()),
        (AlertStep.ACKNOWLEDGED, alerts.c.acknowledged_at, alerts.c.acknowledged_by, null()),
        (AlertStep.RESOLVED, alerts.c.resolved_at, alerts.c.resolved_by, alerts.c.resolution_notes),
    )
    names = ["alert_id", "employee_id", "timestamp", "kind", "user_id", "notes"]
    for kind, at, user, notes in known:
        rows = select(alerts.c.id, alerts.c.employee_id, at, literal(str(kind)), user, notes).where(at.is_not(None))
        connection.execute(insert(alert_events).from_select(names, rows))


def chain_audit_rows(connection: Connection) -> None:
    """Set the hashes of every row of the audit log; the triggers that refuse changes must not exist yet."""
    previous = BEGINNING
    after = 0
    page = STORED_ENTRIES.where(audit_log.c.id > bindparam("after")).order_by(audit_log.c.id).limit(_CHUNK)
    while rows := connection.execute(page, {"after": after}).all():
        chained = []
        for row in rows:
            own = link_hash(previous, to_entry(row))
            chained.append({"row_id": row.id, "before": previous, "own": own})
            previous, after = own, row.id
        connection.execute(_SET_HASHES, chained)
