"""Identification among the enrolled: the nearest person, if near enough and clearly nearer than the next."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from stressvision.vision.expression import ExpressionReference
from stressvision.vision.recognition.embedding import Embedding

CONFIDENCE_OFFSET = 21.55
CONFIDENCE_SLOPE = 46.54
"""P(same person | distance) by logistic regression on 341 photographs of 60 enrolled people, each against the others
of the same person, and 282 strangers against the nearest of all 60, both groups weighing the same. At the shipped
threshold of 0.49 on those: 0.09 % of the strangers' comparisons accepted, 2.1 % of the enrolled not recognised, none
given another's name. A photograph alone never decides: see identity."""


@dataclass(frozen=True)
class EnrolledFace:
    """One employee: `embeddings` [stills, 128]. `reference`: how their relaxed face reads, None where unknown."""

    employee_id: int
    employee_code: str
    embeddings: Embedding
    reference: ExpressionReference | None = None


@dataclass(frozen=True)
class Match:
    """`distance` to the nearest still; `confidence` is the calibrated probability that it is this person."""

    employee_id: int
    employee_code: str
    distance: float
    confidence: float


@dataclass(frozen=True)
class FaceGallery:
    """Enrolled people available for recognition. `threshold` and `margin` are distances of embeddings.

    The distance to a person is the mean of that to the nearest still and that to the mean of the stills: a single odd
    still neither rejects its person nor accepts another.
    """

    faces: Sequence[EnrolledFace]
    threshold: float
    margin: float

    def identify(self, embedding: Embedding) -> Match | None:
        """Return the enrolled person with this face, or None: no person near enough, or two almost as near."""
        nearest = self.nearest(embedding)
        if not nearest or nearest[0].distance > self.threshold:
            return None
        if len(nearest) > 1 and nearest[1].distance - nearest[0].distance < self.margin:
            return None
        return nearest[0]

    def nearest(self, embedding: Embedding) -> list[Match]:
        """Return every enrolled person, nearest first, however far: this finds double enrolments."""
        if not self._compared:
            return []
        to_stills = np.linalg.norm(self._stills - embedding, axis=1)
        to_means = np.linalg.norm(self._means - embedding, axis=1)
        distances = (np.minimum.reduceat(to_stills, self._starts) + to_means) / 2
        return [
            Match(face.employee_id, face.employee_code, float(distance), confidence_at(float(distance)))
            for distance, face in sorted(zip(distances, self._compared, strict=True), key=lambda pair: pair[0])
        ]

    @cached_property
    def _compared(self) -> list[EnrolledFace]:
        return [face for face in self.faces if len(face.embeddings)]

    @cached_property
    def _stills(self) -> Embedding:
        return np.concatenate([face.embeddings for face in self._compared])

    @cached_property
    def _means(self) -> Embedding:
        return np.stack([face.embeddings.mean(axis=0) for face in self._compared])

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        counts = [len(face.embeddings) for face in self._compared]
        return np.cumsum([0, *counts[:-1]])


def confidence_at(distance: float) -> float:
    """Return the probability that two faces at this distance are the same person's, 0-1."""
    return 1 / (1 + math.exp(CONFIDENCE_SLOPE * distance - CONFIDENCE_OFFSET))
