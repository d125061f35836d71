"""Writing and reading reports."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stressvision.core.errors import Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import reports as rows
from stressvision.db.queries.alerts import count_alerts_in
from stressvision.db.queries.changes import prune_changes
from stressvision.db.queries.coverage import note_detections
from stressvision.db.queries.detections import (
    first_moment,
    settled_detection_id,
    stream_moments_after,
    tally_window,
)
from stressvision.db.queries.summaries import mark_stale
from stressvision.domain.calendar import day_of
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.emotions import STRESS_EMOTIONS, percent
from stressvision.domain.notifications import NoticeKind
from stressvision.domain.reports import ReportKind, Window, summarise, window_holding
from stressvision.services.alerts.decisions import create_window_alert_if_due, report_rule
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import enqueue
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.services.reports.comparisons import to_reports
from stressvision.services.reports.coverage import measure_coverage
from stressvision.wire.reports import EmployeeReport, Report, ReportList

FEED_KEPT = timedelta(days=1)
"""How long a WebSocket client may have been away and still resume without a gap."""
COVERAGE_SLICES = 60
"""Into how many slices the strip of a report's coverage is cut at most: quarter hours by the minute."""


def list_reports(context: Context, limit: int, after: Instant | None = None) -> ReportList:
    """Newest first; `after` goes on there."""
    with context.database.read() as connection:
        found = rows.select_reports(connection, limit + 1, after)
        total = rows.count_reports(connection)
        told = to_reports(connection, found[:limit], ZoneInfo(context.settings.time_zone))
    return ReportList(
        reports=told,
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.start_timestamp, row.id)),
    )


def read_report(context: Context, report_id: int, actor: Actor | None = None) -> Report:
    """`actor`: who takes it away as a file, which is audited. Raises NotFound."""
    if actor is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "print_report", "report", report_id)
    with context.database.read() as connection:
        row = rows.select_report(connection, report_id)
        if row is None:
            raise NotFound(Message(es=f"No existe el reporte {report_id}.", en=f"There is no report {report_id}."))
        return _tell(connection, context, row)


def without_persons(context: Context, report: Report) -> Report | None:
    """What who may not see persons may see of it: windows that do not overlap, with enough people in them.

    None for the others (docs/adr/0023), among them manual reports and windows of another length.
    """
    is_unit = report.kind == ReportKind.SCHEDULED and report.window_minutes == context.settings.interval_minutes
    if not is_unit or not is_large_enough(report.total_employees_detected):
        return None
    previous = report.previous
    if previous is not None and not is_large_enough(previous.total_employees_detected):
        previous = None
    return report.model_copy(update={"per_employee_summary": {}, "previous": previous})


def write_due_reports(context: Context, length: timedelta) -> tuple[Report, ...]:
    """One report for each closed window of `length` that has new detections: first ones, missed ones, revisions.

    Idempotent: a window whose figures have not changed is left as it is. Each window is one transaction, and how far
    the reports are is recorded only after the last of them: whoever is killed in between begins again, and finds done
    what is done.
    """
    now = context.clock()
    open_window = window_holding(now, length)
    with context.database.read() as connection:
        settled = settled_detection_id(connection, open_window.start)
        reported = rows.reported_detection_id(connection, _minutes(length))
        moments = stream_moments_after(connection, reported, open_window.start)
        windows = sorted({window_holding(moment, length) for moment in moments}, key=lambda window: window.start)
    written = []
    for window in windows:
        report = _report_window(context, window, settled, keeps_larger=True)
        if report is not None:
            written.append(report)
    with context.database.write() as connection:
        rows.record_reported(connection, _minutes(length), settled)
        prune_changes(connection, now - FEED_KEPT)
    return tuple(written)


