"""Figures of the plant by area, hour and shift over whole days, added up from cells that may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from stressvision.domain.calendar import DAY, day_of, week_of

HOURS_A_DAY = 24


class Span(StrEnum):
    """Calendar periods."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Share:
    """Detections, and how many of them count as stress or sadness and as fatigue."""

    total: int = 0
    stress: int = 0
    fatigue: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.total + other.total, self.stress + other.stress, self.fatigue + other.fatigue)


@dataclass(frozen=True)
class AreaWindow:
    """Figures of one area from `start` on, within one hour. `area` None: the people without one, or all."""

    area: str | None
    start: datetime
    share: Share


@dataclass(frozen=True)
class HourSum:
    """Sum over the `days` on which the cell of that hour may be shown."""

    share: Share
    days: int


def days_of(span: Span, day: date) -> tuple[date, ...]:
    """Return the days of the calendar week or month that contains `day`."""
    if span is Span.WEEK:
        return week_of(day)
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return tuple(first + number * DAY for number in range((after - first).days))


def days_before(span: Span, day: date) -> tuple[date, ...]:
    """Return the days of the period before the one that contains `day`."""
    return days_of(span, days_of(span, day)[0] - DAY)


def sum_hours(cells: Iterable[AreaWindow], zone: ZoneInfo) -> dict[str | None, dict[int, HourSum]]:
    """Return the sums of each area by hour of the day in that zone."""
    shares: dict[tuple[str | None, int], Share] = defaultdict(Share)
    days: dict[tuple[str | None, int], set[date]] = defaultdict(set)
    for cell in cells:
        local = cell.start.astimezone(zone)
        shares[cell.area, local.hour] += cell.share
        days[cell.area, local.hour].add(local.date())
    return {
        area: {
            hour: HourSum(shares[area, hour], len(days[area, hour]))
            for hour in range(HOURS_A_DAY)
            if (area, hour) in shares
        }
        for area in {area for area, _ in shares}
    }


def sum_shifts(cells: Iterable[AreaWindow], zone: ZoneInfo, starts: Sequence[int]) -> tuple[HourSum, ...]:
    """Return the sum of each shift. `starts`: the hours at which the shifts begin, in order of the shifts."""
    shares = [Share() for _ in starts]
    days: list[set[date]] = [set() for _ in starts]
    for cell in cells:
        place = shift_at(cell.start.astimezone(zone).hour, starts)
        shares[place] += cell.share
        days[place].add(day_of(cell.start, zone))
    return tuple(HourSum(share, len(own)) for share, own in zip(shares, days, strict=True))


def shift_at(hour: int, starts: Sequence[int]) -> int:
    """Return the number of the shift that works at that hour of the day: the one that began last."""
    return min(range(len(starts)), key=lambda place: (hour - starts[place]) % HOURS_A_DAY)


def parse_shift_hours(text: str) -> tuple[int, ...]:
    """Return the hours at which the morning, afternoon and night shifts begin, from the setting `shift_hours`."""
    return tuple(int(part) for part in text.split(","))


SHIFTS: Mapping[str, int] = {"morning": 0, "afternoon": 1, "night": 2}
"""Names of the shifts as employees have them, in the order of `shift_hours`."""
