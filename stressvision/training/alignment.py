"""Where the eyes lie in the training pictures, so that the run-time crop can put them there too."""

from dataclasses import dataclass

import cv2
import numpy as np

from stressvision.training.data import UInt8Array
from stressvision.vision.faces import FaceDetector

# BlazeFace wants room around a face and more pixels than 48.
BORDER = 48
ENLARGEMENT = 2
SUREST = 0.7


@dataclass(frozen=True)
class EyePositions:
    """Medians in pixels of the 48x48 picture (whole numbers are pixel centres), over `found` of `tried` pictures."""

    left_eye: tuple[float, float]
    right_eye: tuple[float, float]
    found: int
    tried: int


def measure_eyes(images: UInt8Array, seed: int, sample: int = 1500) -> EyePositions:
    """Run the face detector on a sample of pictures [N,48,48]. Raises ModelUnavailable without the detector."""
    chosen = np.random.default_rng(seed).permutation(len(images))[:sample]
    detector = FaceDetector()
    points = []
    for index in chosen:
        padded = cv2.copyMakeBorder(images[index], BORDER, BORDER, BORDER, BORDER, cv2.BORDER_REPLICATE)
        large = cv2.resize(padded, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=cv2.INTER_CUBIC)
        faces = detector.detect(np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), np.uint8))
        if faces and faces[0].score > SUREST:
            points.append((*faces[0].left_eye, *faces[0].right_eye))
    middle = np.median(np.array(points), axis=0) / ENLARGEMENT - BORDER - 0.5
    left_x, left_y, right_x, right_y = (round(float(value), 2) for value in middle)
    return EyePositions((left_x, left_y), (right_x, right_y), len(points), len(chosen))
