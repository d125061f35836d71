"""Detections after a time, counted from the roll-ups: whole hours, whole minutes, and single rows at the edges.

Counts of (since, until] are the detections after `since` less those after `until`, which are those of a clock that was
ahead: usually none.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, bindparam, func, select, union_all

from stressvision.db.engine.expressions import hour_start
from stressvision.db.engine.prepared import PreparedQuery, PreparedStatement
from stressvision.db.engine.row_reader import as_text
from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.tables import (
    detection_events,
    device_days,
    device_hours,
    employee_day_counts,
    employee_hours,
    employees,
    hour_counts,
    minute_counts,
    rollup_progress,
)

_d = detection_events.c
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_DONE = select(func.coalesce(func.max(rollup_progress.c.last_detection_id), 0)).scalar_subquery()


def after_rollups() -> ColumnElement[bool]:
    """Return the condition for detections that the roll-ups do not contain yet."""
    return _d.id > _DONE


def _at(name: str) -> Any:
    return bindparam(name, type_=UtcMoment())


def _rows(key: ColumnElement[Any], edge: str) -> tuple[Select[Any, int], Select[Any, int]]:
    """Count rows: those of the roll-ups up to `edge`, where whole units begin, and those after the roll-ups."""
    before = select(key, func.count()).where(_d.timestamp > _at("since"), _d.timestamp < _at(edge), _d.id <= _DONE)
    # An expression, for which no index exists: SQLite would walk the index of times through the whole period.
    after = select(key, func.count()).where(after_rollups(), func.coalesce(_d.timestamp, _d.timestamp) > _at("since"))
    return before.group_by(key), after.group_by(key)


def _units(key: Column[Any], unit: Column[Any], count: Column[int], start: str, end: str | None) -> Select[Any, int]:
    """Sum the counts of whole units that begin from `start` up to `end`."""
    query = select(key, func.sum(count)).where(unit >= _at(start)).group_by(key)
    return query if end is None else query.where(unit < _at(end))


_m, _h, _dh, _dd, _eh, _ed = (
    table.c for table in (minute_counts, hour_counts, device_hours, device_days, employee_hours, employee_day_counts)
)
_minute_hour = hour_start(_m.minute)
_EMOTIONS = PreparedQuery(
    union_all(
        *_rows(func.coalesce(_d.emotion, ""), "minute_end"),
        _units(_m.emotion, _m.minute, _m.count, "minute_end", "hour_end"),
        _units(_h.emotion, _h.hour, _h.count, "hour_end", None),
    )
)
_HOURS = PreparedQuery(
    union_all(
        *_rows(hour_start(_d.timestamp), "minute_end"),
        select(_minute_hour, func.sum(_m.count))
        .where(_m.minute >= _at("minute_end"), _m.minute < _at("hour_end"))
        .group_by(_minute_hour),
        _units(_h.hour, _h.hour, _h.count, "hour_end", None),
    )
)
_DEVICES = PreparedQuery(
    union_all(
        *_rows(func.coalesce(_d.device_id, ""), "hour_end"),
        _units(_dh.device_id, _dh.hour, _dh.count, "hour_end", "day_end"),
        _units(_dd.device_id, _dd.day, _dd.count, "day_end", None),
    )
)
_is_employee = employees.c.id == _d.employee_id
_EMPLOYEES = PreparedQuery(
    union_all(
        *(
            query.select_from(employees.join(detection_events, _is_employee))
            for query in _rows(employees.c.id, "hour_end")
        ),
        _units(employees.c.id, _eh.hour, _eh.count, "hour_end", "day_end").where(_eh.employee_id == employees.c.id),
        _units(employees.c.id, _ed.day, _ed.count, "day_end", None).where(_ed.employee_id == employees.c.id),
    )
)
_FIRST_AFTER = PreparedStatement(select(func.min(_d.timestamp)).where(_d.timestamp > _at("since")))


def count_emotions_between(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    """Return the detections of a time over (since, until] by expression ('': not analysed)."""
    return _between(connection, _EMOTIONS, as_text, since, until)


def count_hours_between(connection: Connection, since: datetime, until: datetime) -> Counter[datetime]:
    """Return the detections of a time over (since, until] by the start of the UTC hour.

    An impossible time that another program wrote counts in the hour up to which it is possible.
    """
    return _between(connection, _HOURS, _to_hour, since, until)


def count_devices_between(connection: Connection, since: datetime, until: datetime) -> Counter[str]:
    """Return the detections of a time over (since, until] by device."""
    return _between(connection, _DEVICES, as_text, since, until)


def count_employees_between(connection: Connection, since: datetime, until: datetime) -> Counter[int]:
    """Return the detections of a time over (since, until] by employee."""
    return _between(connection, _EMPLOYEES, int, since, until)


def _between(
    connection: Connection,
    query: PreparedQuery,
    read_key: Callable[[Any], Any],
    since: datetime,
    until: datetime,
) -> Counter[Any]:
    counts = _after(connection, query, read_key, since)
    if _FIRST_AFTER.fetch_scalar(connection, {"since": until}) is not None:
        counts.subtract(_after(connection, query, read_key, until))
    return Counter({key: count for key, count in counts.items() if count > 0})


def _after(
    connection: Connection, query: PreparedQuery, read_key: Callable[[Any], Any], since: datetime
) -> Counter[Any]:
    counts: dict[Any, int] = {}  # a Counter computes its missing keys in Python
    for stored, count in query.fetch_all(connection, _edges(since)):
        key = read_key(stored)
        counts[key] = counts.get(key, 0) + count
    return Counter(counts)


def _edges(since: datetime) -> dict[str, datetime]:
    """Return the times after `since` from which whole minutes, hours and days are counted."""
    minute = since.astimezone(UTC).replace(second=0, microsecond=0)
    hour = minute.replace(minute=0)
    return {
        "since": since,
        "minute_end": minute + _MINUTE,
        "hour_end": hour + _HOUR,
        "day_end": hour.replace(hour=0) + _DAY,
    }


def _to_hour(moment: datetime) -> datetime:
    # Nearly all are hours already, and a year has 8,760.
    if not (moment.minute or moment.second or moment.microsecond):
        return moment
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
