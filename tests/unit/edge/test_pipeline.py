import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from stressvision.core.config import Policy
from stressvision.domain.emotions import Emotion
from stressvision.domain.load import Load
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.person import PATIENCE_SECONDS
from stressvision.edge.capture.pipeline import EMBEDDINGS_AT_ONCE, EMBEDDINGS_PER_SECOND, Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.vision.camera import Shot
from stressvision.vision.expression import ExpressionEstimate, ExpressionReference, StateProbabilities
from stressvision.vision.faces import Face, FaceBox, Point, find_all_expected
from stressvision.vision.geometry.cover import Cover
from stressvision.vision.geometry.reader import FaceGeometry, WantsContour
from stressvision.vision.liveness import WINDOW_SECONDS
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.embedding import EMBEDDING_SIZE, Embedding
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery
from stressvision.wire.detections import DetectionIn
from tests.faces import make_face, make_frame, make_geometry

BEGIN = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
FPS = 15
ANA, LARS, STRANGER = 1, 2, 9


def embedding_of(person: int) -> Embedding:
    embedding = np.zeros(EMBEDDING_SIZE)
    embedding[person] = 1.0
    return embedding


def gallery_of(*people: int) -> FaceGallery:
    return FaceGallery(
        [EnrolledFace(person, f"EMP00{person}", np.array([embedding_of(person)])) for person in people], 0.5, 0.04
    )


@dataclass
class Sitting:
    """The people in the next frames, by position. In these tests a face is identified by its size."""

    people: dict[int, Face] = field(default_factory=dict)
    eyes: float = 0.31
    blurred: bool = False
    yaw: float = 0.0
    cover: Cover = field(default_factory=Cover)
    expression: StateProbabilities = field(default_factory=lambda: StateProbabilities(0.1, 0.1, 0.7, 0.1))

    def sit(self, person: int, x: float) -> None:
        self.people[person] = make_face(x, 200, side=100 + person)


@dataclass
class FakeNetworks:
    """Replaces the networks, and counts their calls."""

    sitting: Sitting
    encoded: int = 0
    expressions: int = 0
    measures: int = 0
    references: list[ExpressionReference | None] = field(default_factory=list)
    turns: list[int | None] = field(default_factory=list)

    def detect(self, frame: Frame) -> list[Face]:
        return list(self.sitting.people.values())

    def detect_near(self, frame: Frame, expected: Sequence[FaceBox]) -> list[Face] | None:
        return find_all_expected(self.detect(frame), expected)

    def encode(self, frame: Frame, face: Face) -> Embedding:
        self.encoded += 1
        return embedding_of(round(face.box.w) - 100)

    def read(self, frame: Frame, face: Face, *, wants_contour: WantsContour | None = None) -> FaceGeometry | None:
        self.measures += 1
        return make_geometry(self.sitting.eyes, pose=(self.sitting.yaw, 0.0), cover=self.sitting.cover)

    def estimate(
        self,
        frame_bgr: Frame,
        left_eye: Point,
        right_eye: Point,
        *,
        reference: ExpressionReference | None = None,
        turn: int | None = None,
    ) -> ExpressionEstimate:
        self.expressions += 1
        self.turns.append(turn)
        self.references.append(reference)
        return ExpressionEstimate(self.sitting.expression, 0.0)


class Stage:
    """A pipeline with fake networks, and simulated time."""

    def __init__(
        self,
        *,
        policy: Policy = Policy.PE,
        analyse_unknown: bool = False,
        expression: bool = True,
        flag_photographs: bool = False,
        detection_seconds: float = 1.0,
    ) -> None:
        self.sitting = Sitting()
        self.networks = FakeNetworks(self.sitting)
        models = Models(self.networks, self.networks, self.networks, self.networks if expression else None)
        rules = Rules("cam-1", policy, analyse_unknown, detection_seconds, flag_photographs=flag_photographs)
        self.pipeline = Pipeline(models, rules)
        self.frame = 0

    @property
    def now(self) -> float:
        return self.frame / FPS

    def enrol(self, *people: int) -> None:
        self.pipeline.use_gallery(gallery_of(*people), self.now)

    def watch(self, seconds: float, move: Callable[[float], None] | None = None) -> list[DetectionIn]:
        detections = []
        for _ in range(round(seconds * FPS)):
            if move is not None:
                move(self.now)
            painted = [] if self.sitting.blurred else list(self._painted())
            shot = Shot(make_frame(*painted), BEGIN + timedelta(seconds=self.now), self.now, cut=self.frame == 0)
            detections += self.pipeline.process(shot, "session_cam-1_1")
            self.frame += 1
        return detections

    def _painted(self) -> Iterable[tuple[Face, int]]:
        return ((face, person) for person, face in self.sitting.people.items())


