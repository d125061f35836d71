"""Samples of one person's enrolment stills: outliers among them, and likeness to enrolled people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stressvision.vision.expression import ExpressionReference
from stressvision.vision.recognition.embedding import Embedding
from stressvision.vision.recognition.gallery import FaceGallery, Match

SAME_PERSON = 0.58
"""Median distance to the other stills above which a still shows another person. On 341 photographs of 60 people it
marks 1 in 100 that belong, and misses 1 in 200 that do not."""
DOUBLE = 0.47
"""Median distance below which two enrolments are reported as one person: true of none of 3,540 pairs of different
people, and of 95 in 100 people whose photographs were split in two."""
COPY = 0.07
"""Distance below which two stills count as one photograph. On the demonstration's stills, copies that were saved again
or scaled are at most 0.06 apart (0.10 at JPEG quality 40), different photographs at least 0.16."""


@dataclass(frozen=True)
class FaceSample:
    """What is kept of a still: `embedding` [128] and `quality` 0-1. `outlier`: it seems to show another person.

    `expression`: how the face reads; None where it is not relaxed, or nothing may be read.
    """

    embedding: Embedding
    quality: float
    outlier: bool = False
    expression: ExpressionReference | None = None


def mark_outliers(samples: Sequence[FaceSample]) -> list[FaceSample]:
    """Return the samples, with those marked that lie further than SAME_PERSON from most others; never one of two."""
    if len(samples) < 3:
        return list(samples)
    marked = []
    for index, sample in enumerate(samples):
        others = [other.embedding for place, other in enumerate(samples) if place != index]
        distance = float(np.median(np.linalg.norm(np.array(others) - sample.embedding, axis=1)))
        marked.append(replace(sample, outlier=distance > SAME_PERSON))
    return marked


def measure_distance(samples: Sequence[FaceSample], enrolled: Embedding) -> float:
    """Return the median distance of the samples to the enrolled stills [stills, 128] of one person."""
    distances = [np.linalg.norm(enrolled - sample.embedding, axis=1) for sample in samples]
    return float(np.median(np.concatenate(distances)))


def find_double(samples: Sequence[FaceSample], gallery: FaceGallery) -> Match | None:
    """Return the enrolled person that these samples seem to show, the nearest by the median still, or None."""
    votes: dict[int, list[Match]] = {}
    for sample in samples:
        for match in gallery.nearest(sample.embedding):
            votes.setdefault(match.employee_id, []).append(match)
    middles = [sorted(own, key=lambda match: match.distance)[len(own) // 2] for own in votes.values()]
    nearest = min(middles, key=lambda match: match.distance, default=None)
    return nearest if nearest is not None and nearest.distance <= DOUBLE else None
