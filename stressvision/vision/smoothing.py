"""One frame never decides: the expression of a track is a mean over time, joined with fatigue."""

import math
from collections import deque
from collections.abc import Mapping

from stressvision.domain.emotions import Emotion

TIME_CONSTANT = 0.8
"""Seconds until a reading has faded to 1/e, four readings long: an expression that lasts for a second wins, a single
frame never does. Longer would mix what a face shows with what it showed before, and answer with less confidence.
Chosen on the bundled recording."""
LEAST_READINGS = 3
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
        """Takes one reading, four probabilities that sum to one; `at` is monotonic seconds."""
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
        """How many readings of the last MEMORY_SECONDS stand behind the mean."""
        return len(self._recent)

    def mean(self, at: float) -> dict[Emotion, float] | None:
        """The four probabilities, or None: too few readings, or none for a while."""
        if self.readings < LEAST_READINGS or self._at is None or at - self._at > TIME_CONSTANT:
            return None
        # The model's own sums may be over one by a rounding error, which no receiver takes for a probability.
        return {expression: min(1.0, self._sums[expression] / self._weight) for expression in EXPRESSIONS}


def fuse(expression: Mapping[Emotion, float], fatigue: float) -> dict[Emotion, float]:
    """The five probabilities: fatigue is physical and comes first, the four expressions share the rest."""
    vector = {emotion: (1 - fatigue) * expression[emotion] for emotion in EXPRESSIONS}
    vector[Emotion.FATIGUE] = fatigue
    return vector
