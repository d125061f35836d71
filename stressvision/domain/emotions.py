"""The five expressions, and what counts as stress."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class Emotion(StrEnum):
    """What an expression is compatible with. Never what somebody feels."""

    NEUTRAL = "neutral"
    HAPPY = "happy"
    STRESS = "stress"
    SAD = "sad"
    FATIGUE = "fatigue"


STRESS_EMOTIONS = (Emotion.STRESS, Emotion.SAD)
"""What the alert rule and every stress percentage count; fatigue is reported apart."""
FATIGUE_EMOTIONS = (Emotion.FATIGUE,)


def percent(part: int, total: int) -> float:
    """With two decimals; 0 of nothing. A half is rounded up, as SQL's round() does: 17 of 32 are 53.13."""
    if not total:
        return 0.0
    return float(Decimal(100.0 * part / total).quantize(Decimal("0.01"), ROUND_HALF_UP))


def stress_percentage(counts: Mapping[str, int], total: int) -> float:
    """(stress + sad) of `total` detections, in percent; 0 where there are none."""
    return percent(sum(counts.get(emotion, 0) for emotion in STRESS_EMOTIONS), total)
