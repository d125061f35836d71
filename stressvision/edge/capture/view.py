"""What of a picture is looked at: masks are blackened, faces outside the zones or of another size are left out."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.core.watching import Polygon, contains
from stressvision.vision.faces import Face
from stressvision.vision.networks import Frame


@dataclass(frozen=True)
class WatchedView:
    """What of a camera's picture is looked at.

    Attributes:
        masks: Parts that are blackened, in shares of width and height.
        zones: A face counts only if its centre is in one of them; none: everywhere.
        min_face_pixels: Smallest width of a face that counts.
        max_face_pixels: Largest width of a face that counts.
    """

    masks: tuple[Polygon, ...] = ()
    zones: tuple[Polygon, ...] = ()
    min_face_pixels: int | None = None
    max_face_pixels: int | None = None

    def cover(self, frame: Frame) -> Frame:
        """Return the frame (BGR, uint8 [H, W, 3]) with its masked parts black; the frame itself without masks."""
        if not self.masks:
            return frame
        height, width = frame.shape[:2]
        corners = [np.rint(np.array(mask) * (width, height)).astype(np.int32) for mask in self.masks]
        covered = frame.copy()
        for polygon in corners:
            # One by one: polygons that overlap would cancel each other in one call.
            cv2.fillPoly(covered, [polygon], (0, 0, 0))
        return covered

    def select(self, faces: Iterable[Face], width: int, height: int) -> list[Face]:
        """Return the faces that count, in a picture of this width and height."""
        return [face for face in faces if self._counts(face, width, height)]

    def _counts(self, face: Face, width: int, height: int) -> bool:
        if self.min_face_pixels is not None and face.box.w < self.min_face_pixels:
            return False
        if self.max_face_pixels is not None and face.box.w > self.max_face_pixels:
            return False
        x, y = face.box.centre
        centre = (x / width, y / height)
        if any(contains(mask, centre) for mask in self.masks):
            return False
        return not self.zones or any(contains(zone, centre) for zone in self.zones)
