"""A person's own neutral face on a device: the enrolled expression reference, refined slowly and within a bound.

- It follows a reading only while nothing is wrong: the face is relaxed (vision/relaxed.py), no fatigue is measured, and
  the reading with the present reference is neutral with NEUTRAL_LEAST or more.
- It moves by 1/FOLLOW_READINGS of the way per reading and stays within MOST_DRIFT of the enrolled reference in every
  number: chronic stress cannot be learnt away. A new enrolment and a restart of the device reset it; nothing is stored.
"""

from collections.abc import Sequence

import numpy as np
import structlog

from stressvision.core.errors import InvalidInput
from stressvision.vision.expression import ExpressionEstimate, ExpressionReference

log = structlog.get_logger()

NEUTRAL_LEAST = 0.6
"""Probability of the neutral state."""
FOLLOW_READINGS = 20_000
"""More than an hour of neutral readings at five a second."""
MOST_DRIFT = 0.4
"""Natural logarithm of a ratio of probabilities: 1.5 times at most. Our choice: bounds matter more than the gain."""


class OwnBaseline:
    """The reference that is subtracted from one person's readings."""

    def __init__(self, enrolled: ExpressionReference) -> None:
        self._enrolled = np.array(enrolled.logits, np.float64)
        self._current = self._enrolled.copy()
        self._model, self._pictures = enrolled.model, enrolled.pictures

    @property
    def reference(self) -> ExpressionReference:
        """Return the reference to subtract now."""
        return ExpressionReference(self._model, tuple(float(value) for value in self._current), self._pictures)

    @property
    def drift(self) -> float:
        """Return the greatest difference of any number from the enrolled reference."""
        return float(np.abs(self._current - self._enrolled).max())

    def starts_from(self, enrolled: ExpressionReference) -> bool:
        """Return whether this baseline began at `enrolled`."""
        return enrolled.model == self._model and np.array_equal(self._enrolled, np.array(enrolled.logits, np.float64))

    def follow(self, estimate: ExpressionEstimate, *, relaxed: bool) -> None:
        """Move towards a reading if the face is relaxed, neutral and read by the reference's model."""
        neutral = estimate.referenced and estimate.probabilities.neutral >= NEUTRAL_LEAST
        if not relaxed or not neutral or len(estimate.logits) != len(self._current):
            return
        step = (np.array(estimate.logits) - self._current) / FOLLOW_READINGS
        self._current = np.clip(self._current + step, self._enrolled - MOST_DRIFT, self._enrolled + MOST_DRIFT)


def combine_references(texts: Sequence[str]) -> ExpressionReference | None:
    """Return the weighted mean of one person's references of the newest model, or None; unreadable ones are skipped."""
    references = [reference for reference in map(_parse, texts) if reference is not None]
    if not references:
        return None
    newest = references[-1]
    same = [each for each in references if each.model == newest.model and len(each.logits) == len(newest.logits)]
    weights = [each.pictures for each in same]
    mean = np.average([each.logits for each in same], axis=0, weights=weights)
    return ExpressionReference(newest.model, tuple(float(value) for value in mean), sum(weights))


def _parse(text: str) -> ExpressionReference | None:
    try:
        return ExpressionReference.from_json(text)
    except InvalidInput:
        log.warning("expression reference ignored", reason="not readable")
        return None
