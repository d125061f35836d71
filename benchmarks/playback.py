"""The edge's pipeline over frames in memory, measured in processor time, which other load affects little."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import dlib
import numpy as np

from stressvision.core.config import PROJECT_ROOT, Policy, Settings
from stressvision.core.errors import Message
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.capture.search import NEAR_STAGE, WHOLE_STAGE
from stressvision.vision.baseline import combine_references
from stressvision.vision.camera import Shot, play_at_once
from stressvision.vision.faces import INPUT_SIZE, NEAR_SIZE, resize_network
from stressvision.vision.networks import (
    FACE_DETECTOR,
    FACE_ENCODER,
    FACE_MESH,
    IRIS,
    Frame,
    find_model,
    open_interpreter,
)
from stressvision.vision.recognition.encoder_network import EncoderNetwork
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery
from stressvision.vision.recognition.verdicts import judge_stills
from stressvision.vision.relaxed import open_relaxed_reader
from stressvision.vision.source import Source, open_capture
from stressvision.wire.detections import DetectionIn

DEMO = PROJECT_ROOT / "demo"
RECORDING = DEMO / "turno.mp4"
CODES = ("EMP001", "EMP002", "EMP003", "EMP004")
ALONE = ((8.0, 20.0), (21.0, 33.0), (34.0, 40.0))
"""Intervals of the recording, in seconds, each with a single person."""
CAMERA_FPS = 30
ROUNDS = 60
EMBEDDING_ROUNDS = 8
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """`seconds`: processor time of the frames, decoding included; `duration`: of the video, in seconds."""

    pipeline: Pipeline
    seconds: float
    duration: float
    detections: list[DetectionIn]

    @property
    def share(self) -> float:
        """Share of one core."""
        return self.seconds / self.duration


def play(models: Models, gallery: FaceGallery, shots: Sequence[Shot], decoding_ms: float) -> Played:
    """Process the frames and return the pipeline with the processor time."""
    rules = Rules("benchmark", Policy.PE, analyse_unknown=False, detection_seconds=1.0)
    pipeline = Pipeline(models, rules, stopwatch=time.thread_time)
    pipeline.use_gallery(gallery, shots[0].elapsed)
    start = time.process_time()
    detections = [found for shot in shots for found in pipeline.process(shot, "session_benchmark_1")]
    seconds = time.process_time() - start + len(shots) * decoding_ms / 1000
    return Played(pipeline, seconds, shots[-1].elapsed - shots[0].elapsed, detections)


def as_camera(frames: Sequence[Frame], seconds: float) -> list[Shot]:
    """Return the frames at 30 a second, forwards and backwards, so that no cut occurs."""
    endless = islice(cycle([*frames, *reversed(frames)]), int(seconds * CAMERA_FPS))
    times = ((index / CAMERA_FPS, frame) for index, frame in enumerate(endless))
    return [Shot(frame, BEGAN + timedelta(seconds=at), at, cut=at == 0) for at, frame in times]


def read_shots(path: Path) -> list[Shot]:
    """Return every frame of the file."""
    return list(play_at_once(path, start=BEGAN))


def show_at_camera_rate(frames: Sequence[Frame], fps: int) -> list[Frame]:
    """Return each frame as often as a camera at 30 frames a second returns it."""
    return [frame for frame in frames for _ in range(CAMERA_FPS // fps)]


def frames_between(shots: Sequence[Shot], start: float, end: float) -> list[Frame]:
    """Return the frames of an interval, in seconds."""
    return [shot.frame for shot in shots if start <= shot.elapsed < end]


def compose_three(shots: Sequence[Shot]) -> list[Frame]:
    """Return frames of the usual size with three people side by side, each from an interval alone."""
    strips = []
    for start, end in ALONE:
        frames = frames_between(shots, start, end)
        width = frames[0].shape[1] // 3
        left = (frames[0].shape[1] - width) // 2
        strips.append([frame[:, left : left + width] for frame in frames])
    return [np.hstack(parts) for parts in zip(*strips, strict=False)]


def measure_decoding(path: Path) -> float:
    """Return the processor time for decoding a frame of the file, in milliseconds."""
    start = time.process_time()
    count = sum(1 for _ in play_at_once(path, start=BEGAN))
    return 1000 * (time.process_time() - start) / count


def measure_camera_decoding(path: Path) -> float:
    """Return the milliseconds of a frame in the camera's thread, which converts at most every second one."""
    capture = open_capture(Source(str(path), Message(es=path.name, en=path.name), paced=True))
    start, count = time.process_time(), 0
    while capture.grab():
        if count % 2 == 0:
            capture.retrieve()
        count += 1
    capture.release()
    return 1000 * (time.process_time() - start) / count


