"""Detection of faces that move like a flat picture. A photograph in a hand does: all of it obeys one plane's motion.

The optical flow of the face between two readings (Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search")
is fitted with the eight numbers that describe any motion of a plane (Adiv 1985, "Determining Three-Dimensional Motion
and Structure from Optical Flow"). What is left over, averaged over patches so that noise cancels out, is what lids,
lips and a nose nearer than the ears do; Bao et al. 2009, "A Liveness Detection Method for Face Recognition Based on
Optical Flow Field", distinguish faces from photographs in this way.

It is a hint and no defence. A video held to the camera moves as a face does; so may a bent photograph, a mask, or one
with holes for the eyes. A photograph that is not moved is not judged (that it never blinks is another hint).
"""

from collections import deque
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.vision.faces import Face
from stressvision.vision.networks import Frame

FLAT_SECONDS = 8.0
LEAST_PAIRS = 25
"""Of about 40 in that time."""
LEAST_MOTION = 0.006
"""Of the face's width, by which the plane must have moved, its shift within the picture aside: what hardly moves is not
judged."""
FLAT_SHARE = 0.2
"""What is left over, to the plane's motion. The least of any moment: 0.20-0.84 for ten people on webcams (faces of
57-78 pixels), 0.35-0.49 for the five of the bundled recording. Of 39 photographs turned, tilted and shaken by a
program, with a camera's noise, 36 fall below it; the others are shaken most, or show a head turned far aside."""
APART_SECONDS = (0.3, 0.6)

_SIDE = 96
_BLUR = 1.2
_PATCH = 13
_Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Motion:
    """Between two readings, root mean squares in widths of the face: of the plane's motion and of what is left over."""

    at: float
    plane: float
    rest: float


class FlatnessWatch:
    """One track over the last FLAT_SECONDS. About 1 ms a reading."""

    def __init__(self) -> None:
        self._pictures: deque[tuple[float, _Grey]] = deque(maxlen=4)
        self._motions: deque[Motion] = deque()

    def observe(self, at: float, frame: Frame, face: Face) -> None:
        """Take one reading; `at` is monotonic seconds."""
        picture = _cut(frame, face)
        least, most = APART_SECONDS
        before = next((older for since, older in self._pictures if least <= at - since <= most), None)
        if before is not None:
            plane, rest = measure_motion(before, picture)
            self._motions.append(Motion(at, plane, rest))
        self._pictures.append((at, picture))
        while self._motions and at - self._motions[0].at > FLAT_SECONDS:
            self._motions.popleft()

    def moves_flat(self, at: float) -> bool:
        """Return whether the face moved enough to be judged for most of the last FLAT_SECONDS, and as a plane does."""
        recent = [motion for motion in self._motions if at - motion.at <= FLAT_SECONDS]
        if len(recent) < LEAST_PAIRS:
            return False
        plane = float(np.sqrt(np.mean([motion.plane**2 for motion in recent])))
        rest = float(np.sqrt(np.mean([motion.rest**2 for motion in recent])))
        return plane >= LEAST_MOTION and rest < FLAT_SHARE * plane


def measure_motion(before: _Grey, after: _Grey) -> tuple[float, float]:
    """Return the plane's motion between two grey faces [96,96] and the rest, both in widths of the face."""
    flow = _FLOW.calc(before, after, None)  # type: ignore[call-overload]  # its stub asks for what it fills itself
    inside = np.concatenate([flow[_INSIDE, 0], flow[_INSIDE, 1]])
    numbers = _fit() @ inside
    rest = np.zeros((_SIDE, _SIDE, 2), np.float32)
    rest[_INSIDE] = (inside - _PLANE @ numbers).reshape(2, -1).T
    averaged = cv2.blur(rest, (_PATCH, _PATCH)) / _COVERED
    # A shift alone is the box's own jitter as much as the face's.
    numbers[[0, 3]] = 0
    plane = (_PLANE @ numbers).reshape(2, -1)
    return (
        float(np.sqrt((plane**2).sum(axis=0).mean())) / _SIDE,
        float(np.sqrt((averaged[_INSIDE] ** 2).sum(axis=1).mean())) / _SIDE,
    )


def _cut(frame: Frame, face: Face) -> _Grey:
    """Return the face's box as a grey square, blurred slightly so that a camera's noise is no motion."""
    scale = _SIDE / max(face.box.w, face.box.h)
    x, y = face.box.centre
    matrix = np.array([[scale, 0, _SIDE / 2 - scale * x], [0, scale, _SIDE / 2 - scale * y]])
    square = cv2.warpAffine(frame, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(cv2.cvtColor(square, cv2.COLOR_BGR2GRAY), (0, 0), _BLUR), np.uint8)


def _make_inside() -> npt.NDArray[np.bool_]:
    """Return the oval of the face in its square; what lies around it moves independently."""
    oval = np.zeros((_SIDE, _SIDE), np.uint8)
    return np.asarray(cv2.ellipse(oval, (48, 52), (34, 40), 0, 0, 360, 1, -1), bool)


def _make_plane(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return each pixel's motion for each of the eight numbers [2 * pixels, 8]: first all across, then all down."""
    rows, columns = np.nonzero(inside)
    x, y = (columns - (_SIDE - 1) / 2) / (_SIDE / 2), (rows - (_SIDE - 1) / 2) / (_SIDE / 2)
    one, none = np.ones_like(x), np.zeros_like(x)
    across = np.stack([one, x, y, none, none, none, x * x, x * y], axis=1)
    down = np.stack([none, none, none, one, x, y, x * y, y * y], axis=1)
    return np.concatenate([across, down])


@cache
def _fit() -> npt.NDArray[np.float64]:
    """Return the matrix that fits the eight numbers; computed at the first use, since it costs 6 MB for good."""
    return np.asarray(np.linalg.pinv(_PLANE), np.float64)


_FLOW = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
_INSIDE = _make_inside()
_PLANE = _make_plane(_INSIDE)
_COVERED = np.maximum(cv2.blur(_INSIDE.astype(np.float32), (_PATCH, _PATCH)), 0.2)[..., None]
