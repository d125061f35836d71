"""Helper process that measures the faces of uploaded stills: `python -m stressvision.commands.still_measurement`.

The backend starts it for one request, over pipes (wire/stills.py): the memory of the face networks is released with the
process, and untrusted pictures are never decoded in the process of the API (docs/adr/0017). It writes no file.
"""

import sys
from collections.abc import Iterable

import numpy as np

from stressvision.core.config import load_settings
from stressvision.core.program import run_program
from stressvision.vision.recognition.enrolment import DOUBLE, find_double, measure_distance
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery
from stressvision.vision.recognition.verdicts import StillJudgement, judge_stills
from stressvision.vision.relaxed import RelaxedReader, open_relaxed_reader
from stressvision.wire.gallery import GalleryFace
from stressvision.wire.stills import Likeness, MeasuredStill, Measurement, StillsToMeasure


def main() -> int:
    """Read a request from standard input, write the measurement to standard output."""
    request = StillsToMeasure.model_validate_json(sys.stdin.buffer.readline())
    pictures = (sys.stdin.buffer.read(size) for size in request.sizes)
    relaxed = open_relaxed_reader(load_settings())
    sys.stdout.write(measure(pictures, request, relaxed).model_dump_json())
    return 0


def measure(pictures: Iterable[bytes], request: StillsToMeasure, relaxed: RelaxedReader | None = None) -> Measurement:
    """Measure encoded pictures, one in memory at a time, and compare them with the enrolled faces.

    Raises:
        ModelUnavailable: If a face network is missing.
    """
    verdicts = judge_stills(pictures, relaxed)
    samples = [verdict.sample for verdict in verdicts if verdict.sample]
    gallery = FaceGallery([_to_enrolled_face(face) for face in request.others], threshold=DOUBLE, margin=0.0)
    duplicate = find_double(samples, gallery)
    return Measurement(
        stills=[_to_measured_still(verdict) for verdict in verdicts],
        double=Likeness(employee_code=duplicate.employee_code, distance=duplicate.distance) if duplicate else None,
        own_distance=measure_distance(samples, np.array(request.own)) if samples and request.own else None,
    )


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
