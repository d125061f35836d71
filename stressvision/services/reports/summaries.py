"""Daily and weekly summaries, added up from window reports, never from single detections."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from stressvision.core.errors import InvalidInput, Message
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections.detections import DetectionFilter, count_detections
from stressvision.db.queries.reports import summaries as rows
from stressvision.db.queries.reports.reports import ReportRow, to_public
from stressvision.domain.calendar import DAY, day_of, day_window, parse_day, week_of
from stressvision.domain.reports import Window
from stressvision.domain.summaries import (
    SETTLED_AFTER,
    EmotionTotals,
    PublicWindow,
    WindowFigures,
    WindowReport,
    sum_day,
)
from stressvision.services.audit import record, record_people_read
from stressvision.services.context import Actor, Context
from stressvision.services.permitted import withhold_emotions
from stressvision.services.reports.comparisons import usual_before
from stressvision.services.reports.coverage import SLICE, measure_coverage
from stressvision.services.reports.summary_builder import (
    PeriodSums,
    build_summary,
    join_days,
    to_aggregate,
    to_period_summary,
)
from stressvision.wire.reports import Aggregate, DeviceCoverage, PeriodFigures, Summary


def read_day(context: Context, text: str, actor: Actor, *, persons: bool = True) -> Summary:
    """Return the summary of a calendar day in the plant's time zone; with persons the read is audited.

    A day that is over has a stored summary; one that is not, or has changed since, is added up now.

    Args:
        context: Database, settings and clock.
        text: The day, YYYY-MM-DD.
        actor: The reader, for the audit log.
        persons: Include persons; otherwise only what a viewer may see.

    Raises:
        InvalidInput: The text is not a day, or the day is in the future.
    """
    day = parse_past_day(context, text)
    return _summarise(context, "daily", (day,), (day - DAY,), actor, persons=persons)


def read_week(context: Context, text: str, actor: Actor, *, persons: bool = True) -> Summary:
    """Return the summary of the week, Monday to Sunday, that contains the day YYYY-MM-DD; otherwise as read_day."""
    days = week_of(parse_past_day(context, text))
    return _summarise(context, "weekly", days, week_of(days[0] - DAY), actor, persons=persons)


def write_due_summaries(context: Context) -> tuple[date, ...]:
    """Write the summary of each day that is over and whose reports have changed, and return these days.

    Each day is one transaction: after an interruption a day is either complete or still marked as due.
    """
    zone = ZoneInfo(context.settings.time_zone)
    with context.database.write() as connection:
        if not rows.has_summaries(connection):
            for day in sorted({day_of(start, zone) for start in rows.stream_starts(connection)}):
                rows.mark_stale(connection, day)
    over = day_of(context.clock() - SETTLED_AFTER, zone) - DAY
    with context.database.read() as connection:
        due = rows.select_stale(connection, over)
    for day in due:
        with context.database.write() as connection:
            _store(connection, context, day)
    return due


def parse_past_day(context: Context, text: str) -> date:
    """Return the day. Raises InvalidInput for a text that is not a day, and for a day in the future."""
    day = parse_day(text, field="date")
    if day > day_of(context.clock(), ZoneInfo(context.settings.time_zone)):
        raise InvalidInput(
            Message(
                es=f"El día {day} aún no ha llegado: pida hoy o un día anterior.",
                en=f"{day} is in the future: request today or an earlier day.",
            ),
            field="date",
        )
    return day


def _summarise(
    context: Context, kind: str, days: Sequence[date], before: Sequence[date], actor: Actor, *, persons: bool
) -> Summary:
    if persons:
        with context.database.write() as connection:
            record(connection, context, actor, f"read_{kind}_summary", "report", None, {"day": days[0].isoformat()})
    with context.database.read() as connection:
        period = join_days(tuple(_read(connection, context, day) for day in days))
        previous = join_days(tuple(_read(connection, context, day) for day in before))
        names = rows.select_names(connection, period.people) if persons else {}
        usual = usual_before(connection, days[0]) if persons else {}
    if persons:
        record_people_read(context, actor, f"read_{kind}_summary", period.people)
    zone, now = context.settings.time_zone, context.clock()
    summary = build_summary(kind, period, previous, names, usual, zone, now=now, persons=persons)
    return withhold_emotions(context, summary)


def _read(connection: Connection, context: Context, day: date) -> PeriodSums:
    """Return the stored sums of a day, or sums added up from its reports where none are stored or current."""
    stored = rows.find_day(connection, day)
    if (
        stored is None
        or stored.odd_fields
        or stored.time_zone != context.settings.time_zone
        or rows.is_stale(connection, day)
    ):
        return _sum_reports(connection, context, day)
    people = {employee_id: tally for employee_id, _, tally in rows.select_employee_days(connection, day, day)}
    return PeriodSums(
        days=(day,),
        window=Window(stored.start_timestamp, stored.end_timestamp),
        is_final=True,
        revision=stored.revision,
        generated_at=stored.generated_at,
        periods=tuple(PeriodFigures.model_validate(period) for period in stored.windows),
        people=people,
        aggregate=Aggregate.model_validate(stored.aggregate),
        coverage=tuple(DeviceCoverage.model_validate(device) for device in stored.coverage),
    )


def sum_public_reports(connection: Connection, context: Context, day: date) -> Aggregate:
    """Return what a viewer may see of a day that is over, added up from its reports."""
    window = day_window(day, ZoneInfo(context.settings.time_zone))
    return to_aggregate(sum_day(_stream(connection, context, window)).aggregate)


def _sum_reports(connection: Connection, context: Context, day: date) -> PeriodSums:
    """Return the sums of a day, added up from its reports."""
    now = context.clock()
    window = day_window(day, ZoneInfo(context.settings.time_zone))
    figures = sum_day(_stream(connection, context, window))
    passed = Window(window.start, max(window.start, min(window.end, now)))
    reported = sum(own.detections for own in figures.windows)
    unreported = max(0, count_detections(connection, DetectionFilter(start=window.start, end=window.end)) - reported)
    aggregate = to_aggregate(figures.aggregate)
    if now < window.end + SETTLED_AFTER:
        # Between two quarter hours a department, or the number of people, may change by the detections of one person.
        people = max((period.total_employees_detected for period in aggregate.periods), default=0)
        hidden = {"departments": [], "withheld": True, "total_employees_detected": people}
        aggregate = aggregate.model_copy(update=hidden)
    return PeriodSums(
        days=(day,),
        window=window,
        is_final=not figures.windows and not unreported and now >= window.end + SETTLED_AFTER,
        revision=0,
        generated_at=now,
        periods=tuple(to_period_summary(own) for own in figures.windows),
        people=figures.people,
        aggregate=aggregate,
        coverage=tuple(measure_coverage(connection, passed, SLICE)),
        unreported=unreported,
    )


def _stream(connection: Connection, context: Context, window: Window) -> Iterator[WindowReport]:
    for row in rows.stream_reports(connection, window, context.settings.interval_minutes):
        summary: dict[str, Any] = row.per_employee_summary or {}
        people = {int(key): _to_totals(person) for key, person in summary.items()}
        yield WindowReport(_figures(row, people), people, _public_window(row))


def _public_window(row: ReportRow) -> PublicWindow | None:
    public = to_public(row)
    if public is None or row.public_figures is None:
        return None
    stored: dict[str, Any] = row.public_figures["people"]
    people = {int(key): _to_totals(person) for key, person in stored.items()}
    return PublicWindow(_figures(public, people), people, {int(key): own["department"] for key, own in stored.items()})


def _figures(row: ReportRow, people: dict[int, EmotionTotals]) -> WindowFigures:
    """Return a report's figures. Reports of version 0.1 store stress in percent only, and fatigue by person only."""
    total = row.total_detections or 0
    stress = row.stress_detections
    fatigue = row.fatigue_detections
    return WindowFigures(
        start=row.start_timestamp,
        end=row.end_timestamp,
        detections=total,
        employees=row.total_employees_detected or 0,
        stress=round((row.overall_stress_percentage or 0.0) * total / 100) if stress is None else stress,
        fatigue=sum(tally.fatigue for tally in people.values()) if fatigue is None else fatigue,
        alerts=row.alerts_triggered or 0,
    )


