"""Quality of a face for recognition and measurement: large, sharp, well lit and turned to the camera."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.networks import Frame
from stressvision.vision.scaling import halve_towards

CLASSIFIABLE = 0.35
RECOGNISABLE = 0.25

# Each pair: worthless at or beyond the first, faultless at or beyond the second. Chosen on the curves of docs/edge.md
# and docs/performance.md, so that CLASSIFIABLE lies where the accuracy of the expressions begins to fall.
EYE_DISTANCE_PX = (12.0, 30.0)
SHARPNESS = (4.0, 40.0)
CONTRAST = (5.0, 20.0)
LIGHT = (15.0, 55.0)
"""Mean grey level: an embedding is made from 25 up, where 93 of 100 photographs still get their name (96 at 40, 76 at
18), and an expression read from 29 up; 97 of 100 closed pairs of eyes are found at 25, 91 at 18."""
GLARE = (230.0, 195.0)
"""Above 225 the balanced accuracy of the expressions is below 0.7, above 235 it is 0.5."""
YAW = (48.0, 25.0)
PITCH = (30.0, 12.0)
"""Degrees: an expression is read up to 40 of yaw and 24 of pitch, an embedding made up to 42 and 26."""
TURN_TO_YAW = 72.0
"""Degrees of yaw to one unit of `turn_of`, on 1,486 photographs; used until the mesh has been asked."""

_PATCH = 64


@dataclass(frozen=True)
class Quality:
    """`share` 0-1 is the worst of the criteria, each 0-1: one that fails cannot be made up for by the others."""

    size: float
    sharpness: float
    light: float
    frontal: float

    @property
    def share(self) -> float:
        """Return the lowest of the criteria, 0-1."""
        return min(self.size, self.sharpness, self.light, self.frontal)

    @property
    def classifiable(self) -> bool:
        """Return whether an expression can be read."""
        return self.share >= CLASSIFIABLE

    def facing(self, pose: HeadPose) -> "Quality":
        """Return the same quality for a head in this pose."""
        return replace(self, frontal=grade_pose(pose))

    @property
    def visible(self) -> bool:
        """Return whether lids and mouth can be measured, in any pose of the head."""
        return min(self.size, self.sharpness, self.light) >= CLASSIFIABLE

    @property
    def recognisable(self) -> bool:
        """Return whether an embedding can be computed."""
        return self.share >= RECOGNISABLE


def assess(frame: Frame, face: Face, pose: HeadPose | None = None) -> Quality:
    """Return the quality of one face of a frame.

    Args:
        frame: BGR picture, uint8 [H, W, 3].
        face: Where it is.
        pose: How the head is turned, by the mesh; None: yaw is estimated from the detector's points, pitch is not.
    """
    crop = face_patch(frame, face.box, _PATCH)
    if crop is None:
        return Quality(0.0, 0.0, 0.0, 0.0)
    patch = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    light, contrast = _mean_and_deviation(patch)
    _, sharpness = _mean_and_deviation(cv2.Laplacian(patch, cv2.CV_32F))
    return Quality(
        size=_grade(face.eye_distance, EYE_DISTANCE_PX),
        sharpness=_grade(sharpness**2, SHARPNESS),
        light=min(_grade(light, LIGHT), _grade(light, GLARE), _grade(contrast, CONTRAST)),
        frontal=grade_pose(pose or HeadPose(TURN_TO_YAW * turn_of(face), 0.0, 0.0)),
    )


def grade_pose(pose: HeadPose) -> float:
    """Return how far a head in this pose faces the camera, 0-1."""
    return min(_grade(abs(pose.yaw), YAW), _grade(abs(pose.pitch), PITCH))


def turn_of(face: Face) -> float:
    """Return how far the head is turned aside by the detector's points: 0 frontal, 1 the nose over an ear.

    A mouth wide open raises it to 0.8 and more: only the mesh separates a yawn from a turned head.
    """
    left, right = math.dist(face.nose, face.left_ear), math.dist(face.nose, face.right_ear)
    return abs(left - right) / max(left + right, 1e-6)


def face_patch(frame: Frame, box: FaceBox, side: int) -> Frame | None:
    """Return the part of the box that lies in the frame, as [side, side, 3]; None where nothing of it does."""
    height, width = frame.shape[:2]
    left, right = max(0, round(box.x)), min(width, round(box.x + box.w))
    top, bottom = max(0, round(box.y)), min(height, round(box.y + box.h))
    if right - left < 2 or bottom - top < 2:
        return None
    region = halve_towards(frame[top:bottom, left:right], side, side)
    crop = cv2.resize(region, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(crop, np.uint8)


def _grade(value: float, bounds: tuple[float, float]) -> float:
    worthless, faultless = bounds
    return max(0.0, min(1.0, (value - worthless) / (faultless - worthless)))


def _mean_and_deviation(picture: cv2.typing.MatLike) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(picture)
    return float(mean.item()), float(deviation.item())
