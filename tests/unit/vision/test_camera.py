import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stressvision.vision.camera import SILENT_SECONDS, Camera, Shot
from stressvision.vision.networks import Frame
from stressvision.vision.scene import BLACK_SECONDS, FROZEN_SECONDS
from stressvision.vision.source import Source, open_capture, parse_source

DEADLINE = 10.0


class FakeCapture:
    """Gives the frames it was made with, each when `gate` lets it, and then fails."""

    def __init__(self, frames: list[Frame], fps: float = 1000.0, gate: threading.Semaphore | None = None) -> None:
        self.frames, self.fps, self.gate = list(frames), fps, gate
        self.released = False
        self.grabbed: tuple[bool, Any] = (False, None)
        self.retrieved = 0

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, Any]:
        if not self.frames:
            return False, None
        if self.gate is not None:
            self.gate.acquire(timeout=DEADLINE)
        return True, self.frames.pop(0)

    def grab(self) -> bool:
        self.grabbed = self.read()
        return self.grabbed[0]

    def retrieve(self) -> tuple[bool, Any]:
        self.retrieved += 1
        return self.grabbed

    def get(self, prop: int) -> float:
        return self.fps if prop == cv2.CAP_PROP_FPS else 0.0

    def set(self, prop: int, value: float) -> bool:
        return False

    def release(self) -> None:
        self.released = True


def picture(number: int) -> Frame:
    return np.full((4, 4, 3), number, np.uint8)


def number_of(shot: Shot | None) -> int | None:
    return int(shot.frame[0, 0, 0]) if shot is not None else None


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        threading.Event().wait(0.005)


@pytest.fixture
def started() -> Iterator[Callable[[Camera], Camera]]:
    cameras: list[Camera] = []

    def start(camera: Camera) -> Camera:
        cameras.append(camera)
        camera.start()
        return camera

    yield start
    for camera in cameras:
        camera.stop()


WEBCAM = parse_source("0", Path("demo"))


def test_the_newest_picture_is_kept_and_older_ones_are_dropped_and_counted(
    started: Callable[[Camera], Camera],
) -> None:
    capture = FakeCapture([picture(number) for number in range(1, 6)])
    camera = started(Camera(WEBCAM, opener=lambda source: capture))
    wait_until(lambda: capture.released)

    assert number_of(camera.take(DEADLINE)) == 5
    assert camera.dropped == 4
    assert camera.take(0.0) is None


def test_pictures_before_the_next_one_is_due_are_not_converted(started: Callable[[Camera], Camera]) -> None:
    seconds, gate = FakeSeconds(), threading.Semaphore(0)
    capture = TimedCapture(seconds, [bright(number) for number in range(1, 8)], gate)
    due_at = 0.0
    camera = started(Camera(WEBCAM, due_at=lambda: due_at, opener=lambda source: capture, monotonic=seconds))
    taken = []
    for count, due_at in ((1, 101.0), (3, 104.0), (3, 107.0)):  # noqa: B007
        gate.release(count)
        shot = camera.take(DEADLINE)
        assert shot is not None
        taken.append((number_of(shot), shot.elapsed, shot.cut))

    assert taken == [(101, 101.0, True), (104, 104.0, False), (107, 107.0, False)]
    assert capture.retrieved == 3
    assert camera.dropped == 0


def test_a_camera_that_fails_is_opened_again_and_the_break_is_marked(started: Callable[[Camera], Camera]) -> None:
    gate = threading.Semaphore(0)
    captures = iter([FakeCapture([picture(1), picture(2)], gate=gate), FakeCapture([picture(3)], gate=gate)])
    camera = started(Camera(WEBCAM, opener=lambda source: next(captures)))
    taken = []
    for _ in range(3):
        gate.release()
        taken.append(camera.take(DEADLINE))

    assert [(number_of(shot), shot.cut if shot else None) for shot in taken] == [(1, True), (2, False), (3, True)]


def test_a_missing_camera_is_a_state_that_ends_when_it_comes_back(started: Callable[[Camera], Camera]) -> None:
    there = threading.Event()

    def opener(source: Source) -> FakeCapture:
        if not there.is_set():
            return open_capture(parse_source("missing.mp4", Path("demo")))  # type: ignore[return-value]
        return FakeCapture([picture(1)])

    camera = started(Camera(WEBCAM, opener=opener))
    wait_until(lambda: camera.fault is not None)
    nothing = camera.take(0.0)
    there.set()

    assert nothing is None
    assert number_of(camera.take(DEADLINE)) == 1


def test_a_camera_that_hangs_is_a_fault_like_one_that_is_missing(started: Callable[[Camera], Camera]) -> None:
    gate = threading.Semaphore(1)
    seconds = 100.0
    capture = FakeCapture([picture(1), picture(2)], gate=gate)
    camera = started(Camera(WEBCAM, opener=lambda source: capture, monotonic=lambda: seconds))
    camera.take(DEADLINE)
    at_first = camera.fault
    seconds += SILENT_SECONDS + 1

    assert at_first is None
    assert camera.fault is not None
    gate.release(2)


def test_a_backend_that_raises_is_opened_again(started: Callable[[Camera], Camera]) -> None:
    class Raising(FakeCapture):
        def read(self) -> tuple[bool, Any]:
            raise cv2.error("the device is gone")

    captures = iter([Raising([]), FakeCapture([picture(1)])])
    camera = started(Camera(WEBCAM, opener=lambda source: next(captures)))

    assert number_of(camera.take(DEADLINE)) == 1


