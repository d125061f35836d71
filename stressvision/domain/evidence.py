"""What an alert rests on, so that a person can judge it: which minutes, what is usual, what error alone explains."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

MINUTE = timedelta(minutes=1)

USUAL_DAYS = 14
"""How many earlier days are asked for a person's usual level: two weeks of the same shift."""
FEWEST_USUAL_DAYS = 3
"""Below this there is no usual level: one bad day must not be taken for a habit."""
FEWEST_DAY_DETECTIONS = 30
"""A day on which a person passed by for less than this (half a minute, one detection a second) says nothing."""


@dataclass(frozen=True)
class Observation:
    """`counts`: whether the rule counts this detection."""

    at: datetime
    counts: bool


@dataclass(frozen=True)
class MinuteFigures:
    """One minute of the clock: `events` that count among `total` detections."""

    start: datetime
    events: int
    total: int


@dataclass(frozen=True)
class UsualFigures:
    """`share`: in percent, the median of `days` earlier days at the same time of day."""

    share: float
    days: int


def count_by_minute(observations: Iterable[Observation], start: datetime, end: datetime) -> tuple[MinuteFigures, ...]:
    """Every minute that (start, end] touches, in order, also those in which nothing was seen."""
    total: Counter[datetime] = Counter()
    events: Counter[datetime] = Counter()
    for observation in observations:
        minute = _minute(observation.at)
        total[minute] += 1
        events[minute] += observation.counts
    first = _minute(start)
    count = (_minute(end) - first) // MINUTE + 1
    minutes = (first + number * MINUTE for number in range(count))
    return tuple(MinuteFigures(minute, events[minute], total[minute]) for minute in minutes)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def usual_level(days: Iterable[tuple[int, int]]) -> UsualFigures | None:
    """From (events, total) of earlier days; None where too few of them say anything."""
    shares = [100.0 * events / total for events, total in days if total >= FEWEST_DAY_DETECTIONS]
    if len(shares) < FEWEST_USUAL_DAYS:
        return None
    return UsualFigures(round(median(shares), 1), len(shares))


def error_rate(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], actual: str, mistaken_for: Iterable[str]
) -> float | None:
    """The share of `actual` pictures that a model took for one of `mistaken_for`; None where there are none.

    `confusion`: rows what raters say, columns what the model says, both in the order of `classes`.
    """
    row: Mapping[str, int] = dict(zip(classes, confusion[classes.index(actual)], strict=True))
    total = sum(row.values())
    return sum(row[name] for name in mistaken_for) / total if total else None


def chance_by_error(events: int, total: int, rate: float) -> float:
    """How likely at least `events` of `total` detections are if each is mistaken with probability `rate`: 0-1.

    The upper tail of the binomial distribution (Feller, An Introduction to Probability Theory, vol. 1, ch. VI). It
    takes detections for independent. They are not: neighbouring pictures of one face share light, pose and mistake, so
    the true figure is larger. A large value tells that error alone explains an alert; a tiny one only that it does not.
    """
    if events <= 0:
        return 1.0
    if events > total or rate <= 0.0:
        return 0.0
    if rate >= 1.0:
        return 1.0
    upper, lower = range(events, total + 1), range(events)
    # The shorter tail in effect: the one whose terms do not have to cancel.
    if events > total * rate:
        return min(1.0, math.fsum(_binomial_term(count, total, rate) for count in upper))
    return max(0.0, 1.0 - math.fsum(_binomial_term(count, total, rate) for count in lower))


def _binomial_term(count: int, total: int, rate: float) -> float:
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return math.exp(ways + count * math.log(rate) + (total - count) * math.log1p(-rate))
