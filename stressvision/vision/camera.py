"""Pictures of a source, read in a thread that keeps the newest only."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2

from stressvision.core.clock import Clock, utc_now
from stressvision.core.errors import CameraUnavailable, Message
from stressvision.vision.networks import Frame
from stressvision.vision.recording import RecordingReader, grab_frame, retrieve_frame
from stressvision.vision.scene import FROZEN_SECONDS, PictureWatch, Scene, fault_of
from stressvision.vision.source import Capture, Source, damaged_recording, no_camera, open_capture

THREAD_NAME = "camera"
FIRST_RETRY_SECONDS = 0.5
LAST_RETRY_SECONDS = 2.0
"""With the seconds that FFmpeg takes to open a stream, or to give one up, and those until a face has a name, detections
resume within 10 s of a camera's return."""
SILENT_SECONDS = 8.0
_RESTART_SECONDS = 2.0
"""A recording later than this (the machine slept) goes on from now instead of rushing."""


@dataclass(frozen=True)
class Shot:
    """One picture. `at`: when it was captured; `elapsed`: the same in monotonic seconds.

    `cut`: it does not continue the one before (the camera was reopened, or the recording began again).
    """

    frame: Frame
    at: datetime
    elapsed: float
    cut: bool


def play_at_once(path: Path, *, start: datetime) -> Iterator[Shot]:
    """Yield every picture of a recording, stamped as if it had been played from `start` on, without waiting.

    Raises CameraUnavailable where it cannot be opened.
    """
    shown = Message(es=path.name, en=path.name)
    capture = open_capture(Source(str(path), shown, paced=True))
    reader = RecordingReader(capture)
    try:
        first = True
        while (picture := reader.read()) is not None:
            yield Shot(picture.frame, start + timedelta(seconds=picture.at), picture.at, cut=first or picture.cut)
            first = False
    finally:
        capture.release()


