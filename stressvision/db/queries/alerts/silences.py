"""Silences: periods in which an employee or a device raises no alert."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import alert_silences, employees

_s = alert_silences.c


@dataclass(frozen=True)
class SilenceRow(ReadRow):
    """A silence with the name and code of its employee, None for a device. `ended_at`: when it was ended early."""

    id: int
    employee_id: int | None
    device_id: str | None
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_by: str | None
    ended_at: datetime | None
    ended_by: str | None
    employee_name: str | None
    employee_code: str | None


_read_silence = RowReader(SilenceRow)


@dataclass(frozen=True)
class NewSilence:
    """A silence of one employee or one device."""

    employee_id: int | None
    device_id: str | None
    reason: str
    starts_at: datetime
    ends_at: datetime
    created_by: str | None


_SILENCE: Select[Any] = select(
    *columns_for(
        SilenceRow, alert_silences, employee_name=employees.c.full_name, employee_code=employees.c.employee_code
    )
).select_from(alert_silences.outerjoin(employees, employees.c.id == _s.employee_id))


def insert_silence(connection: Connection, silence: NewSilence) -> int:
    """Store a silence and return its id."""
    return int(connection.execute(insert(alert_silences).values(vars(silence)).returning(_s.id)).scalar_one())


def end_silence(connection: Connection, silence_id: int, at: datetime, ended_by: str | None) -> None:
    """End a silence early."""
    connection.execute(update(alert_silences).where(_s.id == silence_id).values(ended_at=at, ended_by=ended_by))


def end_silences_after(connection: Connection, latest: datetime, at: datetime) -> int:
    """End the silences that begin after `latest`; return their number."""
    begin_later = (_s.starts_at > latest, _s.ended_at.is_(None))
    return connection.execute(update(alert_silences).where(*begin_later).values(ended_at=at)).rowcount


def select_silence(connection: Connection, silence_id: int) -> SilenceRow | None:
    """Return the silence, or None."""
    row = connection.execute(_SILENCE.where(_s.id == silence_id)).one_or_none()
    return _read_silence.one(row)


def select_silences(connection: Connection, in_force_at: datetime | None, limit: int) -> list[SilenceRow]:
    """Return silences, newest first: those in force at that time, or all for None."""
    query = _SILENCE if in_force_at is None else _in_force(_SILENCE, in_force_at)
    return _read_silence.many(connection.execute(query.order_by(_s.id.desc()).limit(limit)))


def count_silences(connection: Connection, in_force_at: datetime | None) -> int:
    """Return the number of silences in force at that time, or of all for None."""
    query = select(func.count()).select_from(alert_silences)
    return int(connection.execute(query if in_force_at is None else _in_force(query, in_force_at)).scalar_one())


def find_silence(
    connection: Connection, at: datetime, *, employee_id: int | None = None, device_id: str | None = None
) -> int | None:
    """Return the id of a silence of this employee, or of this device, that is in force; None without one."""
    subject = _s.device_id == device_id if employee_id is None else _s.employee_id == employee_id
    query = _in_force(select(_s.id).where(subject), at).order_by(_s.ends_at.desc()).limit(1)
    return connection.execute(query).scalar_one_or_none()


def _in_force(query: Select[Any], at: datetime) -> Select[Any]:
    return query.where(_s.starts_at <= at, _s.ends_at > at, _s.ended_at.is_(None))
