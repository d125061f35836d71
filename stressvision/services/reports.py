"""Writing and reading reports."""

from datetime import datetime, timedelta
from typing import Any

from stressvision.db import reports as rows
from stressvision.db.alerts import count_alerts_in
from stressvision.db.changes import prune_changes
from stressvision.db.connection import Connection
from stressvision.db.detections import settled_detection_id, stream_moments_after, tally_window
from stressvision.domain.emotions import STRESS_EMOTIONS
from stressvision.domain.reports import ReportKind, Window, summarise, window_holding
from stressvision.errors import Message, NotFound
from stressvision.services.alerts import raise_if_due, report_rule
from stressvision.services.context import Context
from stressvision.wire.backend import EmployeeReport, Report, ReportList
from stressvision.wire.pages import Instant, next_cursor, write_instant

FEED_KEPT = timedelta(days=1)
"""How long a WebSocket client may have been away and still resume without a gap."""


def list_reports(context: Context, limit: int, after: Instant | None = None) -> ReportList:
    """Newest first; `after` goes on there."""
    with context.database.read() as connection:
        found = rows.select_reports(connection, limit + 1, after)
        total = rows.count_reports(connection)
    return ReportList(
        reports=[Report.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.start_timestamp, row.id)),
    )


def read_report(context: Context, report_id: int) -> Report:
    """Raises NotFound."""
    with context.database.read() as connection:
        row = rows.select_report(connection, report_id)
    if row is None:
        raise NotFound(Message(es=f"No existe el reporte {report_id}.", en=f"There is no report {report_id}."))
    return Report.model_validate(row)


def write_due_reports(context: Context, length: timedelta) -> tuple[Report, ...]:
    """One report for each closed window of `length` that has new detections: first ones, missed ones, revisions.

    Idempotent: a window whose figures have not changed is left as it is. Each window is one transaction.
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
        with context.database.write() as connection:
            _raise_alerts(connection, context, window)
            report_id = _write_scheduled(connection, window, settled, now)
            if report_id is not None:
                written.append(Report.model_validate(rows.select_report(connection, report_id)))
    with context.database.write() as connection:
        prune_changes(connection, now - FEED_KEPT)
    return tuple(written)


def write_manual_report(context: Context, length: timedelta) -> Report:
    """A report of the `length` that ends now, marked as manual; written even where nobody was seen."""
    now = context.clock()
    window = Window(now - length, now)
    with context.database.write() as connection:
        values = {**_content(connection, window), "kind": str(ReportKind.MANUAL), "generated_at": now}
        report_id = rows.insert_report(connection, values)
        return Report.model_validate(rows.select_report(connection, report_id))


def _raise_alerts(connection: Connection, context: Context, window: Window) -> None:
    _, tallies = tally_window(connection, window)
    rule = report_rule(context.settings, window.end - window.start)
    for employee_id in sorted({tally.employee_id for tally in tallies if tally.emotion in STRESS_EMOTIONS}):
        raise_if_due(connection, context, rule, employee_id, window.end - timedelta(milliseconds=1))


def _write_scheduled(connection: Connection, window: Window, settled: int, now: datetime) -> int | None:
    content = _content(connection, window)
    existing = rows.find_scheduled(connection, window)
    if existing is None:
        values = {**content, "kind": str(ReportKind.SCHEDULED), "last_detection_id": settled, "generated_at": now}
        return rows.insert_report(connection, values)
    report_id: int = existing.id
    if all(getattr(existing, name) == value for name, value in content.items()):
        rows.update_report(connection, report_id, {"last_detection_id": settled})
        return None
    revised = {**content, "revision": existing.revision + 1, "last_detection_id": settled, "generated_at": now}
    rows.update_report(connection, report_id, revised)
    return report_id


def _content(connection: Connection, window: Window) -> dict[str, Any]:
    totals, tallies = tally_window(connection, window)
    summary = {
        str(person.employee_id): EmployeeReport.model_validate(person, from_attributes=True).model_dump(mode="json")
        for person in summarise(tallies)
    }
    share = round(100.0 * totals.stress / totals.detections, 2) if totals.detections else 0.0
    return {
        "start_timestamp": window.start,
        "end_timestamp": window.end,
        "window_minutes": _minutes(window.end - window.start),
        "total_detections": totals.detections,
        "total_employees_detected": totals.employees,
        "overall_stress_percentage": share,
        "per_employee_summary": summary,
        "alerts_triggered": count_alerts_in(connection, window),
    }


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)
