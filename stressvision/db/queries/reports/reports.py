"""Reports of windows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, Field
from sqlalchemy import Connection, Select, func, insert, literal, select, update

from stressvision.db.engine.expressions import columns_for, older_than
from stressvision.db.engine.row_reader import Entries, Items, ReadRow, RowReader, Shape, Tally, Within
from stressvision.db.schema.tables import reports
from stressvision.domain.emotions import percent
from stressvision.domain.reports import ReportKind, Window
from stressvision.wire.reports import DeviceCoverage, EmployeeReport
from stressvision.wire.values import MAX_ID, Count, Number

_r = reports.c
_LONGEST_WINDOW = timedelta(days=1)
"""Of scheduled reports: their length divides a day."""


class _StoredPerson(EmployeeReport):
    """An entry of per_employee_summary, whose figures can be added up."""

    employee_id: int = Field(ge=-MAX_ID, le=MAX_ID)
    stress_pct: Number
    fatigue_pct: Number | None = None
    total_detections: Count | None = None
    counts: dict[str, Count]
    avg_confidence: Number | None


class _PublicPerson(BaseModel):
    department: str | None
    total_detections: Count
    counts: dict[str, Count]


class _PublicFigures(BaseModel):
    """What may be shown without persons of a window. `people`: by employee id, for sums over several windows."""

    total_detections: Count
    total_employees_detected: Count
    stress_detections: Count
    fatigue_detections: Count
    alerts_triggered: Count
    people: dict[str, _PublicPerson]


class _StoredCoverage(DeviceCoverage):
    """An entry of coverage, whose figures can be added up and drawn."""

    minutes: Count
    seen_minutes: Count
    coverage_pct: Number
    strip: list[Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=list, max_length=1440)


@dataclass(frozen=True)
class ReportRow(ReadRow):
    """A stored report. Figures that version 0.1 did not store are None; others that are missing are 0, and odd.

    `per_employee_summary`: JSON objects of wire.EmployeeReport by employee id; `coverage`: of wire.DeviceCoverage.
    `public_figures`: JSON of _PublicFigures, decided once; None where the window is not shown without persons.
    """

    id: int
    start_timestamp: datetime
    end_timestamp: datetime
    total_detections: Annotated[int, Tally()]
    total_employees_detected: Annotated[int, Tally()]
    overall_stress_percentage: Annotated[float, Within(0, 100)]
    per_employee_summary: Annotated[dict[str, dict[str, Any]], Entries(_StoredPerson, strict=True)]
    alerts_triggered: Annotated[int, Tally()]
    generated_at: datetime
    kind: str
    revision: int
    window_minutes: int | None
    last_detection_id: int | None
    overall_fatigue_percentage: Annotated[float | None, Within(0, 100)]
    stress_detections: Annotated[int | None, Tally()]
    fatigue_detections: Annotated[int | None, Tally()]
    coverage: Annotated[list[dict[str, Any]] | None, Items(_StoredCoverage, strict=True)]
    public_figures: Annotated[dict[str, Any] | None, Shape(_PublicFigures, strict=True)]

    def has_figures(self, figures: "ReportFigures") -> bool:
        """Return whether the stored figures equal these."""
        return all(getattr(self, name) == value for name, value in vars(figures).items())


report_reader = RowReader(ReportRow)


@dataclass(frozen=True)
class ReportFigures:
    """The columns that are computed from the window's detections and alerts."""

    start_timestamp: datetime
    end_timestamp: datetime
    window_minutes: int
    total_detections: int
    total_employees_detected: int
    overall_stress_percentage: float
    overall_fatigue_percentage: float
    stress_detections: int
    fatigue_detections: int
    per_employee_summary: dict[str, dict[str, Any]]
    alerts_triggered: int


@dataclass(frozen=True)
class NewReport:
    """A report to store. `last_detection_id`: up to which detection (by row) it counts, None for a manual report.

    `public_figures`: as in ReportRow.
    """

    figures: ReportFigures
    coverage: list[dict[str, Any]]
    kind: ReportKind
    generated_at: datetime
    last_detection_id: int | None = None
    public_figures: dict[str, Any] | None = None


