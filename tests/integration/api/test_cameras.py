"""History of the cameras, and the live picture through the backend: only of the right device, and audited."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.api.live_pictures import fetch_picture
from stressvision.core.errors import Conflict, Unavailable
from stressvision.domain.auth import Role
from stressvision.edge.preview.access import PreviewAccess
from stressvision.edge.preview.server import FrameBoard, PreviewServer
from stressvision.services.context import Context
from stressvision.services.devices import read_camera_history, record_health
from stressvision.wire.detections import DeviceHealth
from tests.conftest import FakeClock


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


class ReadyBoard(FrameBoard):
    """A board that publishes a grey picture as soon as a viewer subscribes."""

    @contextmanager
    def subscribe(self):  # type: ignore[no-untyped-def]
        with super().subscribe() as next_jpeg:
            self.publish(lambda: np.full((48, 64, 3), 128, np.uint8))
            yield next_jpeg


@contextmanager
def preview(device_id: str, board: FrameBoard, token: str = "") -> Iterator[PreviewServer]:
    health = json.dumps({"device_id": device_id, "state": "watching"})
    server = PreviewServer(board, 0, lambda: health, PreviewAccess(token))
    try:
        yield server
    finally:
        server.stop()


def test_picture_comes_through_the_backend_and_is_audited(client: TestClient, usual_context: Context) -> None:
    with preview("cam-1", ReadyBoard(), "sv_device") as server:
        record_health(usual_context, DeviceHealth(device_id="cam-1", state="watching", preview_url=server.url))
        looked = client.get("/api/devices/cam-1/picture")
    assert looked.status_code == 200, looked.text
    assert (looked.headers["content-type"], looked.headers["cache-control"]) == ("image/jpeg", "no-store")
    decoded = cv2.imdecode(np.frombuffer(looked.content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (48, 64, 3)
    with usual_context.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT action, details FROM audit_log").all()
    assert [(row[0], "cam-1" in str(row[1])) for row in rows] == [("view_camera", True)]
    assert client.get("/api/devices/cam-9/picture").status_code == 404


def test_picture_of_another_device_under_the_same_address_is_not_shown() -> None:
    """Every device calls its own preview localhost: the one that answers here is this machine's."""
    with preview("pc-del-servidor", ReadyBoard()) as server, pytest.raises(Conflict) as refused:
        fetch_picture("cam-1", server.url)
    assert "otra máquina" in refused.value.message.es


def test_ticket_of_another_machine_is_refused() -> None:
    with preview("cam-1", ReadyBoard(), "sv_device") as server, pytest.raises(Conflict):
        fetch_picture("cam-1", f"http://localhost:{server.port}/stream.mjpg?ticket=otro")


@pytest.mark.parametrize(
    "address", [None, "http://localhost:1/stream.mjpg", "http://10.0.0.7:8502/stream.mjpg", "https://example.com/x"]
)
def test_missing_or_remote_preview_is_explained(address: str | None) -> None:
    with pytest.raises(Conflict):
        fetch_picture("cam-1", address)


def test_camera_without_a_picture_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stressvision.edge.preview.server.FRAME_WAIT_SECONDS", 0.05)
    with preview("cam-1", FrameBoard()) as server, pytest.raises(Unavailable):
        fetch_picture("cam-1", server.url)


@contextmanager
def endless(pause_seconds: float, size: int) -> Iterator[str]:
    """A program of this machine whose answer never ends: `size` bytes after each pause."""
    stopped = threading.Event()

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while not stopped.wait(pause_seconds):
                    self.wfile.write(b" " * size)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/stream.mjpg"
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(("pause_seconds", "size"), [(0.0, 2**20), (0.02, 1)])
def test_answer_without_an_end_is_left(monkeypatch: pytest.MonkeyPatch, pause_seconds: float, size: int) -> None:
    monkeypatch.setattr("stressvision.api.live_pictures.ANSWER_SECONDS", 0.5)
    with endless(pause_seconds, size) as address, pytest.raises(Unavailable):
        fetch_picture("cam-1", address)


def test_history_discloses_no_minute_to_roles_without_persons(usual_context: Context, clock: FakeClock) -> None:
    record_health(usual_context, DeviceHealth(device_id="cam-1", state="watching"))
    for role in (Role.VIEWER, Role.ADMIN):
        (shown,) = read_camera_history(usual_context, 3, role).devices
        assert shown.minutes == [None, None, None]
    assert read_camera_history(usual_context, 3, Role.HEALTH).devices[0].minutes[-1] == 1


def test_history_counts_watched_minutes_by_hour(client: TestClient, usual_context: Context, clock: FakeClock) -> None:
    clock.now = clock().replace(minute=0, second=0, microsecond=0)
    for _ in range(3):
        record_health(usual_context, DeviceHealth(device_id="cam-1", state="watching"))
        clock.advance(seconds=60)
    clock.advance(seconds=2 * 3600)
    record_health(usual_context, DeviceHealth(device_id="cam-1", state="watching"))
    record_health(usual_context, DeviceHealth(device_id="cam-2", state="no_camera"))
    history = client.get("/api/devices/history?hours=4").json()
    assert history["hours"] == 4
    assert history["devices"] == [
        {"device_id": "cam-1", "minutes": [None, 3, 0, 1]},
        {"device_id": "cam-2", "minutes": [None, None, None, None]},
    ]
    assert client.get("/api/devices/history?hours=0").status_code == 422
    clock.advance(seconds=timedelta(days=3).total_seconds())
    assert client.get("/api/devices/history").json()["devices"][0]["minutes"] == [0] * 48
