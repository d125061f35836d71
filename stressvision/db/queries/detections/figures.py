"""Figures of a period from the roll-ups, and of all time from the totals, which triggers maintain."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, desc, exists, func, select

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.prepared import BoundQuery, PreparedQuery, read_count
from stressvision.db.engine.row_reader import RowReader, sum_by_text
from stressvision.db.engine.types import UtcMoment
from stressvision.db.queries.detections.rollups import (
    count_devices_between,
    count_emotions_between,
    count_employees_between,
    count_hours_between,
)
from stressvision.db.schema.tables import detection_events, detection_totals, employees

_d = detection_events.c


@dataclass(frozen=True)
class EmployeeCountRow:
    """An employee and the number of their detections."""

    id: int
    full_name: str
    employee_code: str
    detection_count: int


_read_employee_count = RowReader(EmployeeCountRow)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """Number of detections. `employee_id` 0: not enrolled; `emotion` '': not analysed."""

    device_id: str
    employee_id: int
    emotion: str
    count: int


_read_total = RowReader(TotalRow)


def _within(since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition for a time over (since, until].

    Figures of a recent time have an upper bound: rows of a clock that was ahead do not count until then.
    """
    return _d.timestamp > since, _d.timestamp <= until


_WITHIN = (
    _d.timestamp > bindparam("since", type_=UtcMoment()),
    _d.timestamp <= bindparam("until", type_=UtcMoment()),
)


def count_emotions(since: datetime, until: datetime) -> BoundQuery[dict[str | None, int]]:
    """Count the detections of a time over (since, until] by expression (None: not analysed).

    The most frequent comes first.
    """
    return count_emotions_between(since, until).then(
        lambda counts: {emotion or None: count for emotion, count in counts.most_common()}
    )


def count_emotions_of(
    connection: Connection, employee_id: int, since: datetime, until: datetime
) -> dict[str | None, int]:
    """Return one employee's detections of a time over (since, until] by expression, the most frequent first."""
    query = select(_d.emotion, func.count()).where(_d.employee_id == employee_id, *_within(since, until))
    found = connection.execute(query.group_by(_d.emotion).order_by(desc(func.count())))
    return sum_by_text((emotion, count) for emotion, count in found)


_FINGERPRINT = PreparedQuery(
    select(
        func.count(),
        func.max(_d.id),
        select(func.count()).where(employees.c.id == bindparam("employee_id", type_=Integer())).scalar_subquery(),
    ).where(_d.employee_id == bindparam("employee_id", type_=Integer()), *_WITHIN)
)


def fingerprint_of(employee_id: int, since: datetime, until: datetime) -> BoundQuery[Hashable]:
    """Return a value that changes when detections of the employee are stored or deleted in (since, until].

    It reads index entries only. A stored detection that another program changes leaves it as it is.
    """
    return _FINGERPRINT.bind(lambda rows: tuple(rows[0]), employee_id=employee_id, since=since, until=until)


# The offset keeps PostgreSQL from reading all detections of the time, instead of one index entry of each employee.
_seen = select(_d.id).where(_d.employee_id == employees.c.id, *_WITHIN).limit(1).offset(0)
_PEOPLE = PreparedQuery(select(func.count()).select_from(employees).where(exists(_seen)))


def count_people(since: datetime, until: datetime) -> BoundQuery[int]:
    """Count the employees detected in a time over (since, until]."""
    return _PEOPLE.bind(read_count, since=since, until=until)


def count_by_hour(since: datetime, until: datetime) -> BoundQuery[dict[datetime, int]]:
    """Count the detections of a time over (since, until] by the start of the UTC hour, without empty hours."""
    return count_hours_between(since, until).then(lambda counts: dict(sorted(counts.items())))


def count_by_employee(since: datetime, until: datetime, limit: int) -> BoundQuery[list[EmployeeCountRow]]:
    """Return the employees with the most detections of a time over (since, until], the highest count first."""
    return count_employees_between(since, until, limit).then(_read_employee_count.many)


def count_by_device(since: datetime, until: datetime) -> BoundQuery[dict[str, int]]:
    """Count the detections of a time over (since, until] by device, the highest count first."""
    return count_devices_between(since, until).then(
        lambda counts: dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    )


def read_totals(connection: Connection) -> list[TotalRow]:
    """Return all totals above zero."""
    query = select(*columns_for(TotalRow, detection_totals)).where(detection_totals.c.count > 0)
    return _read_total.many(connection.execute(query))
