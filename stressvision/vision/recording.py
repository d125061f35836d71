"""Pictures of a recording with their own times, over damaged passages."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2

from stressvision.vision.networks import Frame
from stressvision.vision.source import Capture

ASSUMED_FPS = 25.0
LONGEST_STEP_SECONDS = 60.0
"""A longer time between two pictures is a wrong time stamp; a recording of movements pauses for less."""
SKIP_SECONDS = 0.5
MAX_SKIPS = 200
END_SECONDS = 1.0
"""Containers round their duration; what is missing at the end counts as damage from here on."""


@dataclass(frozen=True)
class TimedFrame:
    """A picture. `at`: seconds since the first picture; `cut`: pictures before it are missing."""

    frame: Frame
    at: float
    cut: bool


class RecordingReader:
    """Reads a recording to its end. Passages that cannot be decoded are skipped.

    Attributes:
        skipped_seconds: Length of the skipped passages, and of what is missing at the end.
    """

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.interval = 1 / (fps if fps > 0 else ASSUMED_FPS)
        self._duration = max(0.0, capture.get(cv2.CAP_PROP_FRAME_COUNT)) * self.interval
        self._stamp: float | None = None
        self._at = 0.0
        self.skipped_seconds = 0.0

    def read(self) -> TimedFrame | None:
        """Return the next picture, or None at the end."""
        frame, cut = read_frame(self._capture), False
        if frame is None and self._stamp is not None:
            frame, cut = self._skip_damage(self._stamp), True
        if frame is None:
            return None
        stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self._stamp is not None:
            step = stamp - self._stamp
            self._at += step if 0 < step <= LONGEST_STEP_SECONDS else self.interval
        self._stamp = stamp
        return TimedFrame(frame, self._at, cut)

    def _skip_damage(self, before: float) -> Frame | None:
        """Return the first picture after a passage that cannot be decoded; None where there is none."""
        target = before
        for _ in range(MAX_SKIPS):
            target += SKIP_SECONDS
            if target > self._duration - self.interval:
                break
            if not self._capture.set(cv2.CAP_PROP_POS_MSEC, target * 1000):
                continue
            frame = read_frame(self._capture)
            stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if frame is not None and stamp > before:
                self.skipped_seconds += max(0.0, stamp - before - self.interval)
                return frame
        missing = self._duration - before - self.interval
        if missing > END_SECONDS:
            self.skipped_seconds += missing
        return None


def read_frame(capture: Capture) -> Frame | None:
    """Return the next picture, or None where none comes."""
    return _call(capture.read)


def grab_frame(capture: Capture) -> bool:
    """Wait for the next picture without converting it, and return whether one came; `retrieve_frame` returns it."""
    try:
        return capture.grab()
    except cv2.error:
        return False


def retrieve_frame(capture: Capture) -> Frame | None:
    """Return the picture that was grabbed, or None where it cannot be converted."""
    return _call(capture.retrieve)


def _call(read: Callable[[], tuple[bool, Frame | None]]) -> Frame | None:
    try:
        done, frame = read()
    except cv2.error:
        # Some backends raise where others answer that nothing came.
        return None
    return frame if done else None
