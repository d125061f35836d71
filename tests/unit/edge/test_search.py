from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.edge.capture.costs import StageTimes
from stressvision.edge.capture.search import MOST_NEAR, NEAR_STAGE, WHOLE_SEARCH_SECONDS, FaceSearch
from stressvision.vision.camera import play_at_once
from stressvision.vision.faces import Face, FaceBox, FaceDetector, find_all_expected
from stressvision.vision.networks import Frame
from stressvision.vision.tracking import Tracker
from tests.conftest import FakeClock
from tests.faces import make_face, make_frame

STEP = 1 / 15
TWO_ARRIVE = (40.5, 44.6)
"""Seconds of the recording: an empty room, then two people, who cross."""


@dataclass
class FakeDetector:
    """Faces of the next frame; `whole` and `near` count the searches."""

    faces: list[Face] = field(default_factory=list)
    whole: int = 0
    near: int = 0

    def detect(self, frame: Frame) -> list[Face]:
        self.whole += 1
        return self.faces

    def detect_near(self, frame: Frame, expected: Sequence[FaceBox]) -> list[Face] | None:
        self.near += 1
        return find_all_expected(self.faces, expected)


@dataclass
class Scene:
    """A search and its tracker over successive frames."""

    detector: FakeDetector = field(default_factory=FakeDetector)
    tracker: Tracker = field(default_factory=Tracker)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.search = FaceSearch(self.detector, StageTimes(lambda: 0.0))

    def show(self, *faces: Face) -> list[Face]:
        """Search a frame that shows these faces, and return those found."""
        self.detector.faces = list(faces)
        frame = make_frame(*((face, 1 + number) for number, face in enumerate(faces)))
        found = self.search.find(frame, self.tracker.tracks, self.at)
        self.tracker.update(frame, found, self.at)
        self.at += STEP
        return found

    @property
    def searches(self) -> tuple[int, int]:
        return self.detector.whole, self.detector.near


def test_a_known_face_is_looked_for_around_its_place_between_searches_of_the_whole_picture() -> None:
    scene = Scene()
    for _ in range(60):
        assert len(scene.show(make_face(300))) == 1
    assert sum(scene.searches) == 60
    assert scene.detector.whole in {9, 10}  # every sixth or seventh: the first after WHOLE_SEARCH_SECONDS


def test_a_new_face_is_found_at_the_next_search_of_the_whole_picture() -> None:
    scene = Scene()
    scene.show(make_face(150))
    waited = 0.0
    while len(scene.show(make_face(150), make_face(450))) < 2:
        waited += STEP
    assert 2 * STEP < waited <= WHOLE_SEARCH_SECONDS


def test_a_lost_face_is_looked_for_in_the_whole_picture_at_once_and_until_it_is_found() -> None:
    scene = Scene()
    scene.show(make_face(150))
    scene.show()
    assert scene.searches == (1 + 1, 1)
    scene.show()
    assert scene.searches == (3, 1)
    # Further away than a face is looked for.
    assert len(scene.show(make_face(320))) == 1


def test_a_crowd_is_looked_for_in_the_whole_picture() -> None:
    scene = Scene()
    crowd = [make_face(80 + 130 * number, side=60) for number in range(MOST_NEAR + 1)]
    for _ in range(4):
        assert len(scene.show(*crowd)) == MOST_NEAR + 1
    assert scene.searches == (4, 0)


def test_a_picture_without_a_face_that_stays_the_same_is_searched_at_short_intervals() -> None:
    scene = Scene()
    for _ in range(1 + int(WHOLE_SEARCH_SECONDS / STEP)):
        scene.show()
    assert scene.searches == (1, 0)

    scene.show()

    assert scene.searches == (2, 0)


@pytest.mark.parametrize("place", [(3, 2), (301, 222), (604, 444)])
def test_a_change_as_small_as_the_smallest_face_is_searched_at_once(place: tuple[int, int]) -> None:
    random = np.random.default_rng(1)
    room = random.integers(60, 70, (480, 640, 3)).astype(np.uint8)
    detector = FakeDetector()
    search = FaceSearch(detector, StageTimes(lambda: 0.0))
    search.find(room, (), 0.0)
    noisy = (room + random.normal(0, 4, room.shape)).clip(0, 255).astype(np.uint8)
    search.find(noisy, (), STEP)
    assert detector.whole == 1

    x, y = place
    noisy[y : y + 35, x : x + 35] += 14
    search.find(noisy, (), 2 * STEP)

    assert detector.whole == 2


@pytest.mark.parametrize("distance", [90, 60])
def test_faces_that_touch_are_looked_for_in_the_whole_picture(distance: int) -> None:
    scene = Scene()
    for _ in range(4):
        scene.show(make_face(200), make_face(200 + distance))
    assert scene.searches == (4, 0)


def test_one_face_found_for_two_is_not_trusted() -> None:
    scene = Scene()
    scene.show(make_face(200), make_face(310))
    assert len(scene.show(make_face(255))) == 1
    assert scene.searches == (2, 1)


def test_people_of_the_recording_have_the_same_tracks_as_when_the_whole_picture_is_always_searched() -> None:
    first, last = (round(at / STEP) for at in TWO_ARRIVE)
    shots = list(islice(play_at_once(PROJECT_ROOT / "demo" / "turno.mp4", start=FakeClock().now), first, last))
    detector, stages = FaceDetector(), StageTimes(lambda: 0.0)
    search, tracker, expected_tracker = FaceSearch(detector, stages), Tracker(), Tracker()
    late = 0.0
    for shot in shots:
        found = tracker.update(shot.frame, search.find(shot.frame, tracker.tracks, shot.elapsed), shot.elapsed)
        expected = expected_tracker.update(shot.frame, detector.detect(shot.frame), shot.elapsed)
        late = late + STEP if len(found) < len(expected) else 0.0
        assert late <= WHOLE_SEARCH_SECONDS + STEP
        # A track that both see has the same face.
        places = {track.id: track.face.box for track in expected}
        assert all(track.face.box.overlap(places[track.id]) > 0.7 for track in found if track.id in places)
    assert {track.id for track in tracker.tracks} == {track.id for track in expected_tracker.tracks}
    assert stages.calls[NEAR_STAGE] > len(shots) / 4