def test_a_recording_played_once_ends(started: Callable[[Camera], Camera]) -> None:
    source = parse_source("recording.mp4", Path("demo"), once=True)
    camera = started(Camera(source, opener=lambda source: FakeCapture([picture(1)])))
    shot = camera.take(DEADLINE)
    wait_until(lambda: camera.finished)

    assert number_of(shot) == 1
    assert camera.fault is None


def test_a_looped_recording_begins_again_marked_as_a_cut(started: Callable[[Camera], Camera]) -> None:
    source = parse_source("recording.mp4", Path("demo"))
    gate = threading.Semaphore(0)
    camera = started(Camera(source, opener=lambda source: FakeCapture([picture(1), picture(2)], gate=gate)))
    taken = []
    for _ in range(4):
        gate.release()
        taken.append(camera.take(DEADLINE))

    assert [(number_of(shot), shot.cut if shot else None) for shot in taken] == [
        (1, True),
        (2, False),
        (1, True),
        (2, False),
    ]
    gate.release(10_000)


def test_the_cut_of_a_dropped_picture_passes_to_the_one_that_replaced_it(started: Callable[[Camera], Camera]) -> None:
    capture = FakeCapture([picture(1), picture(2)])
    camera = started(Camera(WEBCAM, opener=lambda source: capture))
    wait_until(lambda: capture.released)
    shot = camera.take(DEADLINE)

    assert shot is not None
    assert shot.cut


class FakeSeconds:
    """Monotonic seconds that move on by `step` at each picture read."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class TimedCapture(FakeCapture):
    """Gives each picture, again and again, one second after the other, until `stopped`."""

    def __init__(self, seconds: FakeSeconds, frames: list[Frame], gate: threading.Semaphore) -> None:
        super().__init__(frames, gate=gate)
        self.seconds = seconds

    def read(self) -> tuple[bool, Any]:
        answer = super().read()
        self.seconds.now += 1
        return answer


def bright(number: int) -> Frame:
    return picture(100 + number)


def test_a_frozen_camera_is_said_reopened_and_seen_to_move_again(started: Callable[[Camera], Camera]) -> None:
    seconds, gate = FakeSeconds(), threading.Semaphore(0)
    still = [bright(1)] * (3 * int(FROZEN_SECONDS))
    captures = iter(
        [TimedCapture(seconds, list(still), gate), TimedCapture(seconds, [bright(1), bright(1), bright(2)], gate)]
    )
    opened: list[TimedCapture] = []

    def opener(source: Source) -> TimedCapture:
        opened.append(next(captures))
        return opened[-1]

    camera = started(Camera(WEBCAM, opener=opener, monotonic=seconds))
    gate.release(int(FROZEN_SECONDS))
    wait_until(lambda: number_of(camera.take(0.0)) == 101 and seconds.now == 110)
    before = camera.fault
    gate.release(3)
    wait_until(lambda: len(opened) == 2)
    frozen, reopened_from = camera.fault, opened[0].released
    gate.release(2)
    wait_until(lambda: seconds.now >= 113)
    not_handed_out = camera.take(0.0)
    gate.release(1)

    assert before is None
    assert frozen is not None
    assert frozen.message.es.startswith("Cámara congelada")
    assert reopened_from
    assert not_handed_out is None
    moving = camera.take(DEADLINE)
    assert moving is not None
    assert (number_of(moving), moving.cut) == (102, True)


def test_black_pictures_are_a_fault_until_there_is_light(started: Callable[[Camera], Camera]) -> None:
    seconds, gate = FakeSeconds(), threading.Semaphore(0)
    dark = [picture(16 + number % 2) for number in range(int(BLACK_SECONDS) + 1)]
    capture = TimedCapture(seconds, [*dark, bright(1)], gate)
    camera = started(Camera(WEBCAM, opener=lambda source: capture, monotonic=seconds))
    gate.release(len(dark))
    wait_until(lambda: camera.fault is not None)
    said = camera.fault
    camera.take(0.0)
    gate.release(1)

    assert said is not None
    assert said.message.es.startswith("Imagen negra")
    assert number_of(camera.take(DEADLINE)) == 101


def test_a_still_passage_of_a_recording_is_no_frozen_camera(started: Callable[[Camera], Camera]) -> None:
    seconds = FakeSeconds()
    gate = threading.Semaphore(1000)
    capture = TimedCapture(seconds, [bright(1)] * 40, gate)
    recording = parse_source("recording.mp4", Path("demo"), once=True)
    camera = started(Camera(recording, opener=lambda source: capture, monotonic=seconds))
    wait_until(lambda: capture.released)

    assert seconds.now > 100 + FROZEN_SECONDS
    assert number_of(camera.take(0.0)) == 101


def test_closed_camera_releases_its_source_and_opens_it_again(started: Callable[[Camera], Camera]) -> None:
    captures: list[FakeCapture] = []

    def open_one(source: Source) -> FakeCapture:
        captures.append(FakeCapture([picture(number) for number in range(200)] * 100, gate=threading.Semaphore(10**6)))
        return captures[-1]

    camera = started(Camera(WEBCAM, opener=open_one))
    assert camera.take(DEADLINE) is not None
    camera.close()
    wait_until(lambda: captures[0].released)
    assert camera.take(0.05) is None
    assert camera.fault is None
    assert (camera.closed, len(captures)) == (True, 1)
    camera.reopen()
    shot = camera.take(DEADLINE)
    assert shot is not None
    assert shot.cut
    assert len(captures) == 2


def test_closed_camera_can_be_stopped(started: Callable[[Camera], Camera]) -> None:
    camera = started(Camera(WEBCAM, opener=lambda source: FakeCapture([])))
    camera.close()
    camera.stop(DEADLINE)
    assert not any(thread is camera._thread for thread in threading.enumerate())
