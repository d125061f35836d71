"""The process that measures the faces of uploaded stills, and ends: `python -m stressvision.commands.measuring`.

For the backend alone, over pipes (wire/stills.py): the face networks' memory goes with it, and what decodes pictures
that anybody may have sent never shares a process with the API (docs/adr/0017). Nothing is written anywhere.
"""

import sys
from collections.abc import Sequence

import cv2
import numpy as np

from stressvision.core.program import run_program
from stressvision.vision.enrolment import DOUBLE, find_double
from stressvision.vision.gallery import EnrolledFace, FaceGallery
from stressvision.vision.networks import Frame
from stressvision.vision.verdicts import StillJudgement, judge_stills
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.stills import Likeness, MeasuredStill, Measurement, StillsToMeasure


def main() -> int:
    asked = StillsToMeasure.model_validate_json(sys.stdin.buffer.readline())
    pictures = [decode(sys.stdin.buffer.read(size)) for size in asked.sizes]
    sys.stdout.write(measure(pictures, asked.others).model_dump_json())
    return 0


def measure(pictures: Sequence[Frame | None], others: Sequence[GalleryFace]) -> Measurement:
    """Raises ModelUnavailable."""
    verdicts = judge_stills(pictures)
    gallery = FaceGallery([_enrolled(face) for face in others], threshold=DOUBLE, margin=0.0)
    double = find_double([verdict.sample for verdict in verdicts if verdict.sample], gallery)
    return Measurement(
        stills=[_measured(verdict) for verdict in verdicts],
        double=Likeness(employee_code=double.employee_code, distance=double.distance) if double else None,
    )


def decode(content: bytes) -> Frame | None:
    """None for anything that is not a picture, or is too large a one (OPENCV_IO_MAX_IMAGE_PIXELS)."""
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def _enrolled(face: GalleryFace) -> EnrolledFace:
    return EnrolledFace(face.employee_id, face.employee_code, np.array(face.embeddings, dtype=np.float64))


def _measured(verdict: StillJudgement) -> MeasuredStill:
    embedding = verdict.sample.embedding.tolist() if verdict.sample else None
    return MeasuredStill(quality=verdict.quality, fault=verdict.fault, embedding=embedding)


if __name__ == "__main__":
    raise SystemExit(run_program(main))