@dataclass(frozen=True)
class ReportTotalsRow(ReadRow):
    """The totals of a report, without persons and devices."""

    start_timestamp: datetime
    end_timestamp: datetime
    total_detections: Annotated[int, Tally()]
    total_employees_detected: Annotated[int, Tally()]
    overall_stress_percentage: Annotated[float, Within(0, 100)]
    overall_fatigue_percentage: Annotated[float | None, Within(0, 100)]


_read_report_totals = RowReader(ReportTotalsRow)


REPORT: Select[Any] = select(*columns_for(ReportRow, reports))
"""All columns of reports, for ReportRow."""
_BRIEF: Select[Any] = select(
    *columns_for(
        ReportRow,
        reports,
        per_employee_summary=literal({}, reports.c.per_employee_summary.type),
        coverage=literal([], reports.c.coverage.type),
    )
)
"""As REPORT, without the figures of persons and cameras, which are most of a row."""


@dataclass(frozen=True)
class ReportPeriod:
    """Reports that begin in this time; None has no bound. `start` inclusive, `end` exclusive."""

    start: datetime | None = None
    end: datetime | None = None

    def restrict(self, query: Select[Any]) -> Select[Any]:
        """Add the condition to a query of reports."""
        if self.start is not None:
            query = query.where(_r.start_timestamp >= self.start)
        return query if self.end is None else query.where(_r.start_timestamp < self.end)


def select_reports(
    connection: Connection,
    period: ReportPeriod,
    limit: int,
    after: tuple[datetime, int] | None = None,
    *,
    brief: bool = False,
) -> list[ReportRow]:
    """Return reports, newest first.

    Args:
        connection: Of a transaction.
        period: When they begin.
        limit: The most that are returned.
        after: Start and id of the previous page's last row.
        brief: Without the figures of persons and cameras.
    """
    query = period.restrict(_BRIEF if brief else REPORT).order_by(_r.start_timestamp.desc(), _r.id.desc()).limit(limit)
    if after is not None:
        query = query.where(older_than(_r.start_timestamp, _r.id, after))
    return report_reader.many(connection.execute(query))


def count_reports(connection: Connection, period: ReportPeriod) -> int:
    """Return the number of reports of the period."""
    return int(connection.execute(period.restrict(select(func.count()).select_from(reports))).scalar_one())


@dataclass(frozen=True)
class PublicReports:
    """The reports that readers without access to persons may see: one length, closed, decided to be shown (ADR 23)."""

    window_minutes: int
    before: datetime

    def holds(self, row: ReportRow) -> bool:
        """Return whether a report is one of them."""
        return (
            row.kind == ReportKind.SCHEDULED
            and (row.window_minutes or self.window_minutes) == self.window_minutes
            and row.public_figures is not None
            and row.end_timestamp <= self.before
        )

    def restrict(self, query: Select[Any]) -> Select[Any]:
        """Add the same condition to a query: a page or total of other reports would disclose that they exist."""
        return query.where(
            _r.kind == str(ReportKind.SCHEDULED),
            func.coalesce(_r.window_minutes, self.window_minutes) == self.window_minutes,
            _r.public_figures.is_not(None),
            _r.end_timestamp <= self.before,
        )


