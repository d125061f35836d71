"""Counts of detections: since a time, and of all time from the totals that triggers maintain."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, desc, exists, func, select

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.prepared import PreparedStatement
from stressvision.db.engine.row_reader import RowReader, sum_by_text
from stressvision.db.schema.tables import detection_events, detection_totals, employees
from stressvision.db.schema.tables.observations import SHOWS_SOMETHING
from stressvision.domain.emotions import Emotion

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


# Detections are counted through indexes, once for each of the few expressions, devices, hours and employees. To group
# a window instead, SQLite sorts all of it in memory: 17 MB and 40 ms for a hundred thousand detections.


def count_emotions(connection: Connection, since: datetime, until: datetime) -> dict[str | None, int]:
    """Return the detections of a time over (since, until] by expression (None: not analysed).

    The most frequent comes first.
    """
    kinds = select(detection_totals.c.emotion).distinct().subquery()
    of_kind = select(func.count()).where(_d.emotion == kinds.c.emotion, SHOWS_SOMETHING, *_within(since, until))
    without = select(func.count()).where(_d.emotion.is_(None), SHOWS_SOMETHING, *_within(since, until))
    counted = select(kinds.c.emotion, of_kind.scalar_subquery()).where(kinds.c.emotion != str(Emotion.NEUTRAL))
    counts = sum_by_text((emotion, count) for emotion, count in connection.execute(counted))
    counts[None] = connection.execute(without).scalar_one()
    counts[str(Emotion.NEUTRAL)] = count_detections(connection, since, until) - sum(counts.values())
    return {emotion: count for emotion, count in sorted(counts.items(), key=lambda item: -item[1]) if count}


def count_emotions_of(
    connection: Connection, employee_id: int, since: datetime, until: datetime
) -> dict[str | None, int]:
    """Return one employee's detections of a time over (since, until] by expression, the most frequent first."""
    query = select(_d.emotion, func.count()).where(_d.employee_id == employee_id, *_within(since, until))
    found = connection.execute(query.group_by(_d.emotion).order_by(desc(func.count())))
    return sum_by_text((emotion, count) for emotion, count in found)


def count_detections(connection: Connection, since: datetime, until: datetime) -> int:
    """Return the number of detections of a time over (since, until]."""
    return connection.execute(select(func.count()).where(*_within(since, until))).scalar_one()


def count_people(connection: Connection, since: datetime, until: datetime) -> int:
    """Return the number of employees detected in a time over (since, until]."""
    seen = exists(select(_d.id).where(_d.employee_id == employees.c.id, *_within(since, until)))
    return connection.execute(select(func.count()).select_from(employees).where(seen)).scalar_one()


_HOUR, _MILLISECOND = timedelta(hours=1), timedelta(milliseconds=1)
_NEXT = PreparedStatement(
    select(func.min(_d.timestamp)).where(_d.timestamp >= bindparam("start"), _d.timestamp < bindparam("end"))
)
_WITHIN = PreparedStatement(
    select(func.count()).where(_d.timestamp >= bindparam("start"), _d.timestamp < bindparam("end")),
)


def count_by_hour(connection: Connection, since: datetime, until: datetime) -> dict[datetime, int]:
    """Return the detections of a time over (since, until] by the start of the UTC hour, without empty hours.

    An impossible time that another program wrote counts in the hour up to which it is possible, and skips none.
    """
    counts = dict[datetime, int]()
    moment = connection.execute(select(func.min(_d.timestamp)).where(*_within(since, until))).scalar_one()
    start = since
    while moment is not None and start <= until:
        hour = max(moment, start).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        end = min(hour + _HOUR, until + _MILLISECOND)
        count = _WITHIN.fetch_scalar(connection, {"start": max(hour, since + _MILLISECOND), "end": end})
        if count:
            counts[hour] = count
        start = end
        moment = _NEXT.fetch_scalar(connection, {"start": start, "end": until + _MILLISECOND})
    return counts


def count_by_employee(connection: Connection, since: datetime, until: datetime, limit: int) -> list[EmployeeCountRow]:
    """Return the employees with the most detections of a time over (since, until], the highest count first."""
    count = select(func.count()).where(_d.employee_id == employees.c.id, *_within(since, until)).scalar_subquery()
    people = select(
        employees.c.id, employees.c.full_name, employees.c.employee_code, count.label("detection_count")
    ).subquery()
    query = select(people).where(people.c.detection_count > 0)
    ordered = query.order_by(people.c.detection_count.desc(), people.c.id).limit(limit)
    return _read_employee_count.many(connection.execute(ordered))


def count_by_device(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Return the detections of a time over (since, until] by device, the highest count first."""
    names = select(detection_totals.c.device_id).distinct().subquery()
    count = select(func.count()).where(_d.device_id == names.c.device_id, *_within(since, until)).scalar_subquery()
    counted = select(names.c.device_id, count.label("count")).subquery()
    query = select(counted).where(counted.c.count > 0)
    found = connection.execute(query.order_by(counted.c.count.desc(), counted.c.device_id))
    return {device_id or "": count for device_id, count in sum_by_text((name, count) for name, count in found).items()}


def read_totals(connection: Connection) -> list[TotalRow]:
    """Return all totals above zero."""
    query = select(*columns_for(TotalRow, detection_totals)).where(detection_totals.c.count > 0)
    return _read_total.many(connection.execute(query))
