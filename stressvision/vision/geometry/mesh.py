"""The face mesh: 468 points in space on one face, from Google's network, in one pass.

Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs". The region is cut around
BlazeFace's box, upright by its eyes, as MediaPipe's face_landmark graph does.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.vision.faces import Face, Point
from stressvision.vision.networks import FACE_MESH, Frame, Tensor, open_network

MESH_SIDE = 192
POINTS = 468

_REGION = 1.5  # side of the region cut around a face, in BlazeFace boxes (as MediaPipe does)
_FACE_PRESENT = 0.0  # logit of the mesh's own score

Points = npt.NDArray[np.float64]
"""[468, 3]: pixels of the upright region across and down, and depth in about the same unit, smaller is nearer."""


@dataclass(frozen=True)
class FaceMesh:
    """`region`: the upright picture [192, 192, 3] RGB that the points lie on. `score`: the network's logit that it
    holds a whole face; what hides the mouth lowers it."""

    points: Points
    region: Frame
    score: float


class MeshReader:
    """About 1 ms a face on one core. Not for several threads at once."""

    def __init__(self) -> None:
        """Load the network. Raises ModelUnavailable where the network is missing."""
        self._network = open_network(FACE_MESH)
        self._tensor = np.empty((1, MESH_SIDE, MESH_SIDE, 3), np.float32)

    def read(self, frame: Frame, face: Face) -> FaceMesh | None:
        """Return the mesh of one face of a frame, or None where the network sees no face there."""
        side = _REGION * max(face.box.w, face.box.h)
        region = cut_upright(frame, face, face.box.centre, side, MESH_SIDE)
        mesh, score = self._network.run(as_tensor(region, self._tensor))
        if score.item() <= _FACE_PRESENT:
            return None
        return FaceMesh(np.asarray(mesh.reshape(POINTS, 3), np.float64), region, float(score.item()))


def cut_upright(frame: Frame, face: Face, centre: Point, side: float, size: int) -> Frame:
    """Cut a square of `side` pixels, upright by the eyes, as RGB [size, size, 3]; beyond the frame its edge repeats."""
    matrix = upright_matrix(face, centre, side, size)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    region = cv2.warpAffine(frame, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.cvtColor(region, cv2.COLOR_BGR2RGB), np.uint8)


def upright_matrix(face: Face, centre: Point, side: float, size: int) -> npt.NDArray[np.float64]:
    """Return the affine matrix [2, 3] that leads from a pixel of the upright region to one of the frame."""
    axis = complex(*face.right_eye) - complex(*face.left_eye)
    step = axis / abs(axis) * side / size
    half = size / 2
    return np.array(
        [
            [step.real, -step.imag, centre[0] - half * step.real + half * step.imag],
            [step.imag, step.real, centre[1] - half * step.imag - half * step.real],
        ]
    )


def as_tensor(region: Frame, out: Tensor) -> Tensor:
    """Fill `out` [1, size, size, 3] with what Google's landmark networks are shown, 0-1, and return it."""
    np.multiply(region, np.float32(1 / 255), out=out[0], dtype=np.float32)
    return out
