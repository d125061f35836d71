"""What the edge costs on this machine, beside the bare networks: `python -m benchmarks.edge`.

The bundled recording is played as fast as it goes, on one thread, with its own people enrolled. The bare time of a
stage is what its networks alone take when they are run over and over on the same input: nothing can be faster. Times
are of the processor, so that whatever else the machine does at the moment counts as little as possible.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import cv2
import dlib
import numpy as np

from stressvision.config import PROJECT_ROOT, Policy, Settings
from stressvision.edge.models import Models, load_models
from stressvision.edge.pipeline import Pipeline, Rules
from stressvision.vision.camera import Shot, play_at_once
from stressvision.vision.enrolment import Still, measure_stills
from stressvision.vision.expression import ExpressionModel
from stressvision.vision.faces import FaceDetector
from stressvision.vision.gallery import EnrolledFace, FaceGallery
from stressvision.vision.networks import FACE_DETECTOR, FACE_ENCODER, FACE_MESH, IRIS, Network, Tensor, find_model

DEMO = PROJECT_ROOT / "demo"
CODES = ("EMP001", "EMP002", "EMP003", "EMP004")
SEGMENTS = {"nobody": (54.0, 55.0), "one face": (8.0, 20.0), "two faces": (41.0, 47.0)}
FPS = 15
ROUNDS = 60
DEAR_ROUNDS = 8


def main() -> int:
    settings = Settings()
    models = load_models(settings)
    shots = list(play_at_once(DEMO / "turno.mp4", start=datetime.now(UTC)))
    bare = measure_bare(settings)
    pipeline, spent = play(models, enrol(settings), shots)
    print_stages(pipeline, bare, spent, len(shots))
    print_segments(models, enrol(settings), shots)
    return 0


def measure_bare(settings: Settings) -> dict[str, float]:
    """Milliseconds of each stage's networks alone."""
    side = np.zeros((1, 64, 64, 3), np.float32)
    square = np.zeros((1, 192, 192, 3), np.float32)
    encoder = dlib.face_recognition_model_v1(str(find_model(FACE_ENCODER)))
    chip = np.full((150, 150, 3), 128, np.uint8)
    expression = ExpressionModel(settings.models_dir / "expression.tflite", settings.models_dir / "expression.json")
    face = np.full((expression.card.size, expression.card.size), 128, np.uint8)
    return {
        "detect": time_network(Network(FACE_DETECTOR), square),
        "embed": time_call(lambda: encoder.compute_face_descriptor(chip), DEAR_ROUNDS),
        "openness": 2 * time_network(Network(IRIS), side) + time_network(Network(FACE_MESH), square),
        "expression": time_call(lambda: expression.estimate_aligned(face), ROUNDS),
    }


def time_network(network: Network, tensor: Tensor) -> float:
    return time_call(lambda: network.run(tensor), ROUNDS)


def time_call(call: Callable[[], object], rounds: int) -> float:
    """The median of `rounds` calls, in milliseconds of this thread's processor time."""
    times = []
    for _ in range(rounds + 3):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return 1000 * float(np.median(times[3:]))


def enrol(settings: Settings) -> FaceGallery:
    people = []
    for employee_id, code in enumerate(CODES, 1):
        paths = sorted((DEMO / "enrol" / code).glob("*.jpg"))
        samples = measure_stills([Still(path.name, np.asarray(cv2.imread(str(path)), np.uint8)) for path in paths])
        people.append(EnrolledFace(employee_id, code, np.array([sample.embedding for sample in samples])))
    return FaceGallery(people, settings.recognition_threshold, settings.recognition_margin)


def play(models: Models, gallery: FaceGallery, shots: list[Shot]) -> tuple[Pipeline, float]:
    """The pipeline after these shots, and the seconds of processor that they took."""
    rules = Rules("benchmark", Policy.PE, analyse_unknown=False, detection_seconds=1.0)
    pipeline = Pipeline(models, rules, stopwatch=time.thread_time)
    pipeline.use_gallery(gallery, shots[0].elapsed)
    start = time.process_time()
    for shot in shots:
        pipeline.process(shot, "session_benchmark_1")
    return pipeline, time.process_time() - start


def print_stages(pipeline: Pipeline, bare: dict[str, float], spent: float, frames: int) -> None:
    stages = pipeline.stages
    print(f"{frames} frames of the recording, one thread, load of the machine {os.getloadavg()[0]:.1f}\n")
    print("| stage | calls | ms a call | bare networks, ms | ratio |")
    print("|---|---:|---:|---:|---:|")
    for stage, mean in stages.mean_ms().items():
        limit = bare.get(stage)
        ratio = f"{mean / limit:.2f}" if limit else ""
        print(f"| {stage} | {stages.calls[stage]} | {mean:.2f} | {f'{limit:.2f}' if limit else ''} | {ratio} |")
    physical = sum(bare[stage] * stages.calls.get(stage, 0) for stage in bare) / 1000
    whole = stages.seconds["frame"]
    print(f"\nall frames: {whole:.2f} s, bare networks {physical:.2f} s, ratio {whole / physical:.2f}")
    print(f"unthrottled: {frames / spent:.0f} frames a second of processor time\n")


def print_segments(models: Models, gallery: FaceGallery, shots: list[Shot]) -> None:
    print("| in view | share of one core at 15 frames a second |")
    print("|---|---:|")
    for name, (start, end) in SEGMENTS.items():
        part = [shot for shot in shots if start <= shot.elapsed < end]
        _, spent = play(models, gallery, part)
        print(f"| {name} | {100 * spent / (len(part) / FPS):.0f} % |")
    start_time = time.process_time()
    detector = FaceDetector()
    for shot in shots[:ROUNDS]:
        detector.detect(shot.frame)
    print(f"\ndetection alone: {1000 * (time.process_time() - start_time) / ROUNDS:.1f} ms a frame of processor time")


if __name__ == "__main__":
    raise SystemExit(main())
