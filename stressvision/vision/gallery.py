"""Whose face it is, among the enrolled: the nearest one, if it is near enough and nobody else is as near."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stressvision.vision.embedding import Embedding

# P(same person | distance to the nearest still) by logistic regression on 356 photographs of 60 enrolled people (each
# against the other five of the same person) and 293 strangers against all 60, both groups weighing the same.
# At the shipped threshold of 0.5 on those: 0.09 % of the strangers' comparisons accepted, 4.2 % of the enrolled not
# recognised, nobody given another's name. A photograph alone never decides: see identity.
CONFIDENCE_OFFSET = 21.85
CONFIDENCE_SLOPE = 45.02


@dataclass(frozen=True)
class EnrolledFace:
    """One employee: `embeddings` [stills, 128]."""

    employee_id: int
    employee_code: str
    embeddings: Embedding


@dataclass(frozen=True)
class Match:
    """`distance` to the nearest still; `confidence` is the calibrated probability that it is this person."""

    employee_id: int
    employee_code: str
    distance: float
    confidence: float


@dataclass(frozen=True)
class FaceGallery:
    """The people who may be recognised. `threshold` and `margin` are Euclidean distances of embeddings."""

    faces: Sequence[EnrolledFace]
    threshold: float
    margin: float

    def identify(self, embedding: Embedding) -> Match | None:
        """The enrolled person whose face this is, or None: nobody near enough, or two people almost as near."""
        nearest = self.nearest(embedding)
        if not nearest or nearest[0].distance > self.threshold:
            return None
        if len(nearest) > 1 and nearest[1].distance - nearest[0].distance < self.margin:
            return None
        return nearest[0]

    def nearest(self, embedding: Embedding) -> list[Match]:
        """Every enrolled person, nearest first, however far: for pointing out a double enrolment."""
        distances = ((face, _distance(face.embeddings, embedding)) for face in self.faces if len(face.embeddings))
        matches = (
            Match(face.employee_id, face.employee_code, distance, confidence_at(distance))
            for face, distance in distances
        )
        return sorted(matches, key=lambda match: match.distance)


def confidence_at(distance: float) -> float:
    """The probability that two faces at this distance are the same person's, 0-1."""
    return 1 / (1 + math.exp(CONFIDENCE_SLOPE * distance - CONFIDENCE_OFFSET))


def _distance(enrolled: Embedding, embedding: Embedding) -> float:
    return float(np.linalg.norm(enrolled - embedding, axis=1).min())
