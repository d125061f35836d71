"""Detections by UTC hour: of each area, and of one employee, from the roll-ups and the detections after them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Select, Text, exists, func, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from stressvision.db.engine.expressions import hour_start
from stressvision.db.engine.row_reader import as_text
from stressvision.db.engine.types import UtcMoment
from stressvision.db.queries.detections.rollups import after_rollups
from stressvision.db.schema.tables import area_hours, area_people, detection_events, employee_hours, employees
from stressvision.domain.reports import Window

_d = detection_events.c
_hour = hour_start(_d.timestamp)
_area = func.coalesce(employees.c.department, "")
_emotion = func.coalesce(_d.emotion, "")


@dataclass(frozen=True, slots=True)
class AreaHour:
    """Detections of one area in the hour from `hour`, by expression ('': not analysed).

    `area`: a department, '' for employees without one. `people`: distinct employees; decision 23 withholds a row of
    fewer than five from roles without access to persons.
    """

    hour: datetime
    area: str
    people: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class EmployeeHour:
    """Detections of one employee in the hour from `hour`, by expression ('': not analysed)."""

    hour: datetime
    counts: dict[str, int]


class _CountsByName(FunctionElement[str]):
    """A JSON object of the counts of a group by name: one row instead of one for each expression."""

    type = Text()
    inherit_cache = True


@compiles(_CountsByName, "sqlite")
def _counts_sqlite(element: _CountsByName, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_object({compiler.process(element.clauses, **options)})"


@compiles(_CountsByName, "postgresql")
def _counts_postgresql(element: _CountsByName, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_object_agg({compiler.process(element.clauses, **options)})::text"


def count_area_hours(connection: Connection, window: Window) -> list[AreaHour]:
    """Return the detections of enrolled employees per area and hour, for hours that begin in the window; in order.

    The area is the employee's present department. 30 days of 10 areas: 36 ms on SQLite, whatever the database's size.
    """
    a, p = area_hours.c, area_people.c
    counts: dict[tuple[datetime, str], dict[str, int]] = {}
    grouped = select(_as_stored(connection, a.hour), a.area, _CountsByName(a.emotion, a.count))
    for hour, area, found in connection.execute(
        grouped.where(*_begins_in(a.hour, window)).group_by(a.hour, a.area)
    ).all():
        key = (_as_moment(hour), as_text(area))
        known = counts.get(key)
        counts[key] = from_json(found) if known is None else dict(Counter(known) + Counter(from_json(found)))
    people: Counter[tuple[datetime, str]] = Counter()
    for hour, area, number in connection.execute(
        select(_as_stored(connection, p.hour), p.area, p.people).where(*_begins_in(p.hour, window))
    ).all():
        people[_as_moment(hour), as_text(area)] += number
    for hour, area, emotion, number in connection.execute(_select_new_counts(window)):
        cell = counts.setdefault((hour, as_text(area)), {})
        cell[as_text(emotion)] = cell.get(as_text(emotion), 0) + number
    for hour, area, number in connection.execute(_select_new_people(window)):
        people[hour, as_text(area)] += number
    return [AreaHour(hour, area, people[hour, area], counts[hour, area]) for hour, area in sorted(counts)]


def count_employee_hours(connection: Connection, employee_id: int, window: Window) -> list[EmployeeHour]:
    """Return one employee's detections per hour that begins in the window, in order; hours without any are left out.

    The read of one person's data is audited by the caller. 14 days: 2 ms on SQLite, whatever the database's size.
    """
    e = employee_hours.c
    counted = select(e.hour, e.emotion, e.count).where(e.employee_id == employee_id, *_begins_in(e.hour, window))
    new = select(_hour, _emotion, func.count()).where(
        after_rollups(), _d.employee_id == employee_id, *_begins_in(_hour, window)
    )
    counts: dict[datetime, Counter[str]] = {}
    for query in (counted, new.group_by(_hour, _emotion)):
        for hour, emotion, number in connection.execute(query):
            counts.setdefault(hour, Counter())[as_text(emotion)] += number
    return [EmployeeHour(hour, dict(counts[hour])) for hour in sorted(counts)]


def _select_new_counts(window: Window) -> Select[datetime, Any, Any, int]:
    """Select the counts per hour, area and expression that the roll-ups do not contain yet."""
    query = select(_hour, _area, _emotion, func.count()).join(employees, employees.c.id == _d.employee_id)
    return query.where(after_rollups(), *_begins_in(_hour, window)).group_by(_hour, _area, _emotion)


def _select_new_people(window: Window) -> Select[datetime, Any, int]:
    """Select the employees per hour and area that no roll-up of that hour contains yet."""
    e = employee_hours.c
    is_known = exists(select(e.hour).where(e.employee_id == _d.employee_id, e.hour == _hour))
    query = select(_hour, _area, func.count(_d.employee_id.distinct())).join(
        employees, employees.c.id == _d.employee_id
    )
    return query.where(after_rollups(), *_begins_in(_hour, window), ~is_known).group_by(_hour, _area)


def _begins_in(hour: ColumnElement[datetime], window: Window) -> Iterable[ColumnElement[bool]]:
    return hour >= window.start, hour < window.end


def _as_stored(connection: Connection, hour: ColumnElement[datetime]) -> ColumnElement[Any]:
    """Return the column without conversion of each row: the same few hundred hours occur in thousands of rows."""
    return type_coerce(hour, Text()) if connection.dialect.name == "sqlite" else hour


_MOMENT = UtcMoment()


@lru_cache(maxsize=2048)
def _as_moment(stored: Any) -> datetime:
    moment = _MOMENT.process_result_value(stored, None)  # type: ignore[arg-type]  # it ignores the dialect
    assert moment is not None  # noqa: S101  the columns are not nullable
    return moment
