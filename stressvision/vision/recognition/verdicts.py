"""Judgement of enrolment stills: whether each is usable, and why not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np

from stressvision.vision.faces import FaceDetector
from stressvision.vision.networks import Frame
from stressvision.vision.quality import Quality, assess
from stressvision.vision.recognition.embedding import FaceEncoder
from stressvision.vision.recognition.enrolment import COPY, FaceSample, mark_outliers
from stressvision.vision.relaxed import RelaxedReader
from stressvision.wire.people import StillFault


@dataclass(frozen=True)
class StillJudgement:
    """Result for one still. `sample`: set if there is no `fault`. `quality` 0-1, None without exactly one face."""

    fault: StillFault | None
    quality: float | None = None
    sample: FaceSample | None = None


FEWEST_PIXELS = 32
"""Pixels of the shorter side below which a picture cannot show a recognisable face, and need not be scaled to be
searched: a strip of 20,000 × 3 pixels would have no height."""


def judge_stills(pictures: Iterable[bytes], relaxed: RelaxedReader | None = None) -> list[StillJudgement]:
    """Judge encoded pictures (jpg, png), one decoded at a time, in order.

    `relaxed` reads the expression of relaxed faces; None: no expression is read.

    A face below RECOGNISABLE is refused for its worst criterion, copies of an earlier still count once, and stills that
    seem to show another person than the rest are refused. The environment's OPENCV_IO_MAX_IMAGE_PIXELS bounds what is
    decoded. Raises ModelUnavailable.
    """
    detector, encoder = FaceDetector(), FaceEncoder()
    verdicts: list[StillJudgement] = []
    for content in pictures:
        verdict = _judge(content, detector, encoder, relaxed)
        earlier = [known.sample for known in verdicts if known.sample]
        verdicts.append(StillJudgement("copy", verdict.quality) if _is_copy(verdict.sample, earlier) else verdict)
    samples = iter(mark_outliers([verdict.sample for verdict in verdicts if verdict.sample]))
    return [_unless_outlier(verdict, next(samples)) if verdict.sample else verdict for verdict in verdicts]


def _judge(
    content: bytes, detector: FaceDetector, encoder: FaceEncoder, relaxed: RelaxedReader | None
) -> StillJudgement:
    picture = _decode(content)
    if isinstance(picture, str):
        return StillJudgement(picture)
    faces = detector.detect(picture) if min(picture.shape[:2]) >= FEWEST_PIXELS else []
    if len(faces) != 1:
        return StillJudgement("several_faces" if faces else "no_face")
    quality = assess(picture, faces[0])
    if not quality.recognisable:
        return StillJudgement(_worst_of(quality), quality.share)
    expression = relaxed.read(picture, faces[0]) if relaxed else None
    sample = FaceSample(encoder.encode(picture, faces[0]), quality.share, expression=expression)
    return StillJudgement(None, quality.share, sample)


FORMATS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""First bytes of JPEG and PNG. OpenCV reads a dozen further formats, whose parsers strangers' files need not reach."""


def _decode(content: bytes) -> Frame | Literal["unreadable", "too_large"]:
    if not content.startswith(FORMATS):
        return "unreadable"
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        return "too_large" if "MAX_IMAGE" in str(error) else "unreadable"
    return "unreadable" if picture is None else np.asarray(picture, np.uint8)


def _is_copy(sample: FaceSample | None, earlier: Iterable[FaceSample]) -> bool:
    if sample is None:
        return False
    return any(float(np.linalg.norm(sample.embedding - known.embedding)) < COPY for known in earlier)


def _worst_of(quality: Quality) -> StillFault:
    grades: dict[StillFault, float] = {
        "too_small": quality.size,
        "blurred": quality.sharpness,
        "badly_lit": quality.light,
        "turned_away": quality.frontal,
    }
    return min(grades, key=lambda fault: grades[fault])


def _unless_outlier(verdict: StillJudgement, marked: FaceSample) -> StillJudgement:
    return replace(verdict, fault="somebody_else", sample=None) if marked.outlier else verdict
