"""Everything stored about one employee, row by row, from all tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from stressvision.db.engine.expressions import columns_for, hour_start
from stressvision.db.engine.row_reader import RowReader, as_it_stands
from stressvision.db.queries.privacy.erasure import owned_rows, personal_tables
from stressvision.db.schema.tables import alerts, audit_log, consents, detection_events, face_samples

_READ_SEPARATELY = {"alerts", "consents", "detection_events", "detection_totals", "employees", "face_samples"}


@dataclass(frozen=True)
class ConsentRow:
    """One recorded consent or withdrawal."""

    given: bool
    text_version: str
    text_sha256: str
    recorded_by: str | None
    recorded_at: datetime
    method: str | None


_read_consent = RowReader(ConsentRow)


@dataclass(frozen=True)
class FaceRow:
    """One face sample. `embedding`: 128 numbers as bytes of float32. `expression`: how it reads relaxed, as JSON."""

    embedding: bytes
    quality: float
    model: str
    created_at: datetime
    expression: str | None


_read_face = RowReader(FaceRow)


@dataclass(frozen=True)
class HourCountRow:
    """Number of detections of one expression (None: not analysed) in one UTC hour."""

    hour: datetime
    emotion: str | None
    count: int


_read_hour_count = RowReader(HourCountRow)


@dataclass(frozen=True)
class AccessRow:
    """One audited read or change."""

    timestamp: datetime
    user_id: str | None
    action: str
    ip_address: str | None


_read_access = RowReader(AccessRow)


def select_consents(connection: Connection, employee_id: int) -> list[ConsentRow]:
    """Return the employee's consents and withdrawals, oldest first."""
    query = select(*columns_for(ConsentRow, consents)).where(consents.c.employee_id == employee_id)
    return _read_consent.many(connection.execute(query.order_by(consents.c.id)))


def select_faces(connection: Connection, employee_id: int) -> list[FaceRow]:
    """Return the employee's face samples, oldest first."""
    query = select(*columns_for(FaceRow, face_samples)).where(face_samples.c.employee_id == employee_id)
    return _read_face.many(connection.execute(query.order_by(face_samples.c.id)))


def count_by_hour_and_emotion(connection: Connection, employee_id: int) -> list[HourCountRow]:
    """Return the employee's detections by UTC hour and expression, oldest first."""
    hour = hour_start(detection_events.c.timestamp)
    query = select(hour, detection_events.c.emotion, func.count()).where(detection_events.c.employee_id == employee_id)
    found = connection.execute(query.group_by(hour, detection_events.c.emotion).order_by(hour))
    return _read_hour_count.many(found)


def select_accesses(connection: Connection, employee_id: int) -> list[AccessRow]:
    """Return the audited reads and changes of the employee's record or alerts, oldest first."""
    own_alerts = select(alerts.c.id).where(alerts.c.employee_id == employee_id)
    query = select(*columns_for(AccessRow, audit_log)).where(
        or_(
            and_(audit_log.c.entity_type == "employee", audit_log.c.entity_id == employee_id),
            and_(audit_log.c.entity_type == "alert", audit_log.c.entity_id.in_(own_alerts)),
        )
    )
    return _read_access.many(connection.execute(query.order_by(audit_log.c.id)))


def select_further_rows(connection: Connection, employee_id: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all other tables, by table, as names and values: the tables are known at run time only."""
    found = {
        table.name: [as_it_stands(dict(row._mapping)) for row in connection.execute(owned_rows(table, employee_id))]
        for table in personal_tables()
        if table.name not in _READ_SEPARATELY
    }
    return {name: rows for name, rows in found.items() if rows}
