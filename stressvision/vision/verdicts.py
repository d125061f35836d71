"""Which stills a person can be enrolled from, and why not from the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stressvision.vision.embedding import FaceEncoder
from stressvision.vision.enrolment import FaceSample, mark_outliers
from stressvision.vision.faces import FaceDetector
from stressvision.vision.networks import Frame
from stressvision.vision.quality import Quality, assess
from stressvision.vision.relaxed import RelaxedReader
from stressvision.wire.people import StillFault


@dataclass(frozen=True)
class StillJudgement:
    """`sample` is there where there is no `fault`. `quality` 0-1, None where there is not one face."""

    fault: StillFault | None
    quality: float | None = None
    sample: FaceSample | None = None


def judge_stills(
    pictures: Sequence[Frame | None], relaxed: RelaxedReader | None = None
) -> list[StillJudgement]:
    """One verdict a picture, in order; None stands for one that could not be read.

    `relaxed` reads the expression of relaxed faces; None: no expression is read.

    A face below RECOGNISABLE is refused for the worst of its criteria, and among the others those that seem to show
    somebody else. Raises ModelUnavailable.
    """
    detector, encoder = FaceDetector(), FaceEncoder()
    verdicts = [_judge(picture, detector, encoder, relaxed) for picture in pictures]
    samples = iter(mark_outliers([verdict.sample for verdict in verdicts if verdict.sample]))
    return [_unless_outlier(verdict, next(samples)) if verdict.sample else verdict for verdict in verdicts]


def _judge(
    picture: Frame | None, detector: FaceDetector, encoder: FaceEncoder, relaxed: RelaxedReader | None
) -> StillJudgement:
    if picture is None:
        return StillJudgement("unreadable")
    faces = detector.detect(picture)
    if len(faces) != 1:
        return StillJudgement("several_faces" if faces else "no_face")
    quality = assess(picture, faces[0])
    if not quality.recognisable:
        return StillJudgement(_worst_of(quality), quality.share)
    expression = relaxed.read(picture, faces[0]) if relaxed else None
    sample = FaceSample("", encoder.encode(picture, faces[0]), quality.share, expression=expression)
    return StillJudgement(None, quality.share, sample)


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
