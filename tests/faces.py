"""Synthetic faces and frames."""

import numpy as np

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.geometry.cover import Cover
from stressvision.vision.geometry.eyes import Lids
from stressvision.vision.geometry.mouth import RELAXED, Mouth
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.geometry.reader import FaceGeometry
from stressvision.vision.networks import Frame


def make_face(x: float, y: float = 100.0, side: float = 100.0, *, turn: float = 0.0) -> Face:
    """Return a frontal face with its centre at `x`, `y`; `turn`: position of the nose towards the right ear, 0-1."""
    return Face(
        box=FaceBox(x - side / 2, y - side / 2, side, side),
        score=0.9,
        left_eye=(x - 0.2 * side, y - 0.1 * side),
        right_eye=(x + 0.2 * side, y - 0.1 * side),
        nose=(x + 0.45 * side * turn, y),
        mouth=(x, y + 0.2 * side),
        left_ear=(x - 0.45 * side, y),
        right_ear=(x + 0.45 * side, y),
    )


def make_geometry(
    aspect: float | None = 0.31,
    mouth: Mouth = RELAXED,
    *,
    closed: float | None = None,
    pose: tuple[float, float] = (0.0, 0.0),
    cover: Cover | None = None,
) -> FaceGeometry:
    """What a look at a face measures: lids of this `aspect`, a `mouth`, and yaw and pitch in degrees."""
    hidden = cover or Cover()
    return FaceGeometry(
        HeadPose(*pose, 0.0),
        hidden,
        None if hidden.eyes else Lids(aspect, closed),
        None if hidden.mouth else mouth,
    )


def make_frame(*painted: tuple[Face, int], width: int = 640, height: int = 480) -> Frame:
    """Return a grey frame with a patch of noise per face; the same seed is the same person."""
    frame = np.full((height, width, 3), 128, np.uint8)
    for face, seed in painted:
        box = face.box
        left, top = max(0, round(box.x)), max(0, round(box.y))
        right, bottom = min(width, round(box.x + box.w)), min(height, round(box.y + box.h))
        # Coarse blocks: the patch hardly changes when the box moves by a pixel.
        blocks = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), np.uint8)
        rows = np.linspace(0, 3.999, bottom - top).astype(int)
        columns = np.linspace(0, 3.999, right - left).astype(int)
        frame[top:bottom, left:right] = blocks[rows][:, columns]
    return frame
