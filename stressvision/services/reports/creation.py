"""Creation of reports: scheduled, rewritten and manual ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts.alerts import count_alerts_in
from stressvision.db.queries.detections.windows import (
    first_moment,
    settled_detection_id,
    stream_moments_after,
    tally_window,
)
from stressvision.db.queries.reports import reports as rows
from stressvision.db.queries.reports.progress import record_reported, reported_detection_id
from stressvision.db.queries.reports.summaries import mark_stale
from stressvision.domain.calendar import day_of
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.emotions import STRESS_EMOTIONS, percent
from stressvision.domain.erasure import ERASED_KEY, forget_in_public
from stressvision.domain.notifications import NoticeKind
from stressvision.domain.reports import ReportKind, Window, summarise, window_holding
from stressvision.services.alerts.creation import create_window_alert_if_due, report_rule
from stressvision.services.context import Context
from stressvision.services.notice_routing import reader_accounts
from stressvision.services.notifications import enqueue
from stressvision.services.reports.comparisons import to_reports
from stressvision.services.reports.coverage import measure_report_coverage
from stressvision.wire.reports import EmployeeReport, Report

RECEIVED_WITHIN = timedelta(minutes=1)
"""After the end of a window: time in which the devices' last detections of it arrive, and count for all readers."""


def write_due_reports(context: Context, length: timedelta) -> tuple[Report, ...]:
    """Write or revise the report of each closed window of `length` with new detections, and return the changed ones.

    Missed windows are included. Idempotent: a window with unchanged figures keeps its report. Each window is one
    transaction, and the position is recorded after the last of them: an interrupted run is repeated, and skips the
    windows already written.
    """
    now = context.clock()
    open_window = window_holding(now, length)
    with context.database.read() as connection:
        settled = settled_detection_id(connection, open_window.start)
        reported = reported_detection_id(connection, _minutes(length))
        moments = stream_moments_after(connection, reported, open_window.start)
        windows = sorted({window_holding(moment, length) for moment in moments}, key=lambda window: window.start)
    written = []
    for window in windows:
        report = _report_window(context, window, settled, keeps_larger=True)
        if report is not None:
            written.append(report)
    with context.database.write() as connection:
        record_reported(connection, _minutes(length), settled)
    return tuple(written)


