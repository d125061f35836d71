"""What is kept about one person, row by row, from whatever tables there are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from stressvision.db.queries.erasure import owned_rows, personal_tables
from stressvision.db.queries.truncation import hour_start
from stressvision.db.schema.tables import alerts, audit_log, consents, detection_events, face_samples

_TOLD_APART = {"alerts", "consents", "detection_events", "detection_totals", "employees", "face_samples"}
_CHUNK = 10_000


def select_consents(connection: Connection, employee_id: int) -> Sequence[Row[Any]]:
    """Oldest first."""
    return connection.execute(
        select(consents).where(consents.c.employee_id == employee_id).order_by(consents.c.id)
    ).all()


def select_faces(connection: Connection, employee_id: int) -> Sequence[Row[Any]]:
    return connection.execute(
        select(face_samples).where(face_samples.c.employee_id == employee_id).order_by(face_samples.c.id)
    ).all()


def count_by_hour_and_emotion(connection: Connection, employee_id: int) -> Sequence[Row[datetime, str | None, int]]:
    """Oldest first, as (beginning of a UTC hour, expression or None, count)."""
    hour = hour_start(detection_events.c.timestamp)
    query = select(hour, detection_events.c.emotion, func.count()).where(detection_events.c.employee_id == employee_id)
    return connection.execute(query.group_by(hour, detection_events.c.emotion).order_by(hour)).all()


def stream_detections(connection: Connection, employee_id: int) -> Iterator[dict[str, Any]]:
    """Every one, oldest first, as it is stored."""
    query = (
        select(detection_events).where(detection_events.c.employee_id == employee_id).order_by(detection_events.c.id)
    )
    for row in connection.execute(query, execution_options={"yield_per": _CHUNK}):
        yield dict(row._mapping)


def select_accesses(connection: Connection, employee_id: int) -> Sequence[Row[Any]]:
    """Who looked at or changed the person's record or alerts, oldest first."""
    own_alerts = select(alerts.c.id).where(alerts.c.employee_id == employee_id)
    query = select(audit_log).where(
        or_(
            and_(audit_log.c.entity_type == "employee", audit_log.c.entity_id == employee_id),
            and_(audit_log.c.entity_type == "alert", audit_log.c.entity_id.in_(own_alerts)),
        )
    )
    return connection.execute(query.order_by(audit_log.c.id)).all()


def select_further_rows(connection: Connection, employee_id: int) -> dict[str, list[dict[str, Any]]]:
    """By table, what the functions above leave out; tables without such a row are not named."""
    found = {
        table.name: [dict(row._mapping) for row in connection.execute(owned_rows(table, employee_id))]
        for table in personal_tables()
        if table.name not in _TOLD_APART
    }
    return {name: rows for name, rows in found.items() if rows}
