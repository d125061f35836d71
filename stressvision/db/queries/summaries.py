"""Queries on the summaries of days."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, text, update

from stressvision.db.schema.tables import daily_reports, employee_days, employees, reports, stale_days
from stressvision.domain.emotions import Emotion
from stressvision.domain.reports import ReportKind, Window
from stressvision.domain.summaries import EmotionTotals

_d = daily_reports.c
_e = employee_days.c
_r = reports.c
_MARK = text("INSERT INTO stale_days (day) VALUES (:day) ON CONFLICT DO NOTHING")
_COUNTS = tuple(_e[emotion.value] for emotion in Emotion)


def mark_stale(connection: Connection, day: date) -> None:
    """A report of that day was written: its summary is to be written, or written again."""
    connection.execute(_MARK, {"day": day.isoformat()})


def unmark_stale(connection: Connection, day: date) -> None:
    connection.execute(delete(stale_days).where(stale_days.c.day == day.isoformat()))


def is_stale(connection: Connection, day: date) -> bool:
    query = select(stale_days.c.day).where(stale_days.c.day == day.isoformat())
    return connection.execute(query).first() is not None


def select_stale(connection: Connection, until: date) -> tuple[date, ...]:
    """Up to and including `until`, the oldest first."""
    query = select(stale_days.c.day).where(stale_days.c.day <= until.isoformat()).order_by(stale_days.c.day)
    return tuple(date.fromisoformat(day) for day in connection.execute(query).scalars())


def has_summaries(connection: Connection) -> bool:
    """Or at least days marked for one."""
    return any(connection.execute(select(table).limit(1)).first() for table in (daily_reports, stale_days))


def stream_starts(connection: Connection) -> Iterator[Any]:
    """When each scheduled report begins."""
    query = select(_r.start_timestamp).where(_r.kind == str(ReportKind.SCHEDULED))
    yield from connection.execute(query, execution_options={"yield_per": 10_000}).scalars()


def stream_reports(connection: Connection, window: Window, window_minutes: int) -> Iterator[Row[Any]]:
    """The scheduled reports of that length that begin within the window, in order, one at a time."""
    query = select(reports).where(
        _r.start_timestamp >= window.start,
        _r.start_timestamp < window.end,
        _r.kind == str(ReportKind.SCHEDULED),
        func.coalesce(_r.window_minutes, window_minutes) == window_minutes,
    )
    yield from connection.execute(query.order_by(_r.start_timestamp), execution_options={"yield_per": 1})


def find_day(connection: Connection, day: date) -> Row[Any] | None:
    return connection.execute(select(daily_reports).where(_d.day == day.isoformat())).one_or_none()


def store_day(connection: Connection, day: date, values: Mapping[str, Any]) -> None:
    """`values`: the columns of the summary, but for its day."""
    if connection.execute(update(daily_reports).where(_d.day == day.isoformat()).values(values)).rowcount == 0:
        connection.execute(insert(daily_reports).values(day=day.isoformat(), **values))


def replace_employee_days(connection: Connection, day: date, people: Mapping[int, EmotionTotals]) -> None:
    """What the day was like for each person; of somebody who was erased nothing is kept."""
    connection.execute(delete(employee_days).where(_e.day == day.isoformat()))
    known = set(connection.execute(select(employees.c.id).where(employees.c.id.in_(people))).scalars())
    rows = [
        {
            "day": day.isoformat(),
            "employee_id": employee_id,
            "total_detections": tally.total,
            **{emotion.value: tally.counts.get(emotion, 0) for emotion in Emotion},
        }
        for employee_id, tally in people.items()
        if employee_id in known
    ]
    if rows:
        connection.execute(insert(employee_days), rows)


def select_employee_days(connection: Connection, first: date, last: date) -> Iterator[tuple[int, date, EmotionTotals]]:
    """Each person's days from `first` to `last`, both included."""
    query = select(_e.employee_id, _e.day, _e.total_detections, *_COUNTS).where(
        _e.day >= first.isoformat(), _e.day <= last.isoformat()
    )
    for row in connection.execute(query):
        counts = {emotion.value: row._mapping[emotion.value] for emotion in Emotion}
        yield row.employee_id, date.fromisoformat(row.day), EmotionTotals(row.total_detections, counts)


def select_names(connection: Connection, ids: Iterable[int]) -> dict[int, Any]:
    """(id, full_name, employee_code, department) by id."""
    query = select(employees.c.id, employees.c.full_name, employees.c.employee_code, employees.c.department)
    return {row.id: row for row in connection.execute(query.where(employees.c.id.in_(ids)))}
