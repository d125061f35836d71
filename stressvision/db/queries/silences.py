"""Queries on silences."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from stressvision.db.schema.tables import alert_silences, employees

_s = alert_silences.c


def _selection() -> Select[Any]:
    return select(
        alert_silences, employees.c.full_name.label("employee_name"), employees.c.employee_code.label("employee_code")
    ).outerjoin(employees, employees.c.id == _s.employee_id)


def insert_silence(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(alert_silences).values(values).returning(_s.id)).scalar_one()


def update_silence(connection: Connection, silence_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(alert_silences).where(_s.id == silence_id).values(values))


def select_silence(connection: Connection, silence_id: int) -> Row[Any] | None:
    return connection.execute(_selection().where(_s.id == silence_id)).one_or_none()


def select_silences(connection: Connection, in_force_at: datetime | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first; `in_force_at` None: also those that are over."""
    query = _selection() if in_force_at is None else _in_force(_selection(), in_force_at)
    return connection.execute(query.order_by(_s.id.desc()).limit(limit)).all()


def count_silences(connection: Connection, in_force_at: datetime | None) -> int:
    query = select(func.count()).select_from(alert_silences)
    return connection.execute(query if in_force_at is None else _in_force(query, in_force_at)).scalar_one()


def find_silence(
    connection: Connection, at: datetime, *, employee_id: int | None = None, device_id: str | None = None
) -> int | None:
    """The id of a silence of this employee, or of this device, that is in force."""
    subject = _s.device_id == device_id if employee_id is None else _s.employee_id == employee_id
    query = _in_force(select(_s.id).where(subject), at).order_by(_s.ends_at.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _in_force(query: Select[Any], at: datetime) -> Select[Any]:
    return query.where(_s.starts_at <= at, _s.ends_at > at, _s.ended_at.is_(None))
