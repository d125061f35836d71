"""Reconnection of cameras, read by the real OpenCV."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.vision.camera import Camera, Shot
from stressvision.vision.source import Capture, Source, open_capture, parse_source, silence_opencv
from tests.programs.running import free_port, wait_until

RETURN_SECONDS = 10.0
"""Maximum time from the return of the camera to its first frame."""


class NetworkCamera:
    """MJPEG over HTTP on its own port, until `pull` disconnects it."""

    def __init__(self, port: int) -> None:
        self._pulled = threading.Event()
        handler = type("Handler", (_Stream,), {"pulled": self._pulled})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def pull(self) -> None:
        self._pulled.set()
        self._server.shutdown()
        self._server.server_close()


class _Stream(BaseHTTPRequestHandler):
    pulled: threading.Event

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        with suppress(ConnectionError):
            while not self.pulled.wait(0.03):
                number += 1
                frame = np.full((48, 64, 3), 60 + number % 100, np.uint8)
                jpeg = cv2.imencode(".jpg", frame)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                self.wfile.write(head.encode() + jpeg + b"\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Do not log requests."""


class WatchedCamera(Camera):
    """A camera that records each attempt to open it."""

    def __init__(self, source: Source) -> None:
        self.tries: list[float] = []
        super().__init__(source, opener=self._note)

    def _note(self, source: Source) -> Capture:
        self.tries.append(time.monotonic())
        return open_capture(source)


@pytest.fixture
def start() -> Iterator[Callable[[str], WatchedCamera]]:
    silence_opencv()
    cameras: list[WatchedCamera] = []

    def make(text: str) -> WatchedCamera:
        cameras.append(WatchedCamera(parse_source(text, Path("demo"))))
        cameras[-1].start()
        return cameras[-1]

    yield make
    for camera in cameras:
        camera.stop(timeout=20.0)


def wait_for_picture(camera: Camera, seconds: float) -> Shot:
    shot = camera.take(seconds)
    assert shot is not None, camera.fault
    return shot


def wait_for_fault(camera: Camera) -> None:
    def has_fault() -> bool:
        camera.take(0.0)
        return camera.fault is not None

    wait_until(has_fault, "a fault of the camera")


def test_network_camera_reconnects_within_ten_seconds(
    start: Callable[[str], WatchedCamera],
) -> None:
    port = free_port()
    there = NetworkCamera(port)
    camera = start(f"http://admin:s3cret@127.0.0.1:{port}/video")
    wait_for_picture(camera, 20.0)
    there.pull()
    wait_for_fault(camera)
    fault = camera.fault
    tries = len(camera.tries)
    wait_until(lambda: len(camera.tries) >= tries + 3, "three tries in vain")
    there = NetworkCamera(port)
    returned_at = time.monotonic()
    shot = wait_for_picture(camera, RETURN_SECONDS)
    seconds, fault_after = time.monotonic() - returned_at, camera.fault
    there.pull()

    assert shot.cut
    assert seconds < RETURN_SECONDS
    assert fault_after is None
    assert fault is not None
    assert "s3cret" not in fault.message.es + fault.message.en


def test_recording_reopens_within_ten_seconds(start: Callable[[str], WatchedCamera], tmp_path: Path) -> None:
    path, hidden = tmp_path / "camera.mp4", tmp_path / "hidden.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 15, (64, 48))
    for number in range(8):
        writer.write(np.full((48, 64, 3), 60 + 10 * number, np.uint8))
    writer.release()
    camera = start(str(path))
    wait_for_picture(camera, 20.0)
    path.rename(hidden)
    wait_for_fault(camera)
    hidden.rename(path)

    assert wait_for_picture(camera, RETURN_SECONDS).cut
