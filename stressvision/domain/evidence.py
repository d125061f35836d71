"""Evidence of an alert: counts by minute, the person's usual level, and the probability of errors as its cause."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

MINUTE = timedelta(minutes=1)

USUAL_DAYS = 14
"""Earlier days used for a person's usual level: two weeks of the same shift."""
FEWEST_USUAL_DAYS = 3
"""With fewer days there is no usual level: one bad day is not a habit."""
FEWEST_DAY_DETECTIONS = 30
"""Days with fewer detections (half a minute, at one a second) are ignored."""


@dataclass(frozen=True)
class Observation:
    """Time of one detection, and whether the rule counts it."""

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
    """Median `share`, in percent, of `days` earlier days at the same time of day."""

    share: float
    days: int


def count_by_minute(observations: Iterable[Observation], start: datetime, end: datetime) -> tuple[MinuteFigures, ...]:
    """Return every minute that (start, end] touches, in order, also those without a detection."""
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


def compute_usual_level(days: Iterable[tuple[int, int]]) -> UsualFigures | None:
    """Return the usual level from the (events, total) of earlier days, or None where too few days have enough data."""
    shares = [100.0 * events / total for events, total in days if total >= FEWEST_DAY_DETECTIONS]
    if len(shares) < FEWEST_USUAL_DAYS:
        return None
    return UsualFigures(round(median(shares), 1), len(shares))


def compute_share(events: int | None, total: int | None) -> float | None:
    """Return how much of the time the rule's expression was seen, in percent of the detections; None without any."""
    return round(100.0 * events / total, 1) if events is not None and total else None


def compute_excess(share: float | None, usual: float | None) -> float | None:
    """Return by how many percentage points a share exceeds the person's usual one; None where either is unknown."""
    return round(share - usual, 1) if share is not None and usual is not None else None


def describe_extent(share: float | None, usual: float | None) -> str:
    """Return the share and the person's usual share as the continuation of an alert's description, in Spanish."""
    if share is None:
        return ""
    part = f", {share:.0f} % de las de la persona en ese tiempo"
    return part if usual is None else f"{part} (lo habitual a esa hora: {usual:.0f} %)"


def compute_error_rate(
    confusion: Sequence[Sequence[int]], classes: Sequence[str], actual: str, mistaken_for: Iterable[str]
) -> float | None:
    """Return the share of `actual` pictures that a model classified as one of `mistaken_for`, or None without pictures.

    Args:
        confusion: Picture counts [class by raters, class by the model], both in the order of `classes`.
        classes: Names of the classes.
        actual: Class by the raters.
        mistaken_for: Classes by the model that count as errors.
    """
    row: Mapping[str, int] = dict(zip(classes, confusion[classes.index(actual)], strict=True))
    total = sum(row.values())
    return sum(row[name] for name in mistaken_for) / total if total else None


def compute_error_chance(events: int, total: int, rate: float) -> float:
    """Return the probability (0-1) of at least `events` of `total` detections if each is wrong with probability `rate`.

    The upper tail of the binomial distribution (Feller, An Introduction to Probability Theory, vol. 1, ch. VI). It
    assumes independent detections. They are not: neighbouring pictures of one face share light, pose and error, so the
    true probability is larger. A large value means that errors alone explain an alert; a tiny one only that they do
    not.
    """
    if events <= 0:
        return 1.0
    if events > total or rate <= 0.0:
        return 0.0
    if rate >= 1.0:
        return 1.0
    upper, lower = range(events, total + 1), range(events)
    # Sum the smaller tail, whose terms do not cancel.
    if events > total * rate:
        return min(1.0, math.fsum(_binomial_term(count, total, rate) for count in upper))
    return max(0.0, 1.0 - math.fsum(_binomial_term(count, total, rate) for count in lower))


def _binomial_term(count: int, total: int, rate: float) -> float:
    ways = math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
    return math.exp(ways + count * math.log(rate) + (total - count) * math.log1p(-rate))
