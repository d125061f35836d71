"""How far a face can be trusted: large, sharp, well lit and turned to the camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.networks import Frame
from stressvision.vision.scaling import halve_towards

CLASSIFIABLE = 0.35
RECOGNISABLE = 0.25

# Each pair: worthless at or beyond the first, faultless at or beyond the second. Ours, chosen so that the faces of
# 50 pixels in office recordings still pass and those that a person cannot read do not.
EYE_DISTANCE_PX = (12.0, 30.0)
SHARPNESS = (4.0, 40.0)
CONTRAST = (8.0, 25.0)
LIGHT = (25.0, 60.0)
GLARE = (245.0, 215.0)
TURN = (0.75, 0.35)

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
        return min(self.size, self.sharpness, self.light, self.frontal)

    @property
    def classifiable(self) -> bool:
        """Good enough to read an expression from."""
        return self.share >= CLASSIFIABLE

    @property
    def recognisable(self) -> bool:
        """Good enough for an embedding."""
        return self.share >= RECOGNISABLE


def assess(frame: Frame, face: Face) -> Quality:
    """The quality of one face of a frame."""
    crop = face_patch(frame, face.box, _PATCH)
    if crop is None:
        return Quality(0.0, 0.0, 0.0, 0.0)
    patch = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    light = float(patch.mean())
    return Quality(
        size=_grade(face.eye_distance, EYE_DISTANCE_PX),
        sharpness=_grade(float(cv2.Laplacian(patch, cv2.CV_32F).var()), SHARPNESS),
        light=min(_grade(light, LIGHT), _grade(light, GLARE), _grade(float(patch.std()), CONTRAST)),
        frontal=_grade(turn_of(face), TURN),
    )


def turn_of(face: Face) -> float:
    """How far the head is turned aside: 0 frontal, 1 the nose over an ear."""
    left = np.hypot(face.nose[0] - face.left_ear[0], face.nose[1] - face.left_ear[1])
    right = np.hypot(face.nose[0] - face.right_ear[0], face.nose[1] - face.right_ear[1])
    return float(abs(left - right) / max(left + right, 1e-6))


def face_patch(frame: Frame, box: FaceBox, side: int) -> Frame | None:
    """The part of the box that lies in the frame, as [side, side, 3]; None where nothing of it does."""
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
    return float(np.clip((value - worthless) / (faultless - worthless), 0.0, 1.0))
