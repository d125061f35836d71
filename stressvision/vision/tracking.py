"""Assignment of the faces of a frame to those of the frames before.

Faces are assigned to tracks by overlap and distance from where each track was heading, all at once (the Hungarian
method, dlib's). A track knows when it may have changed to another person: it crossed another, was out of sight, or its
picture changed from one frame to the next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import dlib
import numpy as np
import numpy.typing as npt

from stressvision.vision.faces import Face, FaceBox
from stressvision.vision.networks import Frame
from stressvision.vision.quality import face_patch

LOST_SECONDS = 1.0
"""A track unseen for this long is gone."""
UNSURE_SECONDS = 0.4
"""A track looked for in vain for this long may be another person when a face appears in its place."""
BLIND_SECONDS = 0.8
"""So may any track after this long without a picture at all: people do not change seats faster."""
CROSSING_OVERLAP = 0.02
CHANGED_LOOK = 11.0
"""Mean difference (of 255) between a face's thumbnail and the one before it, above which it may be another person. In
the bundled recording one person's frames differ by at most 10.3, those of two people in the same seat by 12 or more."""
CHANGED_LOOK_PER_SECOND = 20.0
"""Added for every second beyond STEADY_SECONDS that lies between the two: a slow device sees larger steps. With it a
lively face on a webcam raises doubts about as often (one step in six) at three pictures a second as at eight; of the
people of the recording, any two but one pair differ by more than it allows within half a second."""
STEADY_SECONDS = 0.14
MOST_TRACKS = 32

_REACH = 1.0  # in face widths: how far from its expected place a face may appear
_SIZE_RATIO = 1.7
_LOOK_SIDE = 24
_GAIN_UNIT = 1000


@dataclass
class Track:
    """One face followed through the frames. Times are monotonic seconds, `velocity` pixels a second."""

    id: int
    face: Face
    seen_at: float
    look: npt.NDArray[np.float32]
    velocity: tuple[float, float] = (0.0, 0.0)
    crossing: bool = False
    missed: bool = False
    unsure: bool = False
    """True in the frame in which it may have changed to another person."""

    def expected_box(self, at: float) -> FaceBox:
        """Return where the face is expected at `at`, by its velocity."""
        elapsed = at - self.seen_at
        box = self.face.box
        return FaceBox(box.x + self.velocity[0] * elapsed, box.y + self.velocity[1] * elapsed, box.w, box.h)


class Tracker:
    """Tracker of at most MOST_TRACKS faces; ids are never used twice."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_id = 1

    def update(self, frame: Frame, faces: list[Face], at: float) -> list[Track]:
        """Return the tracks that are visible in this frame; `faces`: all that were detected in it."""
        self._tracks = [track for track in self._tracks if at - track.seen_at <= LOST_SECONDS]
        unclaimed = dict(enumerate(faces))
        missing = {track.id: track for track in self._tracks}
        for row, column in _assign([track.expected_box(at) for track in self._tracks], [face.box for face in faces]):
            _follow(missing.pop(self._tracks[row].id), unclaimed.pop(column), frame, at)
        for track in missing.values():
            track.missed = True
        for face in unclaimed.values():
            if len(self._tracks) < MOST_TRACKS:
                self._tracks.append(Track(self._next_id, face, at, _look(frame, face)))
                self._next_id += 1
        self._mark_crossings(at)
        return [track for track in self._tracks if track.seen_at == at]

    @property
    def tracks(self) -> Sequence[Track]:
        """Return the tracks that have not gone, in view or not."""
        return self._tracks

    def forget(self) -> None:
        """End every track: the picture no longer continues the one before."""
        self._tracks = []

    def _mark_crossings(self, at: float) -> None:
        boxes = [track.expected_box(at) for track in self._tracks]
        for index, track in enumerate(self._tracks):
            others = (box for other, box in enumerate(boxes) if other != index)
            track.crossing = any(boxes[index].overlap(box) > CROSSING_OVERLAP for box in others)


def _follow(track: Track, face: Face, frame: Frame, at: float) -> None:
    elapsed = at - track.seen_at
    (x, y), (before_x, before_y) = face.box.centre, track.face.box.centre
    if elapsed > 0:
        # Half of the newest step: detections jitter by a pixel or two.
        track.velocity = (
            (track.velocity[0] + (x - before_x) / elapsed) / 2,
            (track.velocity[1] + (y - before_y) / elapsed) / 2,
        )
    look = _look(frame, face)
    limit = CHANGED_LOOK + CHANGED_LOOK_PER_SECOND * max(0.0, elapsed - STEADY_SECONDS)
    changed = cv2.norm(look, track.look, cv2.NORM_L1) / look.size > limit
    gone = elapsed > (UNSURE_SECONDS if track.missed else BLIND_SECONDS)
    track.unsure = track.crossing or gone or changed
    track.missed = False
    track.face, track.look, track.seen_at = face, look, at


def _look(frame: Frame, face: Face) -> npt.NDArray[np.float32]:
    """Return a thumbnail [24,24,3] of the face with mean 0, so that a change of light alone makes no difference."""
    patch = face_patch(frame, face.box, _LOOK_SIDE)
    if patch is None:
        return np.zeros((_LOOK_SIDE, _LOOK_SIDE, 3), np.float32)
    pixels = patch.astype(np.float32)
    pixels -= np.float32(sum(cv2.mean(patch)) / 3)
    return pixels


def _assign(expected: list[FaceBox], found: list[FaceBox]) -> list[tuple[int, int]]:
    """Return pairs (track, face) of the greatest total gain; what does not fit at all stays unpaired."""
    side = max(len(expected), len(found))
    if not expected or not found:
        return []
    if side == 1:
        return [(0, 0)] if _gain(expected[0], found[0]) > 0 else []
    gains = np.zeros((side, side), np.int64)
    for row, box in enumerate(expected):
        for column, other in enumerate(found):
            gains[row, column] = _gain(box, other)
    chosen = dlib.max_cost_assignment(dlib.matrix(gains.tolist()))
    return [(row, column) for row, column in enumerate(chosen[: len(expected)]) if gains[row, column] > 0]


def _gain(expected: FaceBox, found: FaceBox) -> int:
    if max(expected.w / found.w, found.w / expected.w) > _SIZE_RATIO:
        return 0
    reach = _REACH * max(expected.w, found.w)
    nearness = 1 - math.dist(expected.centre, found.centre) / reach
    return max(0, round(_GAIN_UNIT * (nearness + expected.overlap(found)))) if nearness > 0 else 0
