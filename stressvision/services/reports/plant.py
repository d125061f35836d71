"""The plant by area, hour and shift, from what may be shown without persons of each finished day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.domain.calendar import DAY, day_of, day_window
from stressvision.domain.emotions import percent
from stressvision.domain.plant import (
    SHIFTS,
    AreaHour,
    HourSum,
    Share,
    Span,
    days_before,
    days_of,
    parse_shift_hours,
    sum_hours,
    sum_shifts,
)
from stressvision.domain.summaries import SETTLED_AFTER
from stressvision.services.context import Context
from stressvision.services.reports.summaries import parse_past_day, read_day_sums, sum_reports
from stressvision.services.reports.summary_builder import PeriodSums
from stressvision.wire.plant import AreaFigures, DayFigure, GroupFigure, HourFigure, PlantFigures, ShiftFigure


def read_plant(context: Context, span: Span, text: str) -> PlantFigures:
    """Return the calendar week or month that contains the day YYYY-MM-DD, without persons.

    The current day is left out: between two quarter hours a group may change by the detections of one person.

    Raises:
        InvalidInput: The text is not a day, or the day is in the future.
    """
    zone = ZoneInfo(context.settings.time_zone)
    day = parse_past_day(context, text)
    last = day_of(context.clock() - SETTLED_AFTER, zone) - DAY
    wanted = days_of(span, day)
    with context.database.read() as connection:
        sums = [_read(connection, context, own) for own in wanted if own <= last]
        before = [_read(connection, context, own) for own in days_before(span, day) if own <= last]
    return _build(context, span, wanted, sums, before)


def _read(connection: Connection, context: Context, day: date) -> PeriodSums:
    """Return the sums of a day. One that was stored without cells gets them, if its reports are still complete."""
    sums = read_day_sums(connection, context, day)
    if sums.aggregate.cells is not None:
        return sums
    recounted = sum_reports(connection, context, day)
    return recounted if recounted.aggregate.departments == sums.aggregate.departments else sums


def _build(
    context: Context, span: Span, wanted: Sequence[date], sums: Sequence[PeriodSums], before: Sequence[PeriodSums]
) -> PlantFigures:
    zone, length = ZoneInfo(context.settings.time_zone), timedelta(minutes=context.settings.interval_minutes)
    cells = [cell for own in sums for cell in _cells(own)]
    windows = [window for own in sums for window in _windows(own)]
    trend = [_to_day(own.days[0], share) for own in sums if (share := _total(own)).total]
    return PlantFigures(
        span=span.value,
        day=wanted[0].isoformat(),
        end_day=wanted[-1].isoformat(),
        start_timestamp=day_window(wanted[0], zone).start,
        end_timestamp=day_window(wanted[-1], zone).end,
        time_zone=context.settings.time_zone,
        is_final=len(sums) == len(wanted),
        days=len(sums),
        days_with_figures=len(trend),
        shown_windows=sum(len(own.aggregate.periods) for own in sums),
        windows=sum(round((own.window.end - own.window.start) / length) for own in sums),
        total=_to_group(_add(_total(own) for own in sums)),
        previous=_to_group(_add(_total(own) for own in before)),
        hours=[_to_hour(hour, own) for hour, own in sum_hours(windows, zone).get(None, {}).items()],
        trend=trend,
        areas=_build_areas(zone, sums, before, cells),
        shifts=_build_shifts(context, zone, windows),
    )


def _build_areas(
    zone: ZoneInfo, sums: Sequence[PeriodSums], before: Sequence[PeriodSums], cells: Sequence[AreaHour]
) -> list[AreaFigures]:
    by_day: dict[str | None, dict[date, Share]] = defaultdict(dict)
    earlier: dict[str | None, Share] = defaultdict(Share)
    for own in sums:
        for area, share in _areas(own):
            by_day[area][own.days[0]] = share
    for own in before:
        for area, share in _areas(own):
            earlier[area] += share
    hours = sum_hours(cells, zone)
    names = sorted({*by_day, *hours}, key=lambda area: (area is None, (area or "").casefold()))
    return [
        AreaFigures(
            department=area,
            total=_to_group(_add(by_day[area].values())),
            previous=_to_group(earlier[area]),
            hours=[_to_hour(hour, own) for hour, own in hours.get(area, {}).items()],
            days=[_to_day(day, share) for day, share in by_day[area].items()],
        )
        for area in names
    ]


def _build_shifts(context: Context, zone: ZoneInfo, windows: Sequence[AreaHour]) -> list[ShiftFigure]:
    starts = parse_shift_hours(context.settings.shift_hours)
    sums = sum_shifts(windows, zone, starts)
    ends = {start: after for start, after in zip(sorted(starts), [*sorted(starts)[1:], min(starts)], strict=True)}
    return [
        ShiftFigure(
            name=cast(Literal["morning", "afternoon", "night"], name),
            start_hour=starts[place],
            end_hour=ends[starts[place]],
            days=sums[place].days,
            **_shares(sums[place].share),
        )
        for name, place in SHIFTS.items()
        if sums[place].share.total
    ]


def _cells(sums: PeriodSums) -> Iterable[AreaHour]:
    for cell in sums.aggregate.cells or ():
        share = Share(cell.total_detections, cell.stress_detections, cell.fatigue_detections)
        yield AreaHour(cell.department, cell.start_timestamp, share)


def _windows(sums: PeriodSums) -> Iterable[AreaHour]:
    """Yield the windows that may be shown, over all areas."""
    for period in sums.aggregate.periods:
        share = Share(period.total_detections, period.stress_detections, period.fatigue_detections)
        yield AreaHour(None, period.start_timestamp, share)


def _areas(sums: PeriodSums) -> Iterable[tuple[str | None, Share]]:
    for group in sums.aggregate.departments:
        yield group.department, Share(group.total_detections, group.stress_detections, group.fatigue_detections)


def _total(sums: PeriodSums) -> Share:
    return _add(window.share for window in _windows(sums))


def _add(shares: Iterable[Share]) -> Share:
    return sum(shares, Share())


def _shares(share: Share) -> dict[str, float]:
    return {
        "total_detections": share.total,
        "stress_pct": percent(share.stress, share.total),
        "fatigue_pct": percent(share.fatigue, share.total),
    }


def _to_group(share: Share) -> GroupFigure | None:
    return GroupFigure.model_validate(_shares(share)) if share.total else None


def _to_day(day: date, share: Share) -> DayFigure:
    return DayFigure.model_validate({"day": day.isoformat(), **_shares(share)})


def _to_hour(hour: int, own: HourSum) -> HourFigure:
    return HourFigure.model_validate({"hour": hour, "days": own.days, **_shares(own.share)})
