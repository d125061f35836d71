"""The plant by area, hour and shift, from what may be shown without persons of each finished day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from stressvision.core.names import group_order
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.reports import summaries as rows
from stressvision.domain.calendar import DAY, day_of, day_window
from stressvision.domain.emotions import percent
from stressvision.domain.plant import (
    SHIFTS,
    AreaWindow,
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
from stressvision.services.permitted import withhold_emotions
from stressvision.services.reports.summaries import parse_past_day, sum_public_reports
from stressvision.wire.plant import AreaFigures, DayFigure, GroupFigure, HourFigure, PlantFigures, ShiftFigure
from stressvision.wire.reports import Aggregate


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
        sums = _read(connection, context, [own for own in wanted if own <= last])
        before = _read(connection, context, [own for own in days_before(span, day) if own <= last])
    return withhold_emotions(context, _build(context, span, wanted, sums, before))


Days = Mapping[date, Aggregate]


def _read(connection: Connection, context: Context, days: Sequence[date]) -> Days:
    """Return what may be shown of each day.

    A day that was stored without cells gets them from its reports, if these are still complete.
    """
    if not days:
        return {}
    stored = rows.select_aggregates(connection, days[0], days[-1], context.settings.time_zone)
    found = {}
    for day in days:
        known = stored.get(day)
        if known is None or known.cells is None:
            summed = sum_public_reports(connection, context, day)
            found[day] = summed if known is None or summed.departments == known.departments else known
        else:
            found[day] = known
    return found


def _build(context: Context, span: Span, wanted: Sequence[date], sums: Days, before: Days) -> PlantFigures:
    zone, length = ZoneInfo(context.settings.time_zone), timedelta(minutes=context.settings.interval_minutes)
    cells = [cell for own in sums.values() for cell in _cells(own)]
    windows = [window for own in sums.values() for window in _windows(own)]
    trend = [_to_day(own, share) for own, found in sums.items() if (share := _total(found)).total]
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
        shown_windows=sum(len(own.periods) for own in sums.values()),
        windows=sum(_count_windows(own, zone, length) for own in sums),
        total=_to_group(_add(_total(own) for own in sums.values())),
        previous=_to_group(_add(_total(own) for own in before.values())),
        hours=[_to_hour(hour, own) for hour, own in sum_hours(windows, zone).get(None, {}).items()],
        trend=trend,
        areas=_build_areas(zone, sums, before, cells),
        shifts=_build_shifts(context, zone, windows),
    )


def _build_areas(zone: ZoneInfo, sums: Days, before: Days, cells: Sequence[AreaWindow]) -> list[AreaFigures]:
    by_day: dict[str | None, dict[date, Share]] = defaultdict(dict)
    earlier: dict[str | None, Share] = defaultdict(Share)
    for day, found in sums.items():
        for area, share in _areas(found):
            by_day[area][day] = share
    for own in before.values():
        for area, share in _areas(own):
            earlier[area] += share
    hours = sum_hours(cells, zone)
    return [
        AreaFigures(
            department=area,
            total=_to_group(_add(by_day[area].values())),
            previous=_to_group(earlier[area]),
            hours=[_to_hour(hour, own) for hour, own in hours.get(area, {}).items()],
            days=[_to_day(day, share) for day, share in by_day[area].items()],
        )
        for area in sorted({*by_day, *hours}, key=group_order)
    ]


def _build_shifts(context: Context, zone: ZoneInfo, windows: Sequence[AreaWindow]) -> list[ShiftFigure]:
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


def _cells(day: Aggregate) -> Iterable[AreaWindow]:
    for cell in day.cells or ():
        share = Share(cell.total_detections, cell.stress_detections or 0, cell.fatigue_detections)
        yield AreaWindow(cell.department, cell.start_timestamp, share)


def _windows(day: Aggregate) -> Iterable[AreaWindow]:
    """Yield the windows that may be shown, over all areas."""
    for period in day.periods:
        share = Share(period.total_detections, period.stress_detections or 0, period.fatigue_detections)
        yield AreaWindow(None, period.start_timestamp, share)


def _areas(day: Aggregate) -> Iterable[tuple[str | None, Share]]:
    for group in day.departments:
        yield group.department, Share(group.total_detections, group.stress_detections or 0, group.fatigue_detections)


def _total(day: Aggregate) -> Share:
    return _add(window.share for window in _windows(day))


def _count_windows(day: date, zone: ZoneInfo, length: timedelta) -> int:
    window = day_window(day, zone)
    return round((window.end - window.start) / length)


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
