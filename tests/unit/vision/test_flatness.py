"""The enrolment stills in a hand, and the people of the recording, who are what the stills show."""

from collections.abc import Iterator
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.vision.camera import play_at_once
from stressvision.vision.faces import FaceDetector
from stressvision.vision.flatness import FLAT_SECONDS, FLAT_SHARE, LEAST_MOTION, FlatnessWatch, measure_motion
from stressvision.vision.networks import Frame

READING = 0.2
SECONDS = FLAT_SECONDS + 1
SITTING = (8.0, 20.0)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


def read_still(name: str) -> Frame:
    return np.asarray(cv2.imread(str(PROJECT_ROOT / "demo" / "enrol" / name)), np.uint8)


def hold(still: Frame, *, moved: float) -> Iterator[tuple[float, Frame]]:
    """A still that is shifted, turned, brought nearer and tilted, with a camera's noise; `moved` 0: propped up."""
    height, width = still.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    noises = np.random.default_rng(4).normal(0, 2, (5, *still.shape)).astype(np.int16)
    for at in np.arange(0, SECONDS, READING):
        turn, lean, size, tilt = moved * np.sin(at * np.array([1.9, 2.3, 1.1, 3.1]))
        spin = cv2.getRotationMatrix2D((width / 2, height / 2), 4 * turn, 1 + 0.04 * size)
        spin[:, 2] += (12 * lean, 9 * turn)
        # One side shorter than the other: a picture that is turned away.
        tilted = corners + np.array([[0, 1], [0, -1], [0, 1], [0, -1]], np.float32) * 20 * tilt
        placed = cv2.transform(tilted[None], spin)[0].astype(np.float32)
        seen = cv2.warpPerspective(
            still, cv2.getPerspectiveTransform(corners, placed), (width, height), borderMode=cv2.BORDER_REPLICATE
        )
        yield float(at), np.clip(seen + noises[round(at / READING) % len(noises)], 0, 255).astype(np.uint8)


def watch(detector: FaceDetector, pictures: Iterator[tuple[float, Frame]]) -> list[bool]:
    """What is said at each reading."""
    watching, told = FlatnessWatch(), []
    for at, picture in pictures:
        face, *_ = detector.detect(picture)
        watching.observe(at, picture, face)
        told.append(watching.moves_flat(at))
    return told


@pytest.mark.parametrize("name", ["EMP001/1.jpg", "EMP003/4.jpg"])
def test_a_photograph_in_a_hand_moves_flat_within_seconds(detector: FaceDetector, name: str) -> None:
    told = watch(detector, hold(read_still(name), moved=1.0))

    assert not any(told[: round(4 / READING)])
    assert all(told[-5:])


def test_a_photograph_that_nobody_moves_is_not_judged(detector: FaceDetector) -> None:
    assert not any(watch(detector, hold(read_still("EMP001/1.jpg"), moved=0.0)))


def test_people_before_the_camera_do_not_move_flat(detector: FaceDetector) -> None:
    shots = play_at_once(PROJECT_ROOT / "demo" / "turno.mp4", start=datetime.now(UTC))
    beginning, end = SITTING
    sitting = (shot for index, shot in enumerate(shots) if index % 3 == 0 and shot.elapsed < end)

    told = watch(detector, ((shot.elapsed, shot.frame) for shot in sitting if shot.elapsed >= beginning))

    assert len(told) > FLAT_SECONDS / READING
    assert not any(told)


def test_a_plane_s_motion_leaves_nothing_over_and_a_mouth_does() -> None:
    texture = np.random.default_rng(1).normal(128, 60, (96, 96)).clip(0, 255).astype(np.uint8)
    before = np.asarray(cv2.GaussianBlur(texture, (0, 0), 2.0), np.uint8)
    turned = cv2.warpAffine(before, cv2.getRotationMatrix2D((48, 48), 3, 1.03), (96, 96), borderMode=cv2.BORDER_REFLECT)
    spoken = before.copy()
    spoken[60:80] = before[57:77]

    plane, rest = measure_motion(before, np.asarray(turned, np.uint8))
    nod, lips = measure_motion(before, np.asarray(spoken, np.uint8))

    assert plane > 2 * LEAST_MOTION
    assert rest < FLAT_SHARE / 2 * plane
    assert lips > FLAT_SHARE * nod
