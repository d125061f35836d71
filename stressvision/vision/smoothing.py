"""Means of the expression of a track over time, joined with fatigue: no single frame decides.

What is shown follows the face (ExpressionTrend). What is reported stands for all of the time since the report before
(ReadingPeriod), so that a detection does not depend on its last frames alone.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from stressvision.domain.emotions import Emotion

TIME_CONSTANT = 0.8
"""Seconds until a reading has faded to 1/e, four readings long: an expression that lasts for a second wins, a single
frame never does. It is for the preview alone."""
LEAST_READINGS = 3
LEAST_PERIOD_READINGS = 2
LEAST_PERIOD_SHARE = 1 / 3
"""Of the looks at a face in a period: where fewer of them could be read, the period has no expression."""
MEMORY_SECONDS = 3 * TIME_CONSTANT
"""What is older has 5 % of the weight and is not counted among the readings behind a decision."""
EXPRESSIONS = (Emotion.NEUTRAL, Emotion.HAPPY, Emotion.STRESS, Emotion.SAD)


class ExpressionTrend:
    """The exponentially weighted mean of one person's expression readings."""

    def __init__(self) -> None:
        self._sums = dict.fromkeys(EXPRESSIONS, 0.0)
        self._weight = 0.0
        self._at: float | None = None
        self._recent: deque[float] = deque()
        self.readings = 0

    def add(self, at: float, probabilities: Mapping[str, float]) -> None:
        """Take one reading, four probabilities that sum to one; `at` is monotonic seconds."""
        fade = 0.0 if self._at is None else math.exp(-(at - self._at) / TIME_CONSTANT)
        for expression in EXPRESSIONS:
            self._sums[expression] = self._sums[expression] * fade + probabilities[expression]
        self._weight = self._weight * fade + 1.0
        self._at = at
        self.readings += 1
        self._recent.append(at)
        while at - self._recent[0] > MEMORY_SECONDS:
            self._recent.popleft()

    @property
    def frames(self) -> int:
        """Return how many readings of the last MEMORY_SECONDS stand behind the mean."""
        return len(self._recent)

    def mean(self, at: float) -> dict[Emotion, float] | None:
        """Return the four probabilities, or None: too few readings, or none for a while."""
        if self.readings < LEAST_READINGS or self._at is None or at - self._at > TIME_CONSTANT:
            return None
        # The model's own sums may be over one by a rounding error, which no receiver takes for a probability.
        return {expression: min(1.0, self._sums[expression] / self._weight) for expression in EXPRESSIONS}


@dataclass(frozen=True)
class PeriodMeans:
    """The means over one period. `expression` None: too few readings could be made; `readings` stand behind it.

    `fatigue`: 0-1; 0 where nothing could be measured.
    """

    expression: dict[Emotion, float] | None
    readings: int
    fatigue: float


class ReadingPeriod:
    """The readings of one person since the last report."""

    def __init__(self) -> None:
        self._expressions: list[Mapping[str, float]] = []
        self._fatigue: list[float] = []

    def add_expression(self, probabilities: Mapping[str, float]) -> None:
        """Take one reading, four probabilities that sum to one."""
        self._expressions.append(probabilities)

    def add_fatigue(self, probability: float) -> None:
        """Take the fatigue of one reading of lids and mouth, measurable or not."""
        self._fatigue.append(probability)

    def restart(self) -> None:
        """Begin a new period."""
        self._expressions, self._fatigue = [], []

    def means(self) -> PeriodMeans:
        """Return the means so far. What could not be read is no reading: it counts for no expression."""
        count = len(self._expressions)
        expression = None
        if count >= max(LEAST_PERIOD_READINGS, LEAST_PERIOD_SHARE * len(self._fatigue)):
            expression = {
                each: min(1.0, sum(reading[each] for reading in self._expressions) / count) for each in EXPRESSIONS
            }
        fatigue = sum(self._fatigue) / len(self._fatigue) if self._fatigue else 0.0
        return PeriodMeans(expression, count, fatigue)


def fuse(expression: Mapping[Emotion, float], fatigue: float) -> dict[Emotion, float]:
    """Return the five probabilities: fatigue is physical and comes first, the four expressions share the rest."""
    vector = {emotion: (1 - fatigue) * expression[emotion] for emotion in EXPRESSIONS}
    vector[Emotion.FATIGUE] = fatigue
    return vector
