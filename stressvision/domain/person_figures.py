"""One person's figures by minute, hour or day, and their usual level at each hour."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.calendar import day_of, day_window
from stressvision.domain.evidence import USUAL_DAYS, UsualFigures, compute_usual_level
from stressvision.domain.summaries import EmotionTotals


class Unit(StrEnum):
    """Length of one point."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


MOST_HOURS: Mapping[Unit, int] = {Unit.MINUTE: 48, Unit.HOUR: 31 * 24, Unit.DAY: 366 * 24}
"""Longest period of each unit, in hours: at most 2,880 points."""
HISTORY = timedelta(days=USUAL_DAYS)
"""Time before the period from which the usual level is taken."""


@dataclass(frozen=True)
class PersonPoint:
    """Detections of one person in one minute, hour or day. `usual_*` None: too little history at that hour."""

    start: datetime
    totals: EmotionTotals
    usual_stress: UsualFigures | None = None
    usual_fatigue: UsualFigures | None = None


@dataclass
class _Earlier:
    """Mutable (events, total) of the earlier days of one hour of the day, by day."""

    stress: dict[date, tuple[int, int]] = field(default_factory=dict)
    fatigue: dict[date, tuple[int, int]] = field(default_factory=dict)


def require_period(unit: Unit, hours: int) -> None:
    """Raise InvalidInput where the period has more points than one answer may hold."""
    most = MOST_HOURS[unit]
    if hours > most:
        raise InvalidInput(
            Message(
                es=f"Por {_NAMES[unit]} se piden como máximo {most} horas: acorte el período o use una unidad mayor.",
                en=f"At most {most} hours can be requested by {unit}: shorten the period or use a longer unit.",
            ),
            field="hours",
        )


_NAMES: Mapping[Unit, str] = {Unit.MINUTE: "minuto", Unit.HOUR: "hora", Unit.DAY: "día"}


def add_usual_levels(points: Iterable[PersonPoint], zone: ZoneInfo, since: datetime) -> tuple[PersonPoint, ...]:
    """Return the hours from `since` on, each with the usual level of the same hour on the days before it.

    Args:
        points: Figures by hour, in order, from HISTORY before `since`.
        zone: The plant's time zone.
        since: Start of the period; earlier points are history only.
    """
    earlier: dict[int, _Earlier] = defaultdict(_Earlier)
    done = []
    for point in points:
        local = point.start.astimezone(zone)
        own = earlier[local.hour]
        if point.start >= since:
            first = local.date() - HISTORY
            stress = compute_usual_level(share for day, share in own.stress.items() if first <= day < local.date())
            fatigue = compute_usual_level(share for day, share in own.fatigue.items() if first <= day < local.date())
            done.append(PersonPoint(point.start, point.totals, stress, fatigue))
        own.stress[local.date()] = (point.totals.stress, point.totals.total)
        own.fatigue[local.date()] = (point.totals.fatigue, point.totals.total)
    return tuple(done)


def join_days(points: Iterable[PersonPoint], zone: ZoneInfo) -> tuple[PersonPoint, ...]:
    """Return figures by hour as figures by calendar day of that zone."""
    days: dict[date, EmotionTotals] = {}
    for point in points:
        day = day_of(point.start, zone)
        days[day] = days.get(day, EmotionTotals()) + point.totals
    return tuple(PersonPoint(day_window(day, zone).start, totals) for day, totals in sorted(days.items()))
