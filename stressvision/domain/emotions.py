"""The five expressions of a detection, what counts as stress, and the tolerated clock error of a device."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from stressvision.core.clock import latest_credible


class Emotion(StrEnum):
    """What an expression is compatible with, never what a person feels."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    STRESS = "stress"
    SAD = "sad"
    FATIGUE = "fatigue"


STRESS_EMOTIONS = (Emotion.STRESS, Emotion.SAD)
"""Counted by the stress alert and by every stress percentage; fatigue is reported apart."""
FATIGUE_EMOTIONS = (Emotion.FATIGUE,)


def is_too_far_ahead(moment: datetime, now: datetime) -> bool:
    """Return whether a detection's timestamp is in the future: it is refused, because it would count in a later window.

    FUTURE_TOLERANCE allows for the difference between the clocks of device and server.
    """
    return moment > latest_credible(now)


def percent(part: int, total: int) -> float:
    """Return `part` of `total` in percent with two decimals, or 0 where `total` is 0.

    A half is rounded up, as SQL's round() does: 17 of 32 is 53.13.
    """
    if not total:
        return 0.0
    return float(Decimal(100.0 * part / total).quantize(Decimal("0.01"), ROUND_HALF_UP))


def stress_percentage(counts: Mapping[str, int], total: int) -> float:
    """Return (stress + sad) of `total` detections in percent, or 0 where there are none."""
    return percent(sum(counts.get(emotion, 0) for emotion in STRESS_EMOTIONS), total)
