"""Pose, mouth and cover from the mesh: on the canonical face turned by numbers, and on stills of synthetic people."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.vision.faces import Face, FaceDetector
from stressvision.vision.geometry.cover import Cover, mouth_hidden
from stressvision.vision.geometry.mesh import MESH_SIDE, POINTS, Points, upright_matrix
from stressvision.vision.geometry.mouth import RELAXED, Mouth, measure_mouth, smile_probability
from stressvision.vision.geometry.pose import HeadPose, Rotation3, angles_of, canonical_points, estimate_rotation
from stressvision.vision.geometry.reader import FaceGeometry, GeometryReader
from stressvision.vision.networks import Frame
from stressvision.vision.quality import CLASSIFIABLE, assess, grade_pose

ENROL = PROJECT_ROOT / "demo" / "enrol"
SCALE = 6.0
"""Pixels a centimetre: a face that fills two thirds of the region."""
_LIPS = {61: (-2.5, 4.3, -4.3), 291: (2.5, 4.3, -4.3), 0: (0.0, 3.4, -6.0), 13: (0.0, 4.0, -5.2), 14: (0.0, 4.3, -5.2)}


def rotation_of(yaw: float, pitch: float) -> Rotation3:
    """Turn to the image's right by `yaw` degrees, and up by `pitch`."""
    across, up = math.radians(yaw), math.radians(pitch)
    turn = np.array([[math.cos(across), 0, -math.sin(across)], [0, 1, 0], [math.sin(across), 0, math.cos(across)]])
    raised = np.array([[1, 0, 0], [0, math.cos(up), math.sin(up)], [0, -math.sin(up), math.cos(up)]])
    return np.asarray(turn @ raised, np.float64)


def turned_face(yaw: float, pitch: float) -> Points:
    """The canonical face, with lips, seen from far away."""
    indices, places = canonical_points()
    points = np.zeros((POINTS, 3))
    points[indices] = places
    for index, place in _LIPS.items():
        points[index] = place
    return points @ rotation_of(yaw, pitch).T * SCALE + (MESH_SIDE / 2, MESH_SIDE / 2, 0)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (20, 0), (-35, 0), (0, 15), (0, -20), (30, 10), (-45, -12)])
def test_a_turned_head_is_measured_in_degrees(yaw: float, pitch: float) -> None:
    pose = angles_of(estimate_rotation(turned_face(yaw, pitch)))

    assert pose.yaw == pytest.approx(yaw, abs=3)
    assert pose.pitch == pytest.approx(pitch, abs=3)


def test_noise_of_a_pixel_moves_the_pose_by_a_few_degrees_at_most() -> None:
    random = np.random.default_rng(4)
    errors = []
    for _ in range(50):
        points = turned_face(25, -8)
        points[:, :2] += random.normal(0, 1.0, (POINTS, 2))
        errors.append(abs(angles_of(estimate_rotation(points)).yaw - 25))

    assert max(errors) < 6


def test_an_open_jaw_does_not_turn_the_head() -> None:
    points = turned_face(10, 0)
    before = angles_of(estimate_rotation(points))
    points[[13, 14, 17, 152, 61, 291], 1] += 30

    assert angles_of(estimate_rotation(points)) == before


@pytest.mark.parametrize("yaw", [-40, -20, 20, 40])
def test_the_mouth_is_the_same_in_every_pose(yaw: float) -> None:
    facing = measure_mouth(turned_face(0, 0), rotation_of(0, 0))
    turned = measure_mouth(turned_face(yaw, 8), rotation_of(yaw, 8))

    assert turned.width == pytest.approx(facing.width, abs=1e-6)
    assert turned.gap == pytest.approx(facing.gap, abs=1e-6)
    assert turned.lift == pytest.approx(facing.lift, abs=1e-6)


def test_a_smile_is_wide_and_lifted_and_a_yawn_is_neither() -> None:
    assert smile_probability(RELAXED) < 0.2
    assert smile_probability(Mouth(0.05, 0.68, -0.04)) > 0.8
    assert smile_probability(Mouth(0.25, 0.58, -0.16)) < 0.1


def test_a_smile_is_judged_beside_the_persons_own_mouth() -> None:
    wide = Mouth(0.02, 0.62, -0.055)

    assert smile_probability(wide) > 0.5
    assert smile_probability(wide, own=wide) < 0.2


def test_a_mesh_that_hardly_fits_over_a_flat_mouth_is_hidden() -> None:
    assert mouth_hidden(score=8, contrast=0.2) > 0.9
    assert mouth_hidden(score=38, contrast=0.9) < 0.01
    assert mouth_hidden(score=20, contrast=1.3) < 0.1


