"""What hides a face: a mask or a hand before the mouth, glare or dark glass before the eyes.

Measured on 1,050 faces (photographs, clips, the bundled recording) with things drawn over them by a program, as they
are and at a quarter of their size; see docs/edge.md for the table. Every figure is of grey levels, so that an infrared
camera will do.
"""

import math
from dataclasses import dataclass
from statistics import fmean

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.vision.geometry.mesh import FaceMesh

HIDDEN = 0.5

_MOUTH = (-0.502, -5.91, 3.98)
"""Logistic regression of P(mouth hidden) on the mesh's score and the logarithm of the mouth's contrast over the eyes'.
By cross-validation over people it finds 98 % of masks and 99 % of hands, and takes 0.2 % of faces with nothing before
the mouth for hidden (0.5 % at a quarter of the size, 2.5 % of yawns)."""
_LEAST_EYE_CONTRAST = 10.0
"""Grey levels: eyes behind dark glass would make any mouth look rich in contrast."""

GLARE_LEVEL = 235
GLARE_STEP = 25.0
"""Grey levels above the cheeks: a face in hard light is bright all over."""
TURNED = 15.0
"""Degrees of yaw from which only the nearer eye is looked at: what is beside the other is background."""
GLARE_SHARE = 0.06
"""Share of pixels that bright around one eye: more in 1 of 100 clear faces, also behind plain glasses; in 96 of
100 that are found with reflections over half of the lenses or more."""
DARK_SHARE = 0.14
"""Brightness around the eyes over that of the cheeks: above 0.31 in 99 of 100 clear faces and 0.18 under a helmet's
shadow, below 0.10 behind sunglasses that a program drew."""

_LIPS = (61, 291, 0, 17)
_EYES = ((33, 133, 159, 145), (263, 362, 386, 374))
_CHEEKS = ((118, 205, 50), (347, 425, 280))
_FLATTEST = 0.18  # height of a region over its width, at the least: closed lids still have lashes and folds around them

_Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Cover:
    """What cannot be seen of a face. `mouth`: expression, smile and jaw cannot be read. `eyes`: lids cannot."""

    mouth: bool = False
    eyes: bool = False

    @property
    def any(self) -> bool:
        """Return whether the mouth or the eyes are hidden."""
        return self.mouth or self.eyes


def find_cover(mesh: FaceMesh, yaw: float) -> Cover:
    """Return what is hidden of a face that is turned by `yaw` degrees. About 0.1 ms."""
    seen = _EYES if abs(yaw) <= TURNED else _EYES[:1] if yaw > 0 else _EYES[1:]
    eyes = [_around(mesh, corners, 1.0) for corners in seen]
    mouth = _around(mesh, _LIPS, 1.15)
    cheek = max(fmean(cv2.mean(_around(mesh, corners, 1.0))[0] for corners in _CHEEKS), 1.0)
    eye_contrast = max(fmean(map(_contrast, eyes)), _LEAST_EYE_CONTRAST)
    bright = max(GLARE_LEVEL, cheek + GLARE_STEP)
    glare = max(int(np.count_nonzero(eye >= bright)) / eye.size for eye in eyes) > GLARE_SHARE
    dark = fmean(cv2.mean(eye)[0] for eye in eyes) / cheek < DARK_SHARE
    return Cover(mouth_hidden(mesh.score, _contrast(mouth) / eye_contrast) > HIDDEN, glare or dark)


def mouth_hidden(score: float, contrast: float) -> float:
    """Return how probably something hides the mouth, 0-1. `contrast`: the mouth's over the eyes'."""
    by_score, by_contrast, constant = _MOUTH
    logit = by_score * score + by_contrast * math.log(max(contrast, 0.03)) + constant
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def _around(mesh: FaceMesh, corners: tuple[int, ...], scale: float) -> _Grey:
    """Return the grey pixels of the box around points, grown by `scale`; one of the edge where it lies outside."""
    columns, rows = zip(*mesh.points[list(corners), :2].tolist(), strict=True)
    left, right, top, bottom = min(columns), max(columns), min(rows), max(rows)
    across = scale * (right - left) / 2
    down = max(scale * (bottom - top) / 2, _FLATTEST * (right - left))
    x, y = (left + right) / 2, (top + bottom) / 2
    height, width = mesh.region.shape[:2]
    first, last = _clip(y - down, height), _clip(y + down, height)
    begin, end = _clip(x - across, width), _clip(x + across, width)
    patch = np.ascontiguousarray(mesh.region[first : last + 1, begin : end + 1])
    return np.asarray(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), np.uint8)


def _contrast(grey: _Grey) -> float:
    return float(cv2.meanStdDev(grey)[1].item())


def _clip(value: float, size: int) -> int:
    return int(max(0.0, min(size - 1.0, value)))
