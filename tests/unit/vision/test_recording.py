"""Recordings with their own times, and damaged ones."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stressvision.core.errors import CameraUnavailable
from stressvision.vision.camera import Camera, play_at_once
from stressvision.vision.recording import LONGEST_STEP_SECONDS, RecordingReader
from stressvision.vision.source import Capture, open_capture, parse_source, silence_opencv
from tests.conftest import FakeClock

DEADLINE = 20.0


class StampedCapture:
    """A capture of pictures at given seconds; those that are None cannot be decoded, and end the reading."""

    def __init__(self, pictures: list[tuple[float, int | None]], fps: float, duration: float) -> None:
        self.pictures, self.fps, self.duration = pictures, fps, duration
        self.next = 0

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def read(self) -> tuple[bool, Any]:
        if self.next >= len(self.pictures) or self.pictures[self.next][1] is None:
            return False, None
        self.next += 1
        return True, np.full((4, 4, 3), self.pictures[self.next - 1][1], np.uint8)

    def grab(self) -> bool:
        raise AssertionError("a recording is read, picture by picture")

    def retrieve(self) -> tuple[bool, Any]:
        raise AssertionError("a recording is read, picture by picture")

    def get(self, prop: int) -> float:
        if prop == cv2.CAP_PROP_POS_MSEC:
            return self.pictures[max(0, self.next - 1)][0] * 1000
        return {cv2.CAP_PROP_FPS: self.fps, cv2.CAP_PROP_FRAME_COUNT: self.duration * self.fps}.get(prop, 0.0)

    def set(self, prop: int, value: float) -> bool:
        self.next = next((i for i, (at, _) in enumerate(self.pictures) if at * 1000 >= value), len(self.pictures))
        return True

    def release(self) -> None:
        """Nothing to release."""


def times(capture: Capture) -> tuple[list[float], float]:
    reader, found = RecordingReader(capture), []
    while (picture := reader.read()) is not None:
        found.append(round(picture.at, 3))
    return found, round(reader.skipped_seconds, 3)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        ([0, 0.5, 1.0, 7.0], [0, 0.5, 1.0, 7.0]),
        ([3600, 3600.5, 3601], [0, 0.5, 1.0]),
        ([0, 0, 0], [0, 0.1, 0.2]),
        ([0, 0.5, 0.2, 0.7], [0, 0.5, 0.6, 1.1]),
        ([0, 0.5, LONGEST_STEP_SECONDS * 100], [0, 0.5, 0.6]),
    ],
    ids=["variable", "begins late", "none", "goes back", "jumps"],
)
def test_time_stamps_are_honoured_while_plausible(stamps: list[float], expected: list[float]) -> None:
    assert times(StampedCapture([(at, 1) for at in stamps], 10, 0)) == (expected, 0)


def test_passage_that_cannot_be_decoded_is_skipped_and_counted() -> None:
    pictures = [(number / 10, None if 20 <= number < 55 else number) for number in range(100)]
    reader = RecordingReader(StampedCapture(pictures, 10, 10))
    found = []
    while (picture := reader.read()) is not None:
        found.append((int(picture.frame[0, 0, 0]), picture.cut))

    assert [number for number, _ in found] == [*range(20), *range(59, 100)]
    assert [number for number, cut in found if cut] == [59]
    assert reader.skipped_seconds == pytest.approx(3.9)


def test_what_is_missing_at_the_end_is_counted() -> None:
    assert times(StampedCapture([(number / 10, 1) for number in range(20)], 10, 10))[1] == pytest.approx(8.0)


def test_absurd_duration_ends_the_reading() -> None:
    assert len(times(StampedCapture([(0, 1), (0.1, 1)], 10, 1e12))[0]) == 2


@pytest.mark.parametrize("codec", ["MJPG", "XVID"])
def test_damaged_file_is_played_to_its_end(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, (320, 240))
    chance = np.random.default_rng(1)
    for _ in range(100):
        writer.write(cv2.resize(chance.integers(0, 255, (24, 32, 3), np.uint8), (320, 240)))
    writer.release()
    content = bytearray(path.read_bytes())
    damaged = slice(len(content) * 2 // 5, len(content) * 3 // 5)
    content[damaged] = chance.bytes(damaged.stop - damaged.start)
    path.write_bytes(content)
    silence_opencv()
    shots = list(play_at_once(path, start=FakeClock().now))

    assert len(shots) >= 70
    assert shots[-1].elapsed == pytest.approx(9.9, abs=0.3)
    assert shots[-1].at == FakeClock().now + timedelta(seconds=shots[-1].elapsed)


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"RIFF" + b"\xff" * 400], ids=["empty", "zeros", "header only"])
def test_file_without_pictures_is_called_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    silence_opencv()
    with pytest.raises(CameraUnavailable) as caught:
        open_capture(parse_source(str(path), tmp_path))

    assert "clip.mp4 está dañado" in caught.value.message.es


def test_camera_ends_with_a_fault_if_a_recording_played_once_has_no_picture() -> None:
    source = parse_source("clip.mp4", Path("demo"), once=True)
    camera = Camera(source, opener=lambda source: StampedCapture([], 10, 0))
    camera.start()
    camera.take(DEADLINE)
    camera.stop()

    assert camera.finished
    assert camera.fault is not None
    assert "damaged" in camera.fault.message.en
