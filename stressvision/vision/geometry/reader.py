"""Measurements of one face in one frame: pose, lids, mouth and what is hidden, from a single pass of the mesh."""

from collections.abc import Callable
from dataclasses import dataclass

from stressvision.vision.faces import Face
from stressvision.vision.geometry.cover import Cover, find_cover
from stressvision.vision.geometry.eyes import LidReader, Lids
from stressvision.vision.geometry.mesh import MeshReader
from stressvision.vision.geometry.mouth import Mouth, measure_mouth
from stressvision.vision.geometry.pose import HeadPose, angles_of, estimate_rotation
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import Frame

WantsContour = Callable[[HeadPose], bool]

FURTHEST_YAW, FURTHEST_PITCH = 55.0, 40.0
"""Degrees beyond which neither lids nor mouth are measured: one eye, or the lips, lie on the far side."""


@dataclass(frozen=True)
class FaceGeometry:
    """`lids`, `mouth` None: hidden, too small or turned too far away to be measured."""

    pose: HeadPose
    cover: Cover
    lids: Lids | None
    mouth: Mouth | None


class GeometryReader:
    """About 2.5 ms a face on one core. Not for several threads at once."""

    def __init__(self, lids: LidModel | None = None) -> None:
        """Load the networks. Raises ModelUnavailable where a network is missing."""
        self._mesh = MeshReader()
        self._lids = LidReader(lids)

    def read(
        self, frame: Frame, face: Face, *, with_lids: bool = True, wants_contour: WantsContour | None = None
    ) -> FaceGeometry | None:
        """Measure one face of a frame, or return None where the mesh network sees no face.

        Args:
            frame: BGR picture, uint8 [H, W, 3].
            face: Where it is.
            with_lids: Measure the lids too, which costs more than all the rest.
            wants_contour: Whether the contour of plainly open eyes is wanted in this pose; None: always.
        """
        mesh = self._mesh.read(frame, face)
        if mesh is None:
            return None
        rotation = estimate_rotation(mesh.points)
        pose = angles_of(rotation)
        cover = find_cover(mesh, pose.yaw)
        turned = abs(pose.yaw) > FURTHEST_YAW or abs(pose.pitch) > FURTHEST_PITCH
        lids = None
        if with_lids and not turned and not cover.eyes:
            lids = self._lids.read(frame, face, contour=wants_contour is None or wants_contour(pose))
        mouth = measure_mouth(mesh.points, rotation) if not turned and not cover.mouth else None
        return FaceGeometry(pose, cover, lids, mouth)
