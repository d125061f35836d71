"""Detections after a time, counted from the roll-ups: whole hours, whole minutes, and single rows at the edges.

Counts of (since, until] are those from `since` to the end of the hour or day of `until`, less those after `until`:
usually none, because these are of a clock that was ahead.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    select,
    true,
    union_all,
)

from stressvision.db.engine.expressions import hour_start
from stressvision.db.engine.prepared import BoundQuery, PreparedQuery
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

T = TypeVar("T")

_d = detection_events.c
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_DONE = select(func.coalesce(func.max(rollup_progress.c.last_detection_id), 0)).scalar_subquery()

_ALL = true()


def after_rollups() -> ColumnElement[bool]:
    """Return the condition for detections that the roll-ups do not contain yet."""
    return _d.id > _DONE


def _at(name: str) -> Any:
    return bindparam(name, type_=UtcMoment())


@dataclass(frozen=True)
class _Units:
    """Counts of whole units, from the edge `start` after a moment up to the edge `end`. `where`: joins the key.

    `end` None: to the end of the period's last unit. Every range has an end, without which PostgreSQL, planning without
    the times, expects a third of the table.
    """

    key: ColumnElement[Any]
    unit: Column[Any]
    count: Column[int]
    start: str
    end: str | None
    where: ColumnElement[bool] = _ALL

    def after(self, moment: str) -> Select[Any, int]:
        """Sum the counts of the units after a moment by key."""
        end = f"until_{self.start}" if self.end is None else f"{moment}_{self.end}"
        within = (self.unit >= _at(f"{moment}_{self.start}"), self.unit < _at(end), self.where)
        return select(self.key, func.sum(self.count)).where(*within).group_by(self.key)


def _rows_before(key: ColumnElement[Any], moment: str, edge: str) -> Select[Any, int]:
    """Count the rows in the roll-ups from a moment up to the edge after it, where whole units begin."""
    within = (_d.timestamp > _at(moment), _d.timestamp < _at(f"{moment}_{edge}"), _d.id <= _DONE)
    return select(key, func.count()).where(*within).group_by(key)


def _rows_after_rollups(key: ColumnElement[Any]) -> Select[Any, int]:
    # An expression, for which no index exists: SQLite would walk the index of times through the whole period.
    timestamp = func.coalesce(_d.timestamp, _d.timestamp)
    within = (after_rollups(), timestamp > _at("since"), timestamp <= _at("until"))
    return select(key, func.count()).where(*within).group_by(key)


# The newest time and not EXISTS, for which PostgreSQL, when it does not know the time, reads the table.
_HAS_LATER = select(func.max(_d.timestamp)).scalar_subquery() > _at("until")


def _subtract(query: Select[Any, int]) -> Select[Any, int]:
    """Return the counts below zero; no row where nothing is after `until`, without looking for any."""
    key, count = query.selected_columns
    return query.with_only_columns(key, -count).where(_HAS_LATER)


def _within(key: ColumnElement[Any], *units: _Units, where: ColumnElement[bool] = _ALL) -> CompoundSelect[Any, int]:
    """Return the counts of (since, until] by key, in parts, of which those after `until` are below zero.

    `where`: the join of the rows with their key.
    """
    edge = units[0].start
    return union_all(
        _rows_before(key, "since", edge).where(where),
        _rows_after_rollups(key).where(where),
        *(each.after("since") for each in units),
        _subtract(_rows_before(key, "until", edge).where(where)),
        *(_subtract(each.after("until")) for each in units[:-1]),
    )


_m, _h, _dh, _dd, _eh, _ed = (
    table.c for table in (minute_counts, hour_counts, device_hours, device_days, employee_hours, employee_day_counts)
)
_EMOTIONS = PreparedQuery(
    _within(
        func.coalesce(_d.emotion, ""),
        _Units(_m.emotion, _m.minute, _m.count, "minute_end", "hour_end"),
        _Units(_h.emotion, _h.hour, _h.count, "hour_end", None),
    )
)
_HOURS = PreparedQuery(
    _within(
        hour_start(_d.timestamp),
        _Units(hour_start(_m.minute), _m.minute, _m.count, "minute_end", "hour_end"),
        _Units(_h.hour, _h.hour, _h.count, "hour_end", None),
    )
)
_DEVICES = PreparedQuery(
    _within(
        func.coalesce(_d.device_id, ""),
        _Units(_dh.device_id, _dh.hour, _dh.count, "hour_end", "day_end"),
        _Units(_dd.device_id, _dd.day, _dd.count, "day_end", None),
    )
)
# By employee and not by the rows' column, which SQLite would find in the whole index of people.
_counts = _within(
    employees.c.id,
    _Units(employees.c.id, _eh.hour, _eh.count, "hour_end", "day_end", _eh.employee_id == employees.c.id),
    _Units(employees.c.id, _ed.day, _ed.count, "day_end", None, _ed.employee_id == employees.c.id),
    where=_d.employee_id == employees.c.id,
).subquery()
_count = cast(func.sum(_counts.c[1]), Integer)
_EMPLOYEES = PreparedQuery(
    select(employees.c.id, employees.c.full_name, employees.c.employee_code, _count)
    .join(_counts, _counts.c.id == employees.c.id)
    .group_by(employees.c.id)
    .having(_count > 0)
    .order_by(_count.desc(), employees.c.id)
    .limit(bindparam("most", type_=Integer()))
)


def count_emotions_between(since: datetime, until: datetime) -> BoundQuery[Counter[str]]:
    """Count the detections of a time over (since, until] by expression ('': not analysed)."""
    return _EMOTIONS.bind(partial(_sum_by_key, as_text), **_edges(since, until))


def count_hours_between(since: datetime, until: datetime) -> BoundQuery[Counter[datetime]]:
    """Count the detections of a time over (since, until] by the start of the UTC hour.

    An impossible time that another program wrote counts in the hour up to which it is possible.
    """
    return _HOURS.bind(partial(_sum_by_key, _to_hour), **_edges(since, until))


def count_devices_between(since: datetime, until: datetime) -> BoundQuery[Counter[str]]:
    """Count the detections of a time over (since, until] by device."""
    return _DEVICES.bind(partial(_sum_by_key, as_text), **_edges(since, until))


def count_employees_between(since: datetime, until: datetime, most: int) -> BoundQuery[Sequence[Sequence[Any]]]:
    """Return id, name, code and detections of a time over (since, until] of the employees with the most, in order."""
    return _EMPLOYEES.bind(lambda rows: rows, **_edges(since, until), most=most)


def _sum_by_key(read_key: Callable[[Any], T], rows: Sequence[Sequence[Any]]) -> Counter[T]:
    counts: dict[T, int] = {}  # a Counter computes its missing keys in Python
    for stored, count in rows:
        key = read_key(stored)
        counts[key] = counts.get(key, 0) + count
    return Counter({key: count for key, count in counts.items() if count > 0})


def _edges(since: datetime, until: datetime) -> dict[str, datetime]:
    """Return both moments, and the times after each from which whole minutes, hours and days are counted."""
    edges = {}
    for name, moment in (("since", since), ("until", max(since, until))):
        minute = moment.astimezone(UTC).replace(second=0, microsecond=0)
        hour = minute.replace(minute=0)
        edges[name] = moment
        edges[f"{name}_minute_end"] = minute + _MINUTE
        edges[f"{name}_hour_end"] = hour + _HOUR
        edges[f"{name}_day_end"] = hour.replace(hour=0) + _DAY
    return edges


def _to_hour(moment: datetime) -> datetime:
    # Nearly all are hours already, and a year has 8,760.
    if not (moment.minute or moment.second or moment.microsecond):
        return moment
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
