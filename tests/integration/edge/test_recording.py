"""The whole pipeline on the bundled recording of synthetic people, at full speed, against its labels."""

import csv
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT, Policy, Settings
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.edge.capture.models import load_models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.vision.baseline import combine_references
from stressvision.vision.camera import Shot, play_at_once
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery
from stressvision.vision.recognition.verdicts import judge_stills
from stressvision.vision.relaxed import open_relaxed_reader
from stressvision.wire.detections import DetectionIn
from tests.conftest import FakeClock

pytestmark = pytest.mark.e2e

DEMO = PROJECT_ROOT / "demo"
CODES = ("EMP001", "EMP002", "EMP003", "EMP004")
ANA, LARS, KOFI, MEI = 1, 2, 3, 4
LOOPS = 2
LOOP_SECONDS = 55.0


@dataclass(frozen=True)
class Seen:
    """One detection, and the second of the recording in which it was made."""

    at: float
    loop: int
    detection: DetectionIn


@dataclass(frozen=True)
class Label:
    start: float
    end: float
    employee_id: int | None
    state: str


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    with (DEMO / "labels.csv").open(encoding="utf-8") as file:
        return [
            Label(
                float(row["start_s"]),
                float(row["end_s"]),
                CODES.index(row["employee_code"]) + 1 if row["employee_code"] else None,
                row["state"],
            )
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def build() -> Callable[[], Pipeline]:
    """Pipelines with the real networks and the demo's people enrolled."""
    settings = Settings()
    models, gallery = load_models(settings), enrol_demo(settings)

    def make() -> Pipeline:
        rules = Rules("cam-1", Policy.PE, analyse_unknown=False, detection_seconds=1.0)
        pipeline = Pipeline(models, rules)
        pipeline.use_gallery(gallery, 0.0)
        return pipeline

    return make


@pytest.fixture(scope="module")
def seen(build: Callable[[], Pipeline]) -> list[Seen]:
    pipeline = build()
    return [
        Seen(shot.elapsed % LOOP_SECONDS, int(shot.elapsed // LOOP_SECONDS), detection)
        for shot in play_loops()
        for detection in pipeline.process(shot, "session_cam-1_1")
    ]


def enrol_demo(settings: Settings) -> FaceGallery:
    people, relaxed = [], open_relaxed_reader(settings)
    for employee_id, code in enumerate(CODES, 1):
        paths = sorted((DEMO / "enrol" / code).glob("*.jpg"))
        verdicts = judge_stills((path.read_bytes() for path in paths), relaxed)
        samples = [verdict.sample for verdict in verdicts if verdict.sample]
        embeddings = np.array([sample.embedding for sample in samples])
        references = [sample.expression.to_json() for sample in samples if sample.expression]
        people.append(EnrolledFace(employee_id, code, embeddings, combine_references(references)))
    return FaceGallery(people, settings.recognition_threshold, settings.recognition_margin)


def play_loops() -> Iterator[Shot]:
    begin = FakeClock().now
    for loop in range(LOOPS):
        offset = loop * LOOP_SECONDS
        for shot in play_at_once(DEMO / "turno.mp4", start=begin + timedelta(seconds=offset)):
            yield Shot(shot.frame, shot.at, shot.elapsed + offset, shot.cut)


def of(seen: list[Seen], employee_id: int | None) -> list[Seen]:
    return [item for item in seen if item.detection.employee_id == employee_id]


def test_minimum_number_of_detections_is_reported(seen: list[Seen]) -> None:
    assert len(seen) >= 60


def test_no_person_is_reported_under_another_name(seen: list[Seen], labels: list[Label]) -> None:
    for item in seen:
        on_screen = {label.employee_id for label in labels if label.start <= item.at <= label.end}
        assert item.detection.employee_id in on_screen | {None}, item


def test_enrolled_people_are_named_in_nearly_all_detections(seen: list[Seen], labels: list[Label]) -> None:
    for employee_id in (ANA, LARS, KOFI, MEI):
        alone = [
            item
            for item in seen
            if {label.employee_id for label in labels if label.start <= item.at <= label.end} == {employee_id}
        ]
        assert len(alone) >= 8
        assert len(of(alone, employee_id)) >= 0.95 * len(alone)


def test_crossing_people_keep_their_tracks_and_names(seen: list[Seen]) -> None:
    for loop in range(LOOPS):
        for employee_id in (ANA, LARS):
            own = [item for item in of(seen, employee_id) if item.loop == loop and 41 <= item.at <= 47]
            before, after = [i for i in own if i.at < 43.3], [i for i in own if i.at > 44.5]
            assert before
            assert after
            assert {item.detection.track_id for item in before} == {item.detection.track_id for item in after}


def test_visitor_is_counted_and_neither_named_nor_analysed(seen: list[Seen]) -> None:
    visits = [item for item in seen if 48 <= item.at <= 54]

    assert len(visits) >= 8
    assert {(i.detection.employee_id, i.detection.emotion, i.detection.emotion_vector) for i in visits} == {
        (None, None, None)
    }


def test_fatigue_is_reported_of_the_tired_person_only(seen: list[Seen]) -> None:
    tired = [item for item in of(seen, KOFI) if item.at >= 24]
    fatigued = [item for item in seen if item.detection.emotion is Emotion.FATIGUE]

    assert len([item for item in tired if item.detection.emotion is Emotion.FATIGUE]) >= 0.75 * len(tired)
    assert {item.detection.employee_id for item in fatigued} == {KOFI}
    assert min(item.at for item in fatigued) > 22.6


def test_stressed_person_meets_the_alert_rule(seen: list[Seen]) -> None:
    stressed = [item for item in of(seen, LARS) if item.detection.emotion in STRESS_EMOTIONS]
    confidences = [item.detection.emotion_confidence or 0.0 for item in stressed]

    assert len([item for item in stressed if item.detection.emotion is Emotion.STRESS]) >= 10
    assert sum(confidences) / len(confidences) > 0.5


def test_content_person_does_not_meet_the_alert_rule(seen: list[Seen]) -> None:
    emotions = Counter(item.detection.emotion for item in of(seen, ANA))

    assert sum(emotions[emotion] for emotion in STRESS_EMOTIONS) <= 2
    assert emotions[Emotion.HAPPY] >= 10


def test_emotion_vectors_sum_to_one_and_emotion_is_their_maximum(seen: list[Seen]) -> None:
    vectors = [item.detection for item in seen if item.detection.emotion_vector]

    assert vectors
    for detection in vectors:
        vector = detection.emotion_vector or {}
        assert sum(vector.values()) == pytest.approx(1.0)
        assert max(vector, key=vector.__getitem__) is detection.emotion


def test_people_swapped_between_two_frames_are_not_confused(build: Callable[[], Pipeline], labels: list[Label]) -> None:
    shots = [shot for shot in play_at_once(DEMO / "turno.mp4", start=FakeClock().now) if not 41 <= shot.elapsed < 47]
    alone = [
        [
            shot
            for shot in shots
            if any(label.start <= shot.elapsed < label.end for label in labels if label.employee_id == person)
        ]
        for person in (ANA, LARS, KOFI, MEI, None)
    ]
    pipeline, chance = build(), random.Random(7)
    named = 0
    frame = 0
    for _ in range(40):
        person, own = chance.choice(list(zip((ANA, LARS, KOFI, MEI, None), alone, strict=True)))
        begin = chance.randrange(len(own) - 40)
        for shot in own[begin : begin + chance.randrange(8, 40)]:
            moved = Shot(shot.frame, shot.at, frame / 15, cut=frame == 0)
            for detection in pipeline.process(moved, "session_cam-1_1"):
                assert detection.employee_id in (person, None)
                named += detection.employee_id is not None
            frame += 1

    assert named >= 20