def measure_bare(settings: Settings) -> dict[str, float]:
    """Return the milliseconds of each stage's networks alone, repeated on the same input: the lower limit.

    Each network counts as often as one reading runs it: both eyes, and one view of the expression model, since the
    readings of a recording are dense.
    """
    encoder = EncoderNetwork()
    chip = np.full((150, 150, 3), 128, np.uint8)
    expression, lids = settings.models_dir / "expression.tflite", settings.models_dir / "eyes.tflite"
    whole, near = (_time_detector(size) for size in (INPUT_SIZE, NEAR_SIZE))
    return {
        WHOLE_STAGE: whole,
        NEAR_STAGE: near,
        "embed": 2 * _time_call(lambda: encoder.run(chip), EMBEDDING_ROUNDS),
        "geometry": 2 * _time_network(find_model(IRIS))
        + _time_network(find_model(FACE_MESH))
        + 2 * _time_network(lids),
        "expression": _time_network(expression),
    }


def measure_old_embedding() -> float:
    """Return the milliseconds of one embedding by dlib itself, as versions up to 0.3 computed it."""
    network = dlib.face_recognition_model_v1(str(find_model(FACE_ENCODER)))
    chip = np.full((150, 150, 3), 128, np.uint8)
    return _time_call(lambda: network.compute_face_descriptor(chip), EMBEDDING_ROUNDS)


def _time_detector(size: int) -> float:
    """Return the milliseconds of the face detector for an input of `size` pixels a side."""
    content = find_model(FACE_DETECTOR).read_bytes()
    content = content if size == INPUT_SIZE else resize_network(content, size)
    return _time_interpreter(open_interpreter(content, FACE_DETECTOR.path, (1, size, size, 3)))


def _time_network(path: Path) -> float:
    return _time_interpreter(open_interpreter(path.read_bytes(), path.name))


def _time_interpreter(interpreter: Any) -> float:
    network_input = interpreter.get_input_details()[0]
    tensor = np.zeros(network_input["shape"], np.float32)
    outputs = [output["index"] for output in interpreter.get_output_details()]

    def run() -> None:
        interpreter.set_tensor(network_input["index"], tensor)
        interpreter.invoke()
        for index in outputs:
            interpreter.get_tensor(index)

    return _time_call(run, ROUNDS)


def _time_call(call: Callable[[], object], rounds: int) -> float:
    """Return the median of `rounds` calls, in milliseconds of this thread's processor time."""
    times = []
    for _ in range(rounds + 3):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return 1000 * float(np.median(times[3:]))


def enrol_demo(settings: Settings) -> FaceGallery:
    """Return a gallery of the recording's people."""
    people, relaxed = [], open_relaxed_reader(settings)
    for employee_id, code in enumerate(CODES, 1):
        paths = sorted((DEMO / "enrol" / code).glob("*.jpg"))
        verdicts = judge_stills((path.read_bytes() for path in paths), relaxed)
        samples = [verdict.sample for verdict in verdicts if verdict.sample]
        embeddings = np.array([sample.embedding for sample in samples])
        references = [sample.expression.to_json() for sample in samples if sample.expression]
        people.append(EnrolledFace(employee_id, code, embeddings, combine_references(references)))
    return FaceGallery(people, settings.recognition_threshold, settings.recognition_margin)
