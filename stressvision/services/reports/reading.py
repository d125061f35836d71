"""Reading of stored reports: list, read one, and reduce one to what a viewer may see."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from stressvision.core.errors import Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.reports import reports as rows
from stressvision.services.audit import record, record_people_read
from stressvision.services.context import Actor, Context
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.services.permitted import withhold_emotions
from stressvision.services.reports.comparisons import to_reports
from stressvision.wire.reports import PreviousPeriod, Report, ReportList
from stressvision.wire.values import MAX_REFERENCE

ALWAYS = rows.ReportPeriod()


def list_reports(
    context: Context,
    limit: int,
    after: Instant | None = None,
    actor: Actor | None = None,
    period: rows.ReportPeriod = ALWAYS,
    *,
    brief: bool = False,
) -> ReportList:
    """Return a page of reports, newest first.

    Args:
        context: Database, settings and clock.
        limit: Reports of one page.
        after: Cursor of the previous page; None for the first.
        actor: The reader, whose read is audited for each person in them; None: a program of the system.
        period: When the reports begin.
        brief: Without the figures of persons, of whom nothing is read then, and of cameras.
    """
    with context.database.read() as connection:
        found = rows.select_reports(connection, period, limit + 1, after, brief=brief)
        total = rows.count_reports(connection, period)
        reports = to_reports(connection, found[:limit], ZoneInfo(context.settings.time_zone))
    if actor is not None:
        record_people_read(context, actor, "read_report", people_of(*reports))
    return ReportList(
        reports=[withhold_emotions(context, report) for report in reports],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.start_timestamp, row.id)),
    )


def read_report(context: Context, report_id: int, actor: Actor | None = None, *, is_file: bool = False) -> Report:
    """Return one report. Raises NotFound.

    Args:
        context: Database, settings and clock.
        report_id: Row of the report.
        actor: The reader of the figures of persons, audited for each of them; None: without persons.
        is_file: The report is downloaded as a file, which has a row of its own.
    """
    if actor is not None and is_file:
        with context.database.write() as connection:
            record(connection, context, actor, "print_report", "report", report_id)
    with context.database.read() as connection:
        row = rows.select_report(connection, report_id)
        if row is None:
            raise NotFound(Message(es=f"No existe el reporte {report_id}.", en=f"There is no report {report_id}."))
        (report,) = to_reports(connection, [row], ZoneInfo(context.settings.time_zone))
    if actor is not None:
        record_people_read(context, actor, "read_report", people_of(report))
    return withhold_emotions(context, report)


def people_of(*reports: Report) -> set[int]:
    """Return the ids of the people in reports."""
    return {person.employee_id for report in reports for person in report.per_employee_summary.values()}


def list_public_reports(
    context: Context,
    limit: int,
    after: Instant | None = None,
    period: rows.ReportPeriod = ALWAYS,
    *,
    brief: bool = False,
) -> ReportList:
    """Return a page of the reports that are shown without access to persons; total and pages count these alone.

    `brief`: without the figures of cameras.
    """
    public = public_reports(context)
    with context.database.read() as connection:
        found = rows.select_public_reports(connection, public, period, limit + 1, after)
        total = rows.count_public_reports(connection, public, period)
        reports = _to_public_reports(connection, context, found[:limit])
    if brief:
        reports = [report.model_copy(update={"coverage": []}) for report in reports]
    return ReportList(
        reports=[withhold_emotions(context, report) for report in reports],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.start_timestamp, MAX_REFERENCE)),
    )


def read_public_report(context: Context, public_id: int) -> Report:
    """Return one report without persons. `public_id`: see public_report_id. Raises NotFound, for a withheld one too."""
    with context.database.read() as connection:
        start = _start_of(public_id)
        row = None if start is None else rows.find_public_report(connection, public_reports(context), start)
        if row is None:
            raise NotFound(_NOT_PUBLIC)
        (report,) = _to_public_reports(connection, context, [row])
    return withhold_emotions(context, report)


def public_reports(context: Context) -> rows.PublicReports:
    """Return which reports readers without access to persons may see now."""
    return rows.PublicReports(context.settings.interval_minutes, context.clock())


def public_report_id(start: datetime) -> int:
    """Return the id of a report for readers without access to persons: the minutes from 1970 to its start.

    Row ids would disclose by their gaps in which other windows a person was seen.
    """
    return int(start.timestamp()) // 60


def to_public_report(context: Context, report: Report) -> Report | None:
    """Return a report with persons as others may see it (`persons=false`), or None where they may not see it."""
    with context.database.read() as connection:
        row = rows.find_public_report(connection, public_reports(context), report.start_timestamp)
        if row is None or row.id != report.id:
            return None
        return withhold_emotions(context, _to_public_reports(connection, context, [row])[0])


def _to_public_reports(connection: Connection, context: Context, found: Sequence[rows.ReportRow]) -> list[Report]:
    """Return public rows as reports, with the public figures of the window before."""
    starts = {row.start_timestamp for row in found}
    before = rows.select_public_reports_until(connection, public_reports(context), starts)
    reports = to_reports(connection, found, ZoneInfo(context.settings.time_zone))
    return [
        report.model_copy(
            update={
                "id": public_report_id(report.start_timestamp),
                "previous": _to_previous(before.get(report.start_timestamp)),
            }
        )
        for report in reports
    ]


def _to_previous(row: rows.ReportRow | None) -> PreviousPeriod | None:
    return None if row is None else PreviousPeriod.model_validate(row)


def _start_of(public_id: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(public_id * 60, UTC)
    except (ValueError, OverflowError, OSError):
        return None


_NOT_PUBLIC = Message(
    es="No hay ningún reporte con ese número que se muestre sin permiso para ver personas: sus ventanas terminaron y "
    "tuvieron al menos cinco personas.",
    en="No report with that number is shown without permission to see persons: shown windows are over and had at "
    "least five people.",
)
