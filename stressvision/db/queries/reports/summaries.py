"""Summaries of days, and each employee's totals by day."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import Items, ReadRow, RowReader, Shape
from stressvision.db.queries.reports.reports import REPORT, ReportRow, report_reader
from stressvision.db.schema.tables import daily_reports, employee_days, employees, reports, stale_days
from stressvision.domain.emotions import Emotion
from stressvision.domain.reports import ReportKind, Window
from stressvision.domain.summaries import EmotionTotals
from stressvision.wire.reports import Aggregate, DeviceCoverage, PeriodFigures

_d = daily_reports.c
_e = employee_days.c
_r = reports.c
_MARK = text("INSERT INTO stale_days (day) VALUES (:day) ON CONFLICT DO NOTHING")
_COUNTS = tuple(_e[emotion.value] for emotion in Emotion)


@dataclass(frozen=True)
class DailyFigures:
    """The computed columns of a day's summary.

    `windows`: JSON objects of wire.PeriodFigures; `aggregate`: of wire.Aggregate, the figures that a viewer may see.
    """

    time_zone: str
    start_timestamp: datetime
    end_timestamp: datetime
    total_detections: int
    total_employees_detected: int
    stress_detections: int
    fatigue_detections: int
    overall_stress_percentage: float
    overall_fatigue_percentage: float
    alerts_triggered: int
    windows: Annotated[list[dict[str, Any]], Items(PeriodFigures, strict=True)]
    aggregate: Annotated[dict[str, Any], Shape(Aggregate, strict=True)]


@dataclass(frozen=True)
class DayRow(DailyFigures, ReadRow):
    """A stored summary; `coverage`: JSON objects of wire.DeviceCoverage."""

    coverage: Annotated[list[dict[str, Any]], Items(DeviceCoverage, strict=True)]
    revision: int
    generated_at: datetime

    def has_figures(self, figures: DailyFigures) -> bool:
        """Return whether the stored figures equal these."""
        return all(getattr(self, name) == value for name, value in vars(figures).items())


_read_day = RowReader(DayRow)


@dataclass(frozen=True)
class AggregateRow(ReadRow):
    """What a viewer may see of a day: JSON object of wire.Aggregate."""

    day: str
    time_zone: str
    aggregate: Annotated[dict[str, Any], Shape(Aggregate, strict=True)]


_read_aggregate = RowReader(AggregateRow)


@dataclass(frozen=True)
class EmployeeName:
    """The columns of an employee that a summary shows."""

    id: int
    full_name: str
    employee_code: str
    department: str | None


_read_employee_name = RowReader(EmployeeName)


def mark_stale(connection: Connection, day: date) -> None:
    """Mark the day's summary as due: one of its reports was written."""
    connection.execute(_MARK, {"day": day.isoformat()})


def unmark_stale(connection: Connection, day: date) -> None:
    """Mark the day's summary as current."""
    connection.execute(delete(stale_days).where(stale_days.c.day == day.isoformat()))


def is_stale(connection: Connection, day: date) -> bool:
    """Return whether the day's summary is due."""
    query = select(stale_days.c.day).where(stale_days.c.day == day.isoformat())
    return connection.execute(query).first() is not None


def select_stale(connection: Connection, until: date) -> tuple[date, ...]:
    """Return the days with a due summary up to and including `until`, the oldest first."""
    query = select(stale_days.c.day).where(stale_days.c.day <= until.isoformat()).order_by(stale_days.c.day)
    return tuple(date.fromisoformat(day) for day in connection.execute(query).scalars())


def has_summaries(connection: Connection) -> bool:
    """Return whether any summary exists or is due."""
    return any(connection.execute(select(table).limit(1)).first() for table in (daily_reports, stale_days))


def stream_starts(connection: Connection) -> Iterator[datetime]:
    """Yield the start of each scheduled report."""
    query = select(_r.start_timestamp).where(_r.kind == str(ReportKind.SCHEDULED))
    yield from connection.execute(query, execution_options={"yield_per": 10_000}).scalars()


def stream_reports(connection: Connection, window: Window, window_minutes: int) -> Iterator[ReportRow]:
    """Yield the scheduled reports of that length that begin within the window, in order, one in memory at a time."""
    query = REPORT.where(
        _r.start_timestamp >= window.start,
        _r.start_timestamp < window.end,
        _r.kind == str(ReportKind.SCHEDULED),
        func.coalesce(_r.window_minutes, window_minutes) == window_minutes,
    )
    for row in connection.execute(query.order_by(_r.start_timestamp), execution_options={"yield_per": 1}):
        yield report_reader(row)


def find_day(connection: Connection, day: date) -> DayRow | None:
    """Return the day's summary, or None."""
    query = select(*columns_for(DayRow, daily_reports)).where(_d.day == day.isoformat())
    row = connection.execute(query).one_or_none()
    return _read_day.one(row)


def select_aggregates(connection: Connection, first: date, last: date, time_zone: str) -> dict[date, Aggregate]:
    """Return what a viewer may see of each day from `first` to `last` that has a current summary in that time zone."""
    query = select(*columns_for(AggregateRow, daily_reports)).where(
        _d.day >= first.isoformat(), _d.day <= last.isoformat(), _d.day.not_in(select(stale_days.c.day))
    )
    rows = _read_aggregate.many(connection.execute(query))
    return {
        date.fromisoformat(row.day): Aggregate.model_validate(row.aggregate)
        for row in rows
        if row.time_zone == time_zone and not row.odd_fields
    }


def store_day(connection: Connection, day: date, summary: DayRow) -> None:
    """Insert or replace the day's summary."""
    values = {name: value for name, value in vars(summary).items() if name != "odd_fields"}
    if connection.execute(update(daily_reports).where(_d.day == day.isoformat()).values(values)).rowcount == 0:
        connection.execute(insert(daily_reports).values(day=day.isoformat(), **values))


def replace_employee_days(connection: Connection, day: date, people: Mapping[int, EmotionTotals]) -> None:
    """Replace the day's totals of each employee; erased employees are left out."""
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
    """Yield (employee id, day, totals) of the days from `first` to `last`, both included."""
    query = select(_e.employee_id, _e.day, _e.total_detections, *_COUNTS).where(
        _e.day >= first.isoformat(), _e.day <= last.isoformat()
    )
    for row in connection.execute(query):
        counts = {emotion.value: row._mapping[emotion.value] for emotion in Emotion}
        yield row.employee_id, date.fromisoformat(row.day), EmotionTotals(row.total_detections, counts)


def select_names(connection: Connection, ids: Iterable[int]) -> dict[int, EmployeeName]:
    """Return the employees that exist, by id."""
    query = select(*columns_for(EmployeeName, employees))
    return {row.id: _read_employee_name(row) for row in connection.execute(query.where(employees.c.id.in_(ids)))}