def test_frequent_readings_take_turns_with_the_views_and_rare_ones_see_all() -> None:
    stage = Stage()
    stage.enrol(1)
    stage.sitting.sit(1, 300)
    stage.watch(3)
    first, *others = stage.networks.turns
    assert first is None
    assert others == list(range(1, len(others) + 1))
    stage.networks.turns.clear()

    # Now a device that reads a face once in 0.6 s.
    for _ in range(4):
        stage.frame += round(0.6 * FPS) - 1
        stage.watch(1 / FPS)
    assert stage.networks.turns == [None] * 4


def test_no_expression_is_read_of_shut_eyes() -> None:
    stage = Stage()
    stage.enrol(1)
    stage.sitting.sit(1, 300)
    open_eyes = stage.watch(8)
    assert {found.emotion for found in open_eyes[1:]} == {Emotion.STRESS}

    stage.sitting.eyes = 0.05
    read = stage.networks.expressions
    shut = stage.watch(4)

    assert stage.networks.expressions > read
    # The first period is shared with open eyes.
    assert {found.emotion for found in shut[1:]} <= {None, Emotion.FATIGUE}


REFERENCE = ExpressionReference("a" * 64, (0.5, -0.5), 1)


def test_reference_of_the_recognised_person_is_subtracted_and_of_no_other() -> None:
    stage = Stage(analyse_unknown=True)
    faces = [
        EnrolledFace(1, "EMP001", np.array([embedding_of(1)]), REFERENCE),
        EnrolledFace(2, "EMP002", np.array([embedding_of(2)])),
    ]
    stage.pipeline.use_gallery(FaceGallery(faces, 0.5, 0.04), stage.now)
    stage.sitting.sit(1, 300)
    stage.watch(2)
    assert set(stage.networks.references) == {REFERENCE}

    for other in (2, 3):
        stage.sitting.people.clear()
        stage.watch(6)
        stage.networks.references.clear()
        stage.sitting.sit(other, 300)
        stage.watch(8)
        assert set(stage.networks.references) == {None}


def test_withdrawn_reference_is_no_longer_subtracted() -> None:
    stage = Stage()
    face = EnrolledFace(1, "EMP001", np.array([embedding_of(1)]), REFERENCE)
    stage.pipeline.use_gallery(FaceGallery([face], 0.5, 0.04), stage.now)
    stage.sitting.sit(1, 300)
    stage.watch(2)
    stage.enrol(1)
    stage.networks.references.clear()
    stage.watch(3)
    assert set(stage.networks.references) == {None}


def names(detections: list[DetectionIn]) -> list[int | None]:
    return [detection.employee_id for detection in detections]


def test_enrolled_person_is_reported_once_a_second_with_name_and_expression() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    stage.sitting.sit(ANA, 300)

    detections = stage.watch(10.5)

    assert len(detections) in (9, 10)
    assert set(names(detections)) == {ANA}
    first = detections[0]
    assert first.emotion is Emotion.STRESS
    assert first.emotion_vector is not None
    assert sum(first.emotion_vector.values()) == pytest.approx(1.0)
    assert first.emotion_confidence == first.emotion_vector[Emotion.STRESS]
    assert (first.device_id, first.session_id, first.track_id) == ("cam-1", "session_cam-1_1", "trk_1")
    assert len({detection.event_id for detection in detections}) == len(detections)


def test_detections_have_the_time_of_their_frame() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)

    times = [detection.timestamp for detection in stage.watch(5)]
    steps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]

    # Named within half a second, and then a whole period.
    assert BEGIN + timedelta(seconds=1) < times[0] < BEGIN + timedelta(seconds=1.5)
    assert all(step == pytest.approx(1.0, abs=0.08) for step in steps)


def test_unknown_person_is_counted_and_not_analysed() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(STRANGER, 300)

    detections = stage.watch(5)

    assert len(detections) >= 4
    assert {(item.employee_id, item.emotion, item.emotion_vector) for item in detections} == {(None, None, None)}
    assert (stage.networks.expressions, stage.networks.measures) == (0, 0)


