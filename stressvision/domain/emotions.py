"""The five expressions, and what counts as stress."""

from collections.abc import Mapping
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


def stress_percentage(counts: Mapping[str, int], total: int) -> float:
    """(stress + sad) of `total` detections, in percent with two decimals; 0 where there are none."""
    stressed = sum(counts.get(emotion, 0) for emotion in STRESS_EMOTIONS)
    return round(100.0 * stressed / total, 2) if total else 0.0