class Camera:
    """Reads a source in its own thread, for ever: what fails is opened again, later and later.

    `take` hands out each picture once; a picture not taken before the next came is dropped and counted in `dropped`.
    Frozen and black pictures are not handed out: they are a fault. `breaks` counts how often the pictures ended.
    `skipped_seconds`: length of the passages of a recording that could not be decoded.
    """

    def __init__(
        self,
        source: Source,
        *,
        due_at: Callable[[], float] = lambda: float("-inf"),
        opener: Callable[[Source], Capture] = open_capture,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`due_at` returns the monotonic seconds before which a camera's picture is neither converted nor counted."""
        self.source = source
        self.dropped = 0
        self.breaks = 0
        self.skipped_seconds = 0.0
        self._due_at = due_at
        self._opener, self._clock, self._monotonic = opener, clock, monotonic
        self._shot: Shot | None = None
        self._fault: CameraUnavailable | None = None
        self._finished = False
        self._alive_at: float | None = None
        self._due: float | None = None
        self._scene = PictureWatch(may_freeze=not source.paced)
        self._change = threading.Condition()
        self._stopping = threading.Event()
        self._watching = threading.Event()
        self._watching.set()
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Start the thread that reads pictures."""
        self._alive_at = self._monotonic()
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Stop the thread and wait for its end, at most `timeout` seconds."""
        self._stopping.set()
        self._watching.set()
        self._thread.join(timeout)

    def close(self) -> None:
        """Close the source until `reopen`: no picture is read or handed out."""
        self._watching.clear()
        with self._change:
            self._shot = None

    def reopen(self) -> None:
        """Open a closed source again."""
        self._alive_at = self._monotonic()
        self._watching.set()

    @property
    def closed(self) -> bool:
        """Return whether the source is closed on request."""
        return not self._watching.is_set()

    @property
    def fault(self) -> CameraUnavailable | None:
        """Return why no picture comes, or None while they do. A hanging camera is a fault like a missing one."""
        silent = (
            self._alive_at is not None
            and self._monotonic() - self._alive_at > SILENT_SECONDS
            and not self.source.paced  # its pictures may be far apart
        )
        return self._fault or (no_camera(self.source) if silent else None)

    @property
    def finished(self) -> bool:
        """Return whether a recording that is played once has ended and its last picture was taken."""
        with self._change:
            return self._finished and self._shot is None

    def take(self, timeout: float) -> Shot | None:
        """Return the newest picture not yet taken, waiting up to `timeout` seconds for one; None where none came."""
        with self._change:
            self._change.wait_for(lambda: self._shot is not None or self._finished, timeout)
            shot, self._shot = self._shot, None
            return shot

    def _run(self) -> None:
        retry = FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            self._watching.wait()
            try:
                capture = self._opener(self.source)
            except (CameraUnavailable, cv2.error) as error:
                self._fault = error if isinstance(error, CameraUnavailable) else no_camera(self.source)
                if self.source.paced and not self.source.looped:
                    self._finish()
                    return
            else:
                try:
                    worked = self._play(capture)
                finally:
                    capture.release()
                if self.closed:
                    self._fault = None
                    continue
                if self._ended(worked):
                    return
                if worked:
                    retry = FIRST_RETRY_SECONDS
                    if self.source.looped:
                        continue
                self.breaks += 1
                self._fault = self._fault or no_camera(self.source)
            self._stopping.wait(retry * random.uniform(0.8, 1.2))  # noqa: S311
            retry = min(LAST_RETRY_SECONDS, retry * 2)

    def _ended(self, worked: bool) -> bool:
        if not self.source.paced or self.source.looped or self._stopping.is_set():
            return False
        if not worked and self._fault is None:
            self._fault = damaged_recording(self.source)
        self._finish()
        return True

    def _finish(self) -> None:
        with self._change:
            self._finished = True
            self._change.notify_all()

    def _play(self, capture: Capture) -> bool:
        """Read to the end or the first failure; return whether at least one usable picture came."""
        opened_at = self._monotonic()
        worked, cut = False, True
        for frame, now, missing_before in self._read_all(capture):
            cut = cut or missing_before
            scene = self._scene.judge(frame, now)
            if scene is Scene.USABLE:
                self._offer(Shot(frame, self._clock(), now, cut))
                worked, cut = True, False
                continue
            self._fault, cut = fault_of(scene, self.source), True
            if scene is Scene.FROZEN and now - opened_at >= FROZEN_SECONDS:
                break
        return worked

    def _read_all(self, capture: Capture) -> Iterator[tuple[Frame, float, bool]]:
        """Yield each picture, a recording's at its time, when it came, and whether pictures before it are missing."""
        if not self.source.paced:
            yield from self._read_live(capture)
            return
        reader, before, skipped = RecordingReader(capture), 0.0, self.skipped_seconds
        while self._may_read:
            picture = reader.read()
            self.skipped_seconds = skipped + reader.skipped_seconds
            if picture is None:
                break
            # The first picture of a repetition follows the last one after one interval.
            step, before = picture.at - before or reader.interval, picture.at
            self._stopping.wait(self._seconds_until_due(step))
            yield picture.frame, self._monotonic(), picture.cut

    def _read_live(self, capture: Capture) -> Iterator[tuple[Frame, float, bool]]:
        first = True
        while self._may_read and grab_frame(capture):
            now = self._monotonic()
            if not first and now < self._due_at():
                continue
            frame = retrieve_frame(capture)
            if frame is None:
                return
            first = False
            yield frame, now, False

    @property
    def _may_read(self) -> bool:
        return self._watching.is_set() and not self._stopping.is_set()

    def _seconds_until_due(self, step: float) -> float:
        """Return the seconds until a recording's next picture is due, over any loops; 0 when late, to catch up."""
        now = self._monotonic()
        on_time = self._due is not None and now - self._due < _RESTART_SECONDS
        self._due = (self._due if on_time and self._due is not None else now) + step
        return max(0.0, self._due - now)

    def _offer(self, shot: Shot) -> None:
        with self._change:
            if self.closed:
                return
            if self._shot is not None:
                self.dropped += 1
                # A dropped first picture must not hide that the scene changed.
                shot = Shot(shot.frame, shot.at, shot.elapsed, shot.cut or self._shot.cut)
            self._shot, self._fault, self._alive_at = shot, None, shot.elapsed
            self._change.notify_all()
