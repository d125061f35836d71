"""How far the eyes of a face are open, from Google's iris network and an own one.

Ablavatski et al. 2020, "Real-time Pupil Tracking from Monocular Video for Digital Puppetry". The regions are cut around
BlazeFace's own points. Measured on 377 face crops of people with webcams (about 48 pixels between the eyes): the aspect
of open eyes is 0.32 in the median (0.25-0.38 from the 5th to the 95th percentile), of closed ones 0.08 (0.04-0.20). The
contour so measures how far, and the own network (lids.py) whether. The mesh's own lids are of no use for it: their
aspect of closed eyes is 0.30, of open ones 0.32.
"""

import math
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from stressvision.vision.faces import Face, Point
from stressvision.vision.geometry.mesh import as_tensor, cut_upright
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import IRIS, Frame, open_network

LEAST_EYE_DISTANCE = 18.0
"""Pixels between the eyes below which the lids cannot be distinguished."""
PLAINLY_OPEN = 0.1
"""Probability of closed eyes below which they are open without a look at the contour."""

_EYE_SIDE = 64
_EYE_REGION = 1.0  # side of the region cut around an eye, in distances between the eyes
_CONTOUR_POINTS = 71
# The first 16 contour points: the lower lid from corner to corner (0-8), then the upper lid without corners (9-15).
_LOWER, _UPPER = slice(2, 7), slice(10, 15)
_CORNERS = (0, 8)
_LIDS_END = 16


@dataclass(frozen=True)
class Lids:
    """`aspect`: mean height over width of the two eyes; None where it was not measured, because the eyes are plainly
    open. `closed`: how probably they are closed, 0-1; None where there is no network for that."""

    aspect: float | None
    closed: float | None = None


class LidReader:
    """About 1.5 ms a face on one core. Not for several threads at once."""

    def __init__(self, model: LidModel | None = None) -> None:
        """Load the networks; without `model` closed eyes are read off the contour. Raises ModelUnavailable."""
        self._model = model
        self._iris = open_network(IRIS)
        self._tensor = np.empty((1, _EYE_SIDE, _EYE_SIDE, 3), np.float32)

    def read(self, frame: Frame, face: Face, *, contour: bool = True) -> Lids | None:
        """Return how far the eyes are open in this frame, or None where they are too small to measure.

        `contour` False: the contour, which costs nine tenths of the time, is left out where the eyes are plainly open.
        """
        if face.eye_distance < LEAST_EYE_DISTANCE:
            return None
        closed = self._model.estimate(frame, face) if self._model else None
        if not contour and closed is not None and closed < PLAINLY_OPEN:
            return Lids(None, closed)
        left = self._measure(frame, face, face.left_eye, mirrored=False)
        right = self._measure(frame, face, face.right_eye, mirrored=True)
        return Lids((left + right) / 2, closed)

    def _measure(self, frame: Frame, face: Face, centre: Point, *, mirrored: bool) -> float:
        region = cut_upright(frame, face, centre, _EYE_REGION * face.eye_distance, _EYE_SIDE)
        # The network knows one side; the other eye is shown to it in a mirror.
        contour = self._iris.run(as_tensor(region[:, ::-1] if mirrored else region, self._tensor))[0]
        points = contour.reshape(_CONTOUR_POINTS, 3)[:_LIDS_END, :2].tolist()
        width = math.dist(*(points[corner] for corner in _CORNERS))
        return fmean(map(math.dist, points[_LOWER], points[_UPPER])) / max(width, 1e-6)