def select_public_reports(
    connection: Connection,
    public: PublicReports,
    period: ReportPeriod,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[ReportRow]:
    """Return public reports, newest first. `after`: start of the previous page's last row, and any id."""
    query = period.restrict(public.restrict(REPORT)).order_by(_r.start_timestamp.desc()).limit(limit)
    if after is not None:
        query = query.where(_r.start_timestamp < after[0])
    return [own for own in map(to_public, report_reader.many(connection.execute(query))) if own is not None]


def select_public_reports_until(
    connection: Connection, public: PublicReports, ends: Collection[datetime]
) -> dict[datetime, ReportRow]:
    """Return the public reports of the windows with these ends, by their end."""
    query = public.restrict(REPORT).where(_r.end_timestamp.in_(ends))
    found = map(to_public, report_reader.many(connection.execute(query)))
    return {row.end_timestamp: row for row in found if row is not None}


def has_other_public(connection: Connection, window: Window) -> bool:
    """Return whether a public report of another window overlaps this one, so that they differ by a smaller one."""
    query = select(_r.id).where(
        _r.start_timestamp < window.end,
        _r.start_timestamp > window.start - _LONGEST_WINDOW,
        _r.end_timestamp > window.start,
        _r.public_figures.is_not(None),
        (_r.start_timestamp != window.start) | (_r.end_timestamp != window.end),
    )
    return connection.execute(query.limit(1)).first() is not None


def to_public(row: ReportRow) -> ReportRow | None:
    """Return a report with its public figures in place of its own, and without what later revisions change."""
    figures = row.public_figures
    if figures is None:
        return None
    return replace(
        row,
        total_detections=figures["total_detections"],
        total_employees_detected=figures["total_employees_detected"],
        stress_detections=figures["stress_detections"],
        fatigue_detections=figures["fatigue_detections"],
        overall_stress_percentage=percent(figures["stress_detections"], figures["total_detections"]),
        overall_fatigue_percentage=percent(figures["fatigue_detections"], figures["total_detections"]),
        alerts_triggered=figures["alerts_triggered"],
        per_employee_summary={},
        coverage=[],
        revision=0,
        generated_at=row.end_timestamp,
        last_detection_id=None,
        odd_fields=(),
    )


def count_public_reports(connection: Connection, public: PublicReports, period: ReportPeriod) -> int:
    """Return the number of public reports of the period."""
    query = period.restrict(public.restrict(select(func.count()).select_from(reports)))
    return int(connection.execute(query).scalar_one())


def find_public_report(connection: Connection, public: PublicReports, start: datetime) -> ReportRow | None:
    """Return the public report of the window that begins at `start`, or None."""
    row = connection.execute(public.restrict(REPORT).where(_r.start_timestamp == start)).first()
    return None if row is None else to_public(report_reader(row))


def select_report(connection: Connection, report_id: int) -> ReportRow | None:
    """Return the report, or None."""
    row = connection.execute(REPORT.where(_r.id == report_id)).one_or_none()
    return report_reader.one(row)


def select_reports_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, ReportRow]:
    """Return the reports that exist, by id."""
    return {row.id: report_reader(row) for row in connection.execute(REPORT.where(_r.id.in_(ids)))}


def find_scheduled(connection: Connection, window: Window) -> ReportRow | None:
    """Return the scheduled report of the window, or None."""
    query = REPORT.where(
        _r.start_timestamp == window.start, _r.end_timestamp == window.end, _r.kind == str(ReportKind.SCHEDULED)
    )
    row = connection.execute(query).one_or_none()
    return report_reader.one(row)


def insert_report(connection: Connection, report: NewReport) -> int:
    """Store a report and return its id."""
    return int(connection.execute(insert(reports).values(_values(report)).returning(_r.id)).scalar_one())


def revise_report(connection: Connection, report_id: int, report: NewReport, revision: int) -> None:
    """Replace a stored report's content and set its revision."""
    connection.execute(update(reports).where(_r.id == report_id).values(**_values(report), revision=revision))


def _values(report: NewReport) -> dict[str, object]:
    further = {name: value for name, value in vars(report).items() if name not in {"figures", "kind"}}
    return {**vars(report.figures), **further, "kind": str(report.kind)}


def select_totals(connection: Connection, window: Window) -> list[ReportTotalsRow]:
    """Return the totals of the scheduled reports that begin within the window."""
    query = select(*columns_for(ReportTotalsRow, reports)).where(
        _r.start_timestamp >= window.start, _r.start_timestamp < window.end, _r.kind == str(ReportKind.SCHEDULED)
    )
    return _read_report_totals.many(connection.execute(query))
