"""Measurement of the enrolment stills of one person."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stressvision.core.errors import InvalidInput, Message
from stressvision.vision.expression import ExpressionReference
from stressvision.vision.faces import FaceDetector
from stressvision.vision.networks import Frame
from stressvision.vision.quality import assess
from stressvision.vision.recognition.embedding import Embedding, FaceEncoder
from stressvision.vision.recognition.gallery import FaceGallery, Match
from stressvision.vision.relaxed import RelaxedReader

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
class Still:
    """One picture, with the name by which its faults are reported."""

    name: str
    image: Frame


@dataclass(frozen=True)
class FaceSample:
    """What is kept of a still: `embedding` [128] and `quality` 0-1. `outlier`: it seems to show another person.

    `expression`: how the face reads; None where it is not relaxed, or nothing may be read.
    """

    name: str
    embedding: Embedding
    quality: float
    outlier: bool = False
    expression: ExpressionReference | None = None


def measure_stills(stills: Sequence[Still], relaxed: RelaxedReader | None = None) -> list[FaceSample]:
    """Return one sample a still, in order, with those marked that seem to show another person.

    `relaxed` reads the expression of relaxed faces; None: no expression is read.

    Raises InvalidInput, naming the still, where it shows no face or more than one; ModelUnavailable where a model
    file is missing.
    """
    detector, encoder = FaceDetector(), FaceEncoder()
    samples = []
    for still in stills:
        faces = detector.detect(still.image)
        if len(faces) != 1:
            raise InvalidInput(_face_count_message(still.name, len(faces)), field=still.name)
        quality = assess(still.image, faces[0]).share
        expression = relaxed.read(still.image, faces[0]) if relaxed else None
        embedding = encoder.encode(still.image, faces[0])
        samples.append(FaceSample(still.name, embedding, quality, expression=expression))
    return mark_outliers(samples)


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


def _face_count_message(name: str, count: int) -> Message:
    if count == 0:
        return Message(
            es=f"{name}: no se ve ninguna cara. Use una foto de frente, con buena luz y sin recortar la cabeza.",
            en=f"{name}: no face can be seen. Use a frontal photo, well lit, with the whole head in it.",
        )
    return Message(
        es=f"{name}: se ven {count} caras. Use una foto en la que solo esté la persona que se inscribe.",
        en=f"{name}: {count} faces can be seen. Use a photo of the person being enrolled alone.",
    )
