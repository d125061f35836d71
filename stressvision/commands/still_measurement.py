"""Helper process that measures the faces of uploaded stills: `python -m stressvision.commands.still_measurement`.

The backend starts it for one request, over pipes (wire/stills.py): the memory of the face networks is released with the
process, and untrusted pictures are never decoded in the process of the API (docs/adr/0017). It writes no file.
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
    """Read a request from standard input, write the measurement to standard output."""
    request = StillsToMeasure.model_validate_json(sys.stdin.buffer.readline())
    pictures = [decode(sys.stdin.buffer.read(size)) for size in request.sizes]
    relaxed = open_relaxed_reader(Settings()) if request.read_expression else None
    sys.stdout.write(measure(pictures, request.others, relaxed).model_dump_json())
    return 0


def measure(
    pictures: Sequence[Frame | None], others: Sequence[GalleryFace], relaxed: RelaxedReader | None = None
) -> Measurement:
    """Measure the pictures (BGR, uint8 [H, W, 3]; None: not readable) and compare them with the enrolled faces.

    Raises:
        ModelUnavailable: If a face network is missing.
    """
    verdicts = judge_stills(pictures, relaxed)
    gallery = FaceGallery([_to_enrolled_face(face) for face in others], threshold=DOUBLE, margin=0.0)
    duplicate = find_double([verdict.sample for verdict in verdicts if verdict.sample], gallery)
    return Measurement(
        stills=[_to_measured_still(verdict) for verdict in verdicts],
        double=Likeness(employee_code=duplicate.employee_code, distance=duplicate.distance) if duplicate else None,
    )


def decode(content: bytes) -> Frame | None:
    """Decode a picture; return None if it is not one, or too large (OPENCV_IO_MAX_IMAGE_PIXELS)."""
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def _to_enrolled_face(face: GalleryFace) -> EnrolledFace:
    return EnrolledFace(face.employee_id, face.employee_code, np.array(face.embeddings, dtype=np.float64))


def _to_measured_still(verdict: StillJudgement) -> MeasuredStill:
    sample = verdict.sample
    return MeasuredStill(
        quality=verdict.quality,
        fault=verdict.fault,
        embedding=sample.embedding.tolist() if sample else None,
        expression=sample.expression.to_json() if sample and sample.expression else None,
    )


if __name__ == "__main__":
    raise SystemExit(run_program(main))