def test_setting_allows_analysis_of_unknown_people() -> None:
    stage = Stage(analyse_unknown=True)
    stage.enrol(ANA)
    stage.sitting.sit(STRANGER, 300)

    detections = stage.watch(5)

    assert {item.emotion for item in detections} == {Emotion.STRESS}
    assert set(names(detections)) == {None}


def test_nothing_is_reported_before_the_identity_is_decided() -> None:
    stage = Stage()
    stage.sitting.sit(ANA, 300)

    assert stage.watch(PATIENCE_SECONDS - 0.5) == []
    assert set(names(stage.watch(3))) == {None}


def test_empty_gallery_counts_people_at_once_without_embeddings() -> None:
    stage = Stage()
    stage.enrol()
    stage.sitting.sit(ANA, 300)

    assert len(stage.watch(3)) == 3
    assert stage.networks.encoded == 0


def test_eu_policy_estimates_fatigue_and_no_expression() -> None:
    stage = Stage(policy=Policy.EU)
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    awake = stage.watch(4)
    stage.sitting.eyes = 0.05
    asleep = stage.watch(4)

    assert {(item.employee_id, item.emotion) for item in awake} == {(ANA, None)}
    assert asleep[-1].emotion is Emotion.FATIGUE
    assert asleep[-1].emotion_vector is None
    assert stage.networks.expressions == 0


def test_without_an_expression_model_only_fatigue_is_reported() -> None:
    stage = Stage(expression=False)
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)

    assert {item.emotion for item in stage.watch(4)} == {None}


def test_closed_eyes_become_fatigue() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(4)
    stage.sitting.eyes = 0.05

    assert stage.watch(4)[-1].emotion is Emotion.FATIGUE


def test_low_quality_face_is_reported_without_an_expression() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(3)
    stage.sitting.blurred = True
    stage.watch(PATIENCE_SECONDS + 2)
    expressions = stage.networks.expressions

    detections = stage.watch(3)

    assert detections
    assert {(item.employee_id, item.emotion) for item in detections} == {(None, None)}
    assert stage.networks.expressions == expressions


def test_a_covered_mouth_has_no_expression_and_closed_eyes_above_it_are_still_fatigue() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(5)
    stage.sitting.cover = Cover(mouth=True)
    stage.watch(1)
    awake = stage.watch(4)
    covered = stage.pipeline.marks[0].state.covered
    stage.sitting.eyes = 0.05
    asleep = stage.watch(4)

    assert {(item.employee_id, item.emotion, item.emotion_vector) for item in awake} == {(ANA, None, None)}
    assert covered
    assert asleep[-1].emotion is Emotion.FATIGUE


def test_a_detection_stands_for_its_whole_period_and_not_for_its_last_pictures() -> None:
    stage = Stage(detection_seconds=3.0)
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    neutral, stress = StateProbabilities(0.8, 0.1, 0.05, 0.05), StateProbabilities(0.05, 0.05, 0.85, 0.05)

    def frown_at_the_end(now: float) -> None:
        stage.sitting.expression = stress if (now - begin) % 3.0 > 2.0 else neutral

    first = stage.watch(6)[-1].timestamp
    begin = (first - BEGIN).total_seconds()
    detections = stage.watch(12, frown_at_the_end)[1:]

    assert len(detections) >= 3
    for detection in detections:
        assert detection.emotion is Emotion.NEUTRAL
        assert detection.emotion_vector is not None
        assert detection.emotion_vector[Emotion.STRESS] == pytest.approx(0.05 + 0.8 / 3, abs=0.08)
        assert detection.frames == pytest.approx(15, abs=2)


def test_a_face_turned_by_thirty_degrees_is_read_and_one_by_fifty_is_not() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.sitting.yaw = 30.0
    turned = stage.watch(4)
    stage.sitting.yaw = 50.0
    stage.watch(1.5)
    away = stage.watch(2)

    assert {item.emotion for item in turned} == {Emotion.STRESS}
    assert {item.emotion for item in away} == {None}


def test_person_taking_a_seat_does_not_inherit_the_name() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    stage.sitting.sit(ANA, 300)
    before = stage.watch(4)
    stage.sitting.people.clear()
    stage.sitting.sit(LARS, 300)

    after = stage.watch(4)

    assert set(names(before)) == {ANA}
    assert set(names(after)) == {LARS}