def rewrite_reports(context: Context, length: timedelta, start: datetime, end: datetime) -> Iterator[Report]:
    """Write again each closed window of `length` that begins within [start, end) and has detections.

    Yields the written or revised reports, in order of time. A window whose detections were deleted keeps its report.
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
            begin, moment = moment, first_moment(connection, Window(moment, until))
        if moment is not None and moment < begin:
            return  # written by another program in a form that sorts behind all others but reads as an earlier time
        if moment is not None:
            window = window_holding(moment, length)
            report = _report_window(context, window, settled, keeps_larger=False)
            if report is not None:
                yield report
            moment = window.end


def write_manual_report(context: Context, length: timedelta) -> Report:
    """Write a report of the `length` that ends now, marked as manual, also without detections; return it."""
    now = context.clock()
    window = Window(now - length, now)
    with context.database.write() as connection:
        figures, coverage = _figures(connection, window), _coverage(connection, window)
        report_id = rows.insert_report(connection, rows.NewReport(figures, coverage, ReportKind.MANUAL, now))
        return _read_report(connection, context, report_id)


def _report_window(context: Context, window: Window, settled: int, *, keeps_larger: bool) -> Report | None:
    """Write or revise the window's report in one transaction, and return it; None where it does not change.

    `keeps_larger`: keep a report with more detections than there are now, because the missing ones were deleted by
    retention.
    """
    with context.database.write() as connection:
        _create_due_alerts(connection, context, window)
        figures = _figures(connection, window)
        existing = rows.find_scheduled(connection, window)
        if existing is not None and (
            existing.has_figures(figures)
            or (keeps_larger and (existing.total_detections or 0) > figures.total_detections)
        ):
            return None
        coverage = _coverage(connection, window)
        public = _public_figures(connection, window) if existing is None else _keep_public(existing, figures)
        new = rows.NewReport(figures, coverage, ReportKind.SCHEDULED, context.clock(), settled, public)
        if existing is None:
            report_id = rows.insert_report(connection, new)
            if public is not None or reader_accounts(connection) is None:
                # Administrators choose who receives messages: each would state that somebody was seen in the window.
                enqueue(connection, context, NoticeKind.REPORT, report_id)
        else:
            report_id = existing.id
            rows.revise_report(connection, report_id, new, existing.revision + 1)
        mark_stale(connection, day_of(window.start, ZoneInfo(context.settings.time_zone)))
        return _read_report(connection, context, report_id)


def _read_report(connection: Connection, context: Context, report_id: int) -> Report:
    found = rows.select_report(connection, report_id)
    (report,) = to_reports(connection, [found] if found else [], ZoneInfo(context.settings.time_zone))
    return report


def _create_due_alerts(connection: Connection, context: Context, window: Window) -> None:
    _, tallies = tally_window(connection, window)
    rule = report_rule(context.settings, window.end - window.start)
    for employee_id in sorted({tally.employee_id for tally in tallies if tally.emotion in STRESS_EMOTIONS}):
        create_window_alert_if_due(connection, context, rule, employee_id, window.end - timedelta(milliseconds=1))


def _figures(connection: Connection, window: Window) -> rows.ReportFigures:
    totals, tallies = tally_window(connection, window)
    summary = {
        str(person.employee_id): EmployeeReport.model_validate(person, from_attributes=True).model_dump(mode="json")
        for person in summarise(tallies)
    }
    return rows.ReportFigures(
        start_timestamp=window.start,
        end_timestamp=window.end,
        window_minutes=_minutes(window.end - window.start),
        total_detections=totals.detections,
        total_employees_detected=totals.employees,
        overall_stress_percentage=percent(totals.stress, totals.detections),
        overall_fatigue_percentage=percent(totals.fatigue, totals.detections),
        stress_detections=totals.stress,
        fatigue_detections=totals.fatigue,
        per_employee_summary=summary,
        alerts_triggered=count_alerts_in(connection, window),
    )


def _public_figures(connection: Connection, window: Window) -> dict[str, Any] | None:
    """Return what may be shown of a window without persons, or None; decided when its report is first written.

    Detections that arrive later do not count: whoever posts as a device could add people to a window of the past until
    it may be shown, and the difference of two versions would be the person whose device was late. For the same reason
    a window that overlaps another one that is shown, of another length, is not shown.
    """
    totals, tallies = tally_window(connection, window, received_before=window.end + RECEIVED_WITHIN)
    people = summarise(tallies)
    if not is_large_enough(len(people)) or rows.has_other_public(connection, window):
        return None
    return {
        "total_detections": totals.detections,
        "total_employees_detected": len(people),
        "stress_detections": totals.stress,
        "fatigue_detections": totals.fatigue,
        "alerts_triggered": count_alerts_in(connection, window),
        "people": {
            str(person.employee_id): {
                "department": person.department,
                "total_detections": person.total_detections,
                "counts": dict(person.counts),
            }
            for person in people
        },
    }


def _keep_public(existing: rows.ReportRow, figures: rows.ReportFigures) -> dict[str, Any] | None:
    """Return the public figures of a revised report: the same, without the ids of people who are in it no longer."""
    public = existing.public_figures
    for employee_id in set(public["people"] if public else ()) - set(figures.per_employee_summary) - {ERASED_KEY}:
        public = forget_in_public(public, int(employee_id))
    return public


def _coverage(connection: Connection, window: Window) -> list[dict[str, Any]]:
    return [device.model_dump(mode="json") for device in measure_report_coverage(connection, window)]


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
