"""Reading of stored reports: list, read one, and reduce one to what a viewer may see."""

from zoneinfo import ZoneInfo

from stressvision.core.errors import Message, NotFound
from stressvision.db.queries import reports as rows
from stressvision.domain.disclosure import is_large_enough
from stressvision.domain.reports import ReportKind
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.services.reports.comparisons import to_reports
from stressvision.wire.reports import Report, ReportList


def list_reports(context: Context, limit: int, after: Instant | None = None) -> ReportList:
    """Return a page of reports, newest first. `after`: cursor of the previous page; None for the first."""
    with context.database.read() as connection:
        found = rows.select_reports(connection, limit + 1, after)
        total = rows.count_reports(connection)
        reports = to_reports(connection, found[:limit], ZoneInfo(context.settings.time_zone))
    return ReportList(
        reports=reports,
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.start_timestamp, row.id)),
    )


def read_report(context: Context, report_id: int, actor: Actor | None = None) -> Report:
    """Return one report. Raises NotFound. `actor`: the person who downloads it as a file, which is audited."""
    if actor is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "print_report", "report", report_id)
    with context.database.read() as connection:
        row = rows.select_report(connection, report_id)
        if row is None:
            raise NotFound(Message(es=f"No existe el reporte {report_id}.", en=f"There is no report {report_id}."))
        (report,) = to_reports(connection, [row], ZoneInfo(context.settings.time_zone))
    return report


def to_public_report(context: Context, report: Report) -> Report | None:
    """Return the report without persons, as viewers may see it, or None where they may not see it.

    Viewers see windows that do not overlap and rest on enough people (docs/adr/0023); therefore no manual reports and
    no windows of another length than the configured one.
    """
    is_unit = report.kind == ReportKind.SCHEDULED and report.window_minutes == context.settings.interval_minutes
    if not is_unit or not is_large_enough(report.total_employees_detected):
        return None
    previous = report.previous
    if previous is not None and not is_large_enough(previous.total_employees_detected):
        previous = None
    return report.model_copy(update={"per_employee_summary": {}, "previous": previous})
