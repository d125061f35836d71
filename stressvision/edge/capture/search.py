"""Search for faces: around the known ones, where something changed, and at short intervals in the whole picture."""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np

from stressvision.edge.capture.costs import StageTimes
from stressvision.edge.capture.models import Detecting
from stressvision.vision.faces import OVERLAP_OF_ONE_FACE, Face
from stressvision.vision.networks import Frame
from stressvision.vision.tracking import Track

WHOLE_SEARCH_SECONDS = 0.4
"""Time after which the whole picture is searched again: a new face is found this much later at most, or one picture
more. Naming it takes 0.4 s."""
MOST_NEAR = 2
"""Faces up to which their surroundings cost less than the whole picture; those of three cost as much."""
WHOLE_STAGE, NEAR_STAGE = "detect", "detect near"
CELLS = (40, 30)
"""Parts of a picture, across and down: the smallest face that is found covers at least one."""
SAMPLES_PER_CELL = 8
"""Pixels looked at, across and down: the noise of a camera averages out to below CHANGED."""
CHANGED = 10.0
"""Of 255, in one colour of one part: the picture is another one than that in which no face was found. Within 0.4 s
the corners of ten clips of webcams change by 3 to 7 in the median, and by 10 or more in one clip's."""


class FaceSearch:
    """Finds the faces of successive frames.

    Between two searches of the whole picture only the surroundings of the tracked faces are searched. The whole picture
    is searched at once where a tracked face is not found there, is out of sight, or touches another one. While there is
    none, it is searched when a part of it has changed.
    """

    def __init__(self, detector: Detecting, stages: StageTimes) -> None:
        self._detector, self._stages = detector, stages
        self._searched_at = float("-inf")
        self._empty: Frame | None = None

    def find(self, frame: Frame, tracks: Sequence[Track], at: float) -> list[Face]:
        """Return the faces of a frame. `tracks`: those of the frame before; `at`: monotonic seconds."""
        if self._is_near_enough(tracks, at):
            faces = self._find_near(frame, tracks, at)
            if faces is not None:
                return faces
        cells = None if tracks else _average_cells(frame)
        if cells is not None and self._is_still_empty(cells, at):
            return []
        self._searched_at = at
        with self._stages.measure(WHOLE_STAGE):
            faces = self._detector.detect(frame)
        self._empty = None if faces else cells
        return faces

    def _is_still_empty(self, cells: Frame, at: float) -> bool:
        return (
            self._empty is not None
            and at - self._searched_at < WHOLE_SEARCH_SECONDS
            and cv2.norm(cells, self._empty, cv2.NORM_INF) < CHANGED
        )

    def _is_near_enough(self, tracks: Sequence[Track], at: float) -> bool:
        return (
            0 < len(tracks) <= MOST_NEAR
            and at - self._searched_at < WHOLE_SEARCH_SECONDS
            and not any(track.missed or track.crossing or track.unsure for track in tracks)
        )

    def _find_near(self, frame: Frame, tracks: Sequence[Track], at: float) -> list[Face] | None:
        """Return the face of each track, or None where one is not found or two have become the same."""
        with self._stages.measure(NEAR_STAGE):
            faces = self._detector.detect_near(frame, [track.expected_box(at) for track in tracks])
        if faces is None:
            return None
        if any(one.box.overlap(other.box) > OVERLAP_OF_ONE_FACE for one, other in combinations(faces, 2)):
            return None
        return faces


def _average_cells(frame: Frame) -> Frame:
    """Return the mean colour of each of the CELLS; about 0.1 ms."""
    width, height = CELLS
    samples = (width * SAMPLES_PER_CELL, height * SAMPLES_PER_CELL)
    thinned = cv2.resize(frame, samples, interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.resize(thinned, CELLS, interpolation=cv2.INTER_AREA), np.uint8)