@pytest.mark.parametrize(("yaw", "pitch", "read"), [(0, 0, True), (30, 0, True), (-38, 0, True), (45, 0, False)])
def test_quality_is_judged_in_degrees(yaw: float, pitch: float, read: bool) -> None:
    assert (grade_pose(HeadPose(yaw, pitch, 0)) >= CLASSIFIABLE) is read


@pytest.fixture(scope="module")
def reader() -> GeometryReader:
    return GeometryReader()


def read_still(code: str) -> tuple[Frame, Face]:
    frame = np.asarray(cv2.imread(str(next(iter(sorted(Path(ENROL / code).glob("*.jpg")))))), np.uint8)
    return frame, FaceDetector().detect(frame)[0]


def cover_lower_face(frame: Frame, face: Face, shade: int) -> Frame:
    """A mask as a program draws it: a smooth patch from below the eyes to under the chin, darker at its sides."""
    box = face.box
    corners = np.array([[0.06, 0.52], [0.5, 0.42], [0.94, 0.52], [0.86, 0.9], [0.5, 1.06], [0.14, 0.9]])
    outline = (corners * (box.w, box.h) + (box.x, box.y)).round().astype(np.int32)
    mask = np.zeros(frame.shape[:2], np.uint8)
    cv2.fillPoly(mask, [outline], 255)
    columns = np.abs(np.linspace(-1, 1, frame.shape[1]))[None, :, None]
    cloth = np.broadcast_to(shade * (1 - 0.3 * columns), frame.shape)
    return np.where(mask[..., None] > 0, cloth, frame).astype(np.uint8)


def read(reader: GeometryReader, frame: Frame, face: Face) -> FaceGeometry | None:
    found = FaceDetector().detect(frame)
    return reader.read(frame, found[0] if found else face)


@pytest.mark.parametrize("code", ["EMP001", "EMP002", "EMP003", "EMP004"])
def test_a_clear_face_hides_nothing_and_looks_at_the_camera(reader: GeometryReader, code: str) -> None:
    geometry = read(reader, *read_still(code))

    assert geometry is not None
    assert geometry.cover == Cover()
    assert abs(geometry.pose.yaw) < 15
    assert abs(geometry.pose.pitch) < 20
    assert geometry.mouth is not None
    assert geometry.mouth.gap < 0.1


@pytest.mark.parametrize("code", ["EMP001", "EMP002", "EMP004"])
@pytest.mark.parametrize("shade", [90, 225])
def test_a_mask_hides_the_mouth_and_leaves_the_lids(reader: GeometryReader, code: str, shade: int) -> None:
    frame, face = read_still(code)
    geometry = read(reader, cover_lower_face(frame, face, shade), face)

    assert geometry is None or (geometry.cover.mouth and geometry.mouth is None)
    if geometry is not None:
        assert not geometry.cover.eyes
        assert geometry.lids is not None


def test_glare_on_both_lenses_hides_the_eyes_and_leaves_the_mouth(reader: GeometryReader) -> None:
    frame, face = read_still("EMP002")
    for x, y in (face.left_eye, face.right_eye):
        axes = (round(0.22 * face.eye_distance), round(0.12 * face.eye_distance))
        cv2.ellipse(frame, (round(x), round(y)), axes, 0, 0, 360, (253, 253, 253), cv2.FILLED)
    geometry = read(reader, frame, face)

    assert geometry is not None
    assert geometry.cover == Cover(mouth=False, eyes=True)
    assert geometry.lids is None
    assert geometry.mouth is not None


def test_a_mirrored_head_is_turned_the_other_way(reader: GeometryReader) -> None:
    frame, face = read_still("EMP003")
    mirrored = np.ascontiguousarray(frame[:, ::-1])
    geometry, other = read(reader, frame, face), read(reader, mirrored, face)

    assert geometry is not None
    assert other is not None
    assert other.pose.yaw == pytest.approx(-geometry.pose.yaw, abs=4)
    assert other.pose.pitch == pytest.approx(geometry.pose.pitch, abs=4)


def test_the_region_leads_back_to_the_frame() -> None:
    _, face = read_still("EMP001")
    matrix = upright_matrix(face, face.box.centre, 300.0, MESH_SIDE)

    assert matrix @ (MESH_SIDE / 2, MESH_SIDE / 2, 1) == pytest.approx(face.box.centre)


def test_the_pose_of_the_mesh_takes_the_place_of_the_points(reader: GeometryReader) -> None:
    frame, face = read_still("EMP001")

    assert assess(frame, face, HeadPose(60, 0, 0)).frontal == 0.0
    assert assess(frame, face, HeadPose(0, 0, 0)).frontal == 1.0
