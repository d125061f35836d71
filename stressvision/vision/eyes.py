"""How far the eyes and the mouth of a face are open, from Google's iris and face-mesh networks and an own one.

Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs"; Ablavatski et al.
2020, "Real-time Pupil Tracking from Monocular Video for Digital Puppetry". The regions are cut around BlazeFace's own
points. Measured on 377 face crops of people with webcams (about 48 pixels between the eyes): the aspect of open eyes is
0.32 in the median (0.25-0.38 from the 5th to the 95th percentile), of closed ones 0.08 (0.04-0.20). The contour so
tells how far, and the own network (lids.py) whether.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.vision.faces import Face, Point
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import FACE_MESH, IRIS, Frame, Tensor, open_network
from stressvision.vision.quality import turn_of

LEAST_EYE_DISTANCE = 18.0
"""Pixels between the eyes below which the lids cannot be told apart."""
GREATEST_TURN = 0.6

_EYE_SIDE = 64
_MESH_SIDE = 192
_EYE_REGION = 1.0  # side of the region cut around an eye, in distances between the eyes
_MESH_REGION = 1.5  # side of the region cut around a face, in BlazeFace boxes (as MediaPipe does)
_CONTOUR_POINTS = 71
_MESH_POINTS = 468
# The first 16 contour points: the lower lid from corner to corner (0-8), then the upper lid without corners (9-15).
_LOWER, _UPPER = slice(2, 7), slice(10, 15)
_CORNERS = (0, 8)
_LIPS_INNER_TOP, _LIPS_INNER_BOTTOM, _LIPS_LEFT, _LIPS_RIGHT = 13, 14, 78, 308
_FACE_PRESENT = 0.0  # logit of the mesh's own score


@dataclass(frozen=True)
class Openness:
    """`eyes`: mean height over width of the two eyes. `mouth`: gap over width of the inner lips.

    `closed`: how probably the eyes are closed, 0-1; None where there is no network for that.
    """

    eyes: float
    mouth: float
    closed: float | None = None


class OpennessMeter:
    """About 4 ms a face on one core. Not for several threads at once."""

    def __init__(self, lids: LidModel | None = None) -> None:
        """Raises ModelUnavailable where a network is missing; `lids` None: closed eyes are told by the contour only."""
        self._lids = lids
        self._iris = open_network(IRIS)
        self._mesh = open_network(FACE_MESH)

    def measure(self, frame: Frame, face: Face) -> Openness | None:
        """The openness in this frame, or None where it cannot be measured: too small, or turned away."""
        if face.eye_distance < LEAST_EYE_DISTANCE or turn_of(face) > GREATEST_TURN:
            return None
        mouth = self._mouth(frame, face)
        if mouth is None:
            return None
        left = self._eye(frame, face, face.left_eye, mirrored=False)
        right = self._eye(frame, face, face.right_eye, mirrored=True)
        closed = self._lids.estimate(frame, face) if self._lids else None
        return Openness((left + right) / 2, mouth, closed)

    def _eye(self, frame: Frame, face: Face, centre: Point, *, mirrored: bool) -> float:
        region = _cut(frame, face, centre, _EYE_REGION * face.eye_distance, _EYE_SIDE)
        # The network knows one side; the other eye is shown to it in a mirror.
        contour = self._iris.run(np.ascontiguousarray(region[:, :, ::-1]) if mirrored else region)[0]
        points = contour.reshape(_CONTOUR_POINTS, 3)[:, :2]
        width = float(np.linalg.norm(points[_CORNERS[0]] - points[_CORNERS[1]]))
        heights = np.linalg.norm(points[_LOWER] - points[_UPPER], axis=1)
        return float(heights.mean()) / max(width, 1e-6)

    def _mouth(self, frame: Frame, face: Face) -> float | None:
        side = _MESH_REGION * max(face.box.w, face.box.h)
        mesh, score = self._mesh.run(_cut(frame, face, face.box.centre, side, _MESH_SIDE))
        if score.item() <= _FACE_PRESENT:
            return None
        points = mesh.reshape(_MESH_POINTS, 3)[:, :2]
        gap = float(np.linalg.norm(points[_LIPS_INNER_TOP] - points[_LIPS_INNER_BOTTOM]))
        return gap / max(float(np.linalg.norm(points[_LIPS_LEFT] - points[_LIPS_RIGHT])), 1e-6)


def _cut(frame: Frame, face: Face, centre: Point, side: float, size: int) -> Tensor:
    """A square of the frame, upright by the eyes, as a tensor [1,size,size,3] RGB 0-1."""
    axis = complex(*face.right_eye) - complex(*face.left_eye)
    step = axis / abs(axis) * side / size
    half = size / 2
    matrix = np.array(
        [
            [step.real, -step.imag, centre[0] - half * step.real + half * step.imag],
            [step.imag, step.real, centre[1] - half * step.imag - half * step.real],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    region = cv2.warpAffine(frame, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(region, cv2.COLOR_BGR2RGB)[None] / 255, np.float32)