def _to_totals(person: dict[str, Any]) -> EmotionTotals:
    counts = person.get("counts") or {}
    total = person.get("total_detections")
    return EmotionTotals(sum(counts.values()) if total is None else total, counts)


def _store(connection: Connection, context: Context, day: date) -> None:
    sums = _sum_reports(connection, context, day)
    existing = rows.find_day(connection, day)
    rows.unmark_stale(connection, day)
    if existing is not None and not existing.odd_fields and existing.time_zone == context.settings.time_zone:
        # What is shown of a day never changes: the difference would be what arrived late or was erased.
        sums = replace(sums, aggregate=Aggregate.model_validate(existing.aggregate))
    if existing is not None and _has_deleted_windows(existing, sums, context.settings.time_zone):
        return
    figures = rows.DailyFigures(
        time_zone=context.settings.time_zone,
        start_timestamp=sums.window.start,
        end_timestamp=sums.window.end,
        total_detections=sums.totals.detections,
        total_employees_detected=len(sums.people),
        stress_detections=sums.totals.stress,
        fatigue_detections=sums.totals.fatigue,
        overall_stress_percentage=sums.totals.stress_pct,
        overall_fatigue_percentage=sums.totals.fatigue_pct,
        alerts_triggered=sums.totals.alerts,
        windows=[period.model_dump(mode="json") for period in sums.periods],
        aggregate=sums.aggregate.model_dump(mode="json"),
    )
    if existing is None or not existing.has_figures(figures):
        coverage = [device.model_dump(mode="json") for device in sums.coverage]
        revision = 0 if existing is None else existing.revision + 1
        rows.store_day(
            connection,
            day,
            rows.DayRow(**vars(figures), coverage=coverage, revision=revision, generated_at=context.clock()),
        )
    rows.replace_employee_days(connection, day, sums.people)


def _has_deleted_windows(stored: rows.DayRow, sums: PeriodSums, time_zone: str) -> bool:
    """Return whether the stored summary includes reports that retention has deleted since."""
    stored_starts = {PeriodFigures.model_validate(period).start_timestamp for period in stored.windows}
    return stored.time_zone == time_zone and not stored_starts <= {period.start_timestamp for period in sums.periods}
