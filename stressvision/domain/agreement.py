"""Agreement between what people report about themselves and what the camera counted before.

Sleepiness: Karolinska Sleepiness Scale, 1 (extremely alert) to 9 (fighting sleep) (Åkerstedt and Gillberg,
Int. J. Neurosci. 52, 1990); 7 and above counts as sleepy. Tension: one item, 1 (none) to 5 (very high); 4 and above
counts as tense.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

BEFORE = timedelta(minutes=30)
"""Time before a report from which the camera's share is taken."""
FEWEST_DETECTIONS = 30
"""Detections in that time, at least (half a minute, at one a second)."""
FEWEST_REPORTS = 50
FEWEST_OF_EACH = 10
"""Reports on each side of the threshold, at least."""
FEWEST_PEOPLE = 5
_Z = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""


class Scale(StrEnum):
    """A self-report and the measurement that it is compared with."""

    SLEEPINESS = "sleepiness"
    TENSION = "tension"


HIGHEST = {Scale.SLEEPINESS: 9, Scale.TENSION: 5}
THRESHOLDS = {Scale.SLEEPINESS: 7, Scale.TENSION: 4}


@dataclass(frozen=True)
class Pair:
    """One report (`answer` on its scale), and the camera's share in percent in the time before."""

    employee_id: int
    answer: int
    share: float


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Agreement:
    """`correlation` (Spearman) and `area` under the ROC curve are None where `is_enough` is false."""

    scale: Scale
    reports: int
    people: int
    above: int
    is_enough: bool
    correlation: Interval | None
    area: Interval | None


def compute_agreement(scale: Scale, pairs: Sequence[Pair]) -> Agreement:
    """Return the agreement of one scale with the camera over all people.

    Several reports of one person are not independent: the true intervals are wider.
    """
    threshold = THRESHOLDS[scale]
    above = [pair.share for pair in pairs if pair.answer >= threshold]
    below = [pair.share for pair in pairs if pair.answer < threshold]
    people = len({pair.employee_id for pair in pairs})
    is_enough = (
        len(pairs) >= FEWEST_REPORTS and min(len(above), len(below)) >= FEWEST_OF_EACH and people >= FEWEST_PEOPLE
    )
    return Agreement(
        scale=scale,
        reports=len(pairs),
        people=people,
        above=len(above),
        is_enough=is_enough,
        correlation=_correlate([(float(pair.answer), pair.share) for pair in pairs]) if is_enough else None,
        area=_area(above, below) if is_enough else None,
    )


def _correlate(pairs: Sequence[tuple[float, float]]) -> Interval:
    """Return Spearman's rank correlation, with the interval of Bonett and Wright (Psychometrika 65, 2000)."""
    first, second = _ranks([one for one, _ in pairs]), _ranks([other for _, other in pairs])
    count = len(pairs)
    middle = (count + 1) / 2
    covariance = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = math.sqrt(sum((a - middle) ** 2 for a in first) * sum((b - middle) ** 2 for b in second))
    value = covariance / spread if spread else 0.0
    limited = max(-0.999999, min(0.999999, value))
    half = _Z * math.sqrt((1 + limited**2 / 2) / (count - 3))
    return Interval(value, math.tanh(math.atanh(limited) - half), math.tanh(math.atanh(limited) + half))


def _area(above: Sequence[float], below: Sequence[float]) -> Interval:
    """Return the area under the ROC curve; interval by Hanley and McNeil (Radiology 143, 1982)."""
    wins = sum((high > low) + 0.5 * (high == low) for high in above for low in below)
    value = wins / (len(above) * len(below))
    one, both = value / (2 - value), 2 * value**2 / (1 + value)
    variance = (value * (1 - value) + (len(above) - 1) * (one - value**2) + (len(below) - 1) * (both - value**2)) / (
        len(above) * len(below)
    )
    half = _Z * math.sqrt(max(0.0, variance))
    return Interval(value, max(0.0, value - half), min(1.0, value + half))


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value from 1; equal values get the mean of theirs."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            ranks[place] = (start + end) / 2 + 1
        start = end + 1
    return ranks