def test_expression_is_reset_when_the_identity_changes() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    stage.sitting.sit(ANA, 300)
    stage.sitting.eyes = 0.05
    asleep = stage.watch(5)
    stage.sitting.people.clear()
    stage.sitting.sit(LARS, 300)
    stage.sitting.eyes = 0.31

    after = stage.watch(3)

    assert asleep[-1].emotion is Emotion.FATIGUE
    assert {(item.employee_id, item.emotion) for item in after} == {(LARS, Emotion.STRESS)}


def test_fatigue_survives_a_short_absence() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.sitting.eyes = 0.05
    stage.watch(5)
    stage.sitting.people.clear()
    stage.watch(3)
    stage.sitting.sit(ANA, 300)
    stage.sitting.eyes = 0.31

    back = stage.watch(3)

    assert {(item.employee_id, item.emotion, item.track_id) for item in back} == {(ANA, Emotion.FATIGUE, "trk_2")}


def test_two_people_in_view_never_share_a_name() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 150)
    first = stage.watch(3)
    # A second face that the encoder takes for the same person.
    stage.sitting.people[STRANGER] = make_face(450, 200, side=100 + ANA)
    both = stage.watch(6)

    assert set(names(first)) == {ANA}
    assert {item.employee_id for item in both if item.track_id == "trk_1"} == {ANA}
    assert {item.employee_id for item in both if item.track_id == "trk_2"} == {None}


def test_crossing_people_are_unnamed_and_then_named_correctly() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    reported: list[tuple[float, int | None]] = []

    def cross(now: float) -> None:
        stage.sitting.sit(ANA, 100 + 40 * now)
        stage.sitting.sit(LARS, 540 - 40 * now)

    for _ in range(11 * FPS):
        apart = abs(440 - 80 * stage.now)
        reported += [(apart, item.employee_id) for item in stage.watch(1 / FPS, cross)]

    assert {name for _, name in reported} == {ANA, LARS}
    assert min(apart for apart, _ in reported) > 90


def test_withdrawal_removes_the_name_at_once() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    stage.sitting.sit(ANA, 300)
    before = stage.watch(4)
    stage.enrol(LARS)

    after = stage.watch(4)

    assert set(names(before)) == {ANA}
    assert set(names(after)) == {None}


def test_withdrawal_deletes_the_measurements() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.sitting.eyes = 0.05
    asleep = stage.watch(5)
    stage.enrol()
    stage.watch(3)
    stage.sitting.eyes = 0.31
    stage.enrol(ANA)

    back = stage.watch(4)

    assert asleep[-1].emotion is Emotion.FATIGUE
    assert {(item.employee_id, item.emotion) for item in back if item.employee_id} == {(ANA, Emotion.STRESS)}


def test_without_a_gallery_recognition_stops() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(4)
    stage.pipeline.use_gallery(None, stage.now)

    assert set(names(stage.watch(PATIENCE_SECONDS + 2))) == {None}


def test_unverified_name_is_withdrawn() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(3)
    before = set(names(stage.watch(2)))
    # Turned away: the same person in the same light, and no embedding to be had.
    turned = make_face(300, 200, side=100 + ANA, turn=0.9)
    stage.sitting.people[ANA], stage.sitting.yaw = turned, 60.0
    stage.watch(2 * PATIENCE_SECONDS + 1)

    assert before == {ANA}
    assert set(names(stage.watch(3))) == {None}


def test_named_person_costs_an_embedding_every_few_seconds() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(2)
    encoded, expressions = stage.networks.encoded, stage.networks.expressions

    stage.watch(12)

    assert stage.networks.encoded - encoded <= 4
    assert stage.networks.expressions - expressions == pytest.approx(60, abs=10)


def test_endless_doubt_is_rate_limited() -> None:
    stage = Stage()
    stage.enrol(ANA)

    def flicker(now: float) -> None:
        stage.sitting.people = {round(now * FPS) % 2: make_face(300, 200, side=100 + ANA)}

    stage.watch(20, flicker)

    assert stage.networks.encoded <= 20 * EMBEDDINGS_PER_SECOND + EMBEDDINGS_AT_ONCE


