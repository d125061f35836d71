"""One person's own neutral face on a device: the reference of their enrolment, refined slowly and within a bound.

- It follows a reading only while nothing is wrong: the face is relaxed (relaxed.py), and beside the reference so far the
  reading is neutral with NEUTRAL_LEAST or more. What reads as stress, sadness or fatigue is never followed.
- It moves by 1/e of the way in FOLLOW_READINGS and never leaves the enrolled reference by more than MOST_DRIFT in any
  number: whoever grows tense over months ends at that bound, and everything beyond it shows. A new enrolment resets it, and
  so does a start of the device: nothing of it is stored.
"""

from collections.abc import Sequence

import numpy as np

from stressvision.vision.expression import ExpressionEstimate, ExpressionReference

NEUTRAL_LEAST = 0.6
FOLLOW_READINGS = 20_000
"""Over an hour of neutral readings, five a second."""
MOST_DRIFT = 0.4
"""Natural logarithms of a ratio of probabilities: a ratio of 1.5. Ours."""


class OwnBaseline:
    """The reference that is subtracted from one person's readings."""

    def __init__(self, enrolled: ExpressionReference) -> None:
        self._enrolled = np.array(enrolled.logits, np.float64)
        self._current = self._enrolled.copy()
        self._model, self._pictures = enrolled.model, enrolled.pictures

    @property
    def reference(self) -> ExpressionReference:
        """What is subtracted now."""
        return ExpressionReference(self._model, tuple(float(value) for value in self._current), self._pictures)

    @property
    def drift(self) -> float:
        """How far it lies from the enrolled reference: the greatest difference of any number."""
        return float(np.abs(self._current - self._enrolled).max())

    def follow(self, estimate: ExpressionEstimate, *, relaxed: bool) -> None:
        """Take one reading; it is followed where it is the relaxed, neutral face of a model that the reference is for."""
        neutral = estimate.referenced and estimate.probabilities.neutral >= NEUTRAL_LEAST
        if not relaxed or not neutral or len(estimate.logits) != len(self._current):
            return
        step = (np.array(estimate.logits) - self._current) / FOLLOW_READINGS
        self._current = np.clip(
            self._current + step, self._enrolled - MOST_DRIFT, self._enrolled + MOST_DRIFT
        )

    def reset(self) -> None:
        """Return to the enrolled reference."""
        self._current = self._enrolled.copy()


def combine_references(texts: Sequence[str]) -> ExpressionReference | None:
    """The mean of the references of one person's stills, those of the model of the last one; None where there is none."""
    references = [ExpressionReference.from_json(text) for text in texts]
    if not references:
        return None
    model = references[-1].model
    same = [each for each in references if each.model == model and len(each.logits) == len(references[-1].logits)]
    weights = [each.pictures for each in same]
    mean = np.average([each.logits for each in same], axis=0, weights=weights)
    return ExpressionReference(model, tuple(float(value) for value in mean), sum(weights))