def rewrite_reports(context: Context, length: timedelta, start: datetime, end: datetime) -> Iterator[Report]:
    """Each closed window of `length` that begins within [start, end) and has detections, written (again) as it is now.

    A window whose detections are gone keeps its report. Yields what was written or revised, in order of time.
    """
    moment: datetime | None = window_holding(start, length).start
    if moment is not None and moment < start:
        moment += length
    until = min(
        window_holding(end - timedelta(microseconds=1), length).end, window_holding(context.clock(), length).start
    )
    while moment is not None:
        with context.database.read() as connection:
            settled = settled_detection_id(connection, until)
            moment = first_moment(connection, Window(moment, until))
        if moment is not None:
            window = window_holding(moment, length)
            report = _report_window(context, window, settled, keeps_larger=False)
            if report is not None:
                yield report
            moment = window.end


def write_manual_report(context: Context, length: timedelta) -> Report:
    """A report of the `length` that ends now, marked as manual; written even where nobody was seen."""
    now = context.clock()
    window = Window(now - length, now)
    with context.database.write() as connection:
        values = {
            **_figures(connection, window),
            **_coverage(connection, window),
            "kind": str(ReportKind.MANUAL),
            "generated_at": now,
        }
        report_id = rows.insert_report(connection, values)
        return _tell(connection, context, rows.select_report(connection, report_id))


def _report_window(context: Context, window: Window, settled: int, *, keeps_larger: bool) -> Report | None:
    """Writes or revises the window's report, in one transaction; None where it stays as it is.

    `keeps_larger`: a report that knows of more detections than there are now stays, for detections only ever come;
    the others were deleted when their term was over.
    """
    with context.database.write() as connection:
        _raise_alerts(connection, context, window)
        figures = _figures(connection, window)
        existing = rows.find_scheduled(connection, window)
        if existing is not None and (
            all(getattr(existing, name) == value for name, value in figures.items())
            or (keeps_larger and existing.total_detections > figures["total_detections"])
        ):
            return None
        values = {
            **figures,
            **_coverage(connection, window),
            "kind": str(ReportKind.SCHEDULED),
            "last_detection_id": settled,
            "generated_at": context.clock(),
        }
        if existing is None:
            report_id = rows.insert_report(connection, values)
            enqueue(connection, context, NoticeKind.REPORT, report_id)
        else:
            report_id = existing.id
            rows.update_report(connection, report_id, {**values, "revision": existing.revision + 1})
        mark_stale(connection, day_of(window.start, ZoneInfo(context.settings.time_zone)))
        return _tell(connection, context, rows.select_report(connection, report_id))


def _tell(connection: Connection, context: Context, row: Any) -> Report:
    (report,) = to_reports(connection, [row], ZoneInfo(context.settings.time_zone))
    return report


def _raise_alerts(connection: Connection, context: Context, window: Window) -> None:
    _, tallies = tally_window(connection, window)
    rule = report_rule(context.settings, window.end - window.start)
    for employee_id in sorted({tally.employee_id for tally in tallies if tally.emotion in STRESS_EMOTIONS}):
        create_window_alert_if_due(connection, context, rule, employee_id, window.end - timedelta(milliseconds=1))


def _figures(connection: Connection, window: Window) -> dict[str, Any]:
    totals, tallies = tally_window(connection, window)
    summary = {
        str(person.employee_id): EmployeeReport.model_validate(person, from_attributes=True).model_dump(mode="json")
        for person in summarise(tallies)
    }
    return {
        "start_timestamp": window.start,
        "end_timestamp": window.end,
        "window_minutes": _minutes(window.end - window.start),
        "total_detections": totals.detections,
        "total_employees_detected": totals.employees,
        "overall_stress_percentage": percent(totals.stress, totals.detections),
        "overall_fatigue_percentage": percent(totals.fatigue, totals.detections),
        "stress_detections": totals.stress,
        "fatigue_detections": totals.fatigue,
        "per_employee_summary": summary,
        "alerts_triggered": count_alerts_in(connection, window),
    }


def _coverage(connection: Connection, window: Window) -> dict[str, Any]:
    note_detections(connection, window)
    found = measure_coverage(connection, window, -(-_minutes(window.end - window.start) // COVERAGE_SLICES))
    return {"coverage": [device.model_dump(mode="json") for device in found]}


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
