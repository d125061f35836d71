"""Search for faces: around the known ones, and at short intervals in the whole picture."""

from collections.abc import Sequence
from itertools import combinations

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


class FaceSearch:
    """Finds the faces of successive frames.

    Between two searches of the whole picture only the surroundings of the tracked faces are searched. The whole picture
    is searched at once where a tracked face is not found there, is out of sight, or touches another one.
    """

    def __init__(self, detector: Detecting, stages: StageTimes) -> None:
        self._detector, self._stages = detector, stages
        self._searched_at = float("-inf")

    def find(self, frame: Frame, tracks: Sequence[Track], at: float) -> list[Face]:
        """Return the faces of a frame. `tracks`: those of the frame before; `at`: monotonic seconds."""
        if self._is_near_enough(tracks, at):
            faces = self._find_near(frame, tracks, at)
            if faces is not None:
                return faces
        self._searched_at = at
        with self._stages.measure(WHOLE_STAGE):
            return self._detector.detect(frame)

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