def test_four_people_who_arrive_together_are_named_in_about_a_second() -> None:
    stage = Stage()
    stage.enrol(1, 2, 3, 4)
    for person in range(1, 5):
        stage.sitting.sit(person, 64 + 140 * (person - 1))

    stage.watch(1.2)

    assert [mark.employee_code for mark in stage.pipeline.marks] == ["EMP001", "EMP002", "EMP003", "EMP004"]


def test_each_of_many_faces_in_quick_succession_is_named() -> None:
    stage = Stage()
    stage.enrol(ANA, LARS)
    named: list[str | None] = []

    for turn in range(40):
        stage.sitting.people.clear()
        stage.sitting.sit((ANA, LARS)[turn % 2], 300)
        stage.watch(1.6)
        named += [mark.employee_code for mark in stage.pipeline.marks]

    assert named == ["EMP001", "EMP002"] * 20


@pytest.mark.parametrize(("is_occupied", "least", "most"), [(True, 13, 16), (False, 7, 9)])
def test_frame_rate_is_limited_and_halved_for_an_empty_scene(is_occupied: bool, least: int, most: int) -> None:
    stage = Stage()
    if is_occupied:
        stage.sitting.sit(ANA, 300)
    for index in range(60):
        moment = BEGIN + timedelta(seconds=index / 60)
        stage.pipeline.process(Shot(make_frame(), moment, index / 60, cut=index == 0), "s")

    assert least <= stage.pipeline.frames <= most


def test_cut_resets_the_tracks() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    first = stage.watch(3)
    stage.pipeline.process(Shot(make_frame(), BEGIN, stage.now, cut=True), "s")
    stage.frame += 1

    second = stage.watch(3)

    assert {item.track_id for item in first}.isdisjoint({item.track_id for item in second})
    assert set(names(second)) == {ANA}


@pytest.mark.parametrize(("flagged", "quality_is_nil"), [(True, True), (False, False)])
def test_face_that_never_blinks_is_flagged_if_enabled(flagged: bool, quality_is_nil: bool) -> None:
    stage = Stage(flag_photographs=flagged)
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)

    before = stage.watch(WINDOW_SECONDS - 2)
    after = stage.watch(4)

    assert all(detection.frame_quality for detection in before)
    assert (after[-1].frame_quality == 0.0) is quality_is_nil
    assert stage.pipeline.marks[0].photograph is flagged


def test_each_person_of_a_crowd_keeps_the_name() -> None:
    crowd = range(1, 21)
    stage = Stage()
    stage.enrol(*crowd)
    for seat, person in enumerate(crowd):
        stage.sitting.people[person] = make_face(64 + 128 * (seat % 5), 60 + 120 * (seat // 5), side=100 + person)
    stage.watch(12)

    assert set(names(stage.watch(6))) == set(crowd)


@pytest.mark.parametrize(("load", "frames"), [(Load.FULL, 10), (Load.REDUCED, 5), (Load.LEAST, 2)])
def test_known_person_who_keeps_still_costs_fewer_frames_the_hotter_the_machine(load: Load, frames: int) -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 300)
    stage.watch(4)
    stage.pipeline.load = load
    before = stage.pipeline.frames
    detections = stage.watch(10)
    assert (stage.pipeline.frames - before) / 10 == pytest.approx(frames, abs=0.6)
    assert {item.employee_id for item in detections} == {ANA}
    assert len(detections) == pytest.approx(10, abs=1)


def test_person_who_moves_is_searched_in_every_frame_that_is_due() -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.sitting.sit(ANA, 100)
    stage.watch(4)
    before = stage.pipeline.frames
    began = stage.now
    stage.watch(2, move=lambda now: stage.sitting.sit(ANA, 100 + 100 * (now - began)))
    assert stage.pipeline.frames - before >= 28


@pytest.mark.parametrize("load", list(Load))
@pytest.mark.parametrize("is_occupied", [True, False])
def test_frame_is_processed_if_and_only_if_it_is_due(load: Load, is_occupied: bool) -> None:
    stage = Stage()
    stage.enrol(ANA)
    stage.pipeline.load = load
    if is_occupied:
        stage.sitting.sit(ANA, 300)
    stage.watch(2)
    for index in range(100):
        at = stage.now + index / 97
        due_at, before = stage.pipeline.due_at, stage.pipeline.frames
        stage.pipeline.process(Shot(make_frame(), BEGIN, at, cut=False), "s")
        if abs(at - due_at) > 0.0011:
            assert (stage.pipeline.frames > before) is (at > due_at)
