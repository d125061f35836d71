"""The device as a process: its output, heartbeat and deliveries."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.heartbeat import Heartbeat, read_heartbeat
from stressvision.edge.delivery.outbox import Outbox
from stressvision.edge.health.statistics import Statistics
from stressvision.vision.camera import play_at_once
from stressvision.vision.recognition.verdicts import judge_stills
from tests.integration.fake_ingest import FakeIngest

DEADLINE = 60.0
DEVICE = "cam-1"


class RunningDevice:
    """`python pi_simulator.py` in a folder of its own, with no terminal."""

    def __init__(self, folder: Path, ingest_url: str, *arguments: str) -> None:
        self.folder = folder
        environment = {
            **os.environ,
            "STRESSVISION_INGEST_URL": ingest_url,
            "STRESSVISION_PREVIEW_PORT": str(find_free_port()),
            "STRESSVISION_DETECTION_SECONDS": "0.5",
        }
        command = [
            sys.executable,
            str(PROJECT_ROOT / "pi_simulator.py"),
            "--device-id",
            DEVICE,
            "--headless",
            *arguments,
        ]
        with (folder / "output.txt").open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    @property
    def output(self) -> str:
        return (self.folder / "output.txt").read_text(encoding="utf-8")

    @property
    def heartbeat(self) -> Heartbeat | None:
        return read_heartbeat(self.folder / ".run", "edge")

    def wait_until(self, condition: Callable[[], bool]) -> None:
        limit = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < limit, self.output
            assert self.process.poll() is None, self.output
            threading.Event().wait(0.05)

    def stop(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ingest() -> Iterator[FakeIngest]:
    server = FakeIngest()
    yield server
    server.stop()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., RunningDevice]]:
    devices: list[RunningDevice] = []

    def start(ingest_url: str, *arguments: str) -> RunningDevice:
        devices.append(RunningDevice(tmp_path, ingest_url, *arguments))
        return devices[-1]

    yield start
    for device in devices:
        if device.process.poll() is None:
            device.process.kill()
            device.process.wait(DEADLINE)


def detail_of(device: RunningDevice) -> str:
    return device.heartbeat.detail if device.heartbeat else ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_device_reports_and_ends_its_session_on_signal(
    launch: Callable[..., RunningDevice], ingest: FakeIngest, number: int
) -> None:
    device = launch(ingest.url, "--source", "demo")
    device.wait_until(lambda: len(ingest.detections) >= 2 and len(ingest.health) >= 2)
    heartbeat = device.heartbeat
    code = device.stop(number)

    kinds = [kind for kind, _ in ingest.calls]
    (session,) = ingest.sessions.values()
    assert code == 0
    assert (kinds[0], kinds[-1], set(kinds[1:-1])) == ("start", "end", {"detection"})
    assert session["end"]["frames_processed"] > 0
    assert {item["session_id"] for item in ingest.detections.values()} == set(ingest.sessions)
    assert ingest.health[-1]["device_id"] == DEVICE
    assert abs(ingest.health[-1]["clock_ahead_seconds"]) < 5
    assert heartbeat is not None
    assert (heartbeat.pid, heartbeat.state) == (device.process.pid, "ready")
    assert device.heartbeat is None
    assert "Traceback" not in device.output


def test_recording_played_once_is_reported_and_ends_the_program(
    launch: Callable[..., RunningDevice], ingest: FakeIngest, tmp_path: Path
) -> None:
    stills = sorted((PROJECT_ROOT / "demo" / "enrol" / "EMP001").glob("*.jpg"))
    samples = [verdict.sample for verdict in judge_stills(path.read_bytes() for path in stills)]
    face = {
        "employee_id": 7,
        "employee_code": "EMP001",
        "embeddings": [sample.embedding.tolist() for sample in samples if sample],
    }
    ingest.gallery = {**ingest.gallery, "faces": [face]}
    cut_recording(tmp_path / "clip.mp4", seconds=6)

    device = launch(ingest.url, "--source", "clip.mp4", "--once", "--record-stats", "stats.jsonl")

    assert device.process.wait(DEADLINE) == 0
    recorded = (tmp_path / "stats.jsonl").read_text().splitlines()
    last = Statistics.model_validate_json(recorded[-1])
    assert last.ended
    assert last.frames_processed > 0
    assert (last.detections, last.waiting, last.refused) == (len(ingest.detections), 0, 0)
    assert 0 < last.named <= last.detections
    assert "EMP001" not in recorded[-1]
    named = [item for item in ingest.detections.values() if item["employee_id"] == 7]
    assert named
    assert {item["employee_id"] for item in ingest.detections.values()} == {7}
    assert any(item["emotion"] in ("neutral", "happy") for item in named)
    assert ingest.calls[-1][0] == "end"
    assert "embedding" not in device.output


def cut_recording(path: Path, seconds: float) -> None:
    """The beginning of the demo recording, in which Ana sits down alone."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 15, (640, 480))
    for shot in play_at_once(PROJECT_ROOT / "demo" / "turno.mp4", start=datetime.now(UTC)):
        if shot.elapsed >= seconds:
            break
        writer.write(shot.frame)
    writer.release()


def test_undelivered_detections_are_sent_after_restart(
    launch: Callable[..., RunningDevice], ingest: FakeIngest, tmp_path: Path
) -> None:
    offline = launch("http://127.0.0.1:1", "--source", "demo")
    offline.wait_until(lambda: "session started" in offline.output)
    code = offline.stop(signal.SIGTERM)
    waiting = Outbox(tmp_path / "edge_outbox.db").backlog().waiting
    online = launch(ingest.url, "--source", "demo")
    online.wait_until(lambda: len(ingest.sessions) == 2)
    online.stop(signal.SIGTERM)

    assert code == 0
    assert waiting >= 2
    assert [kind for kind, _ in ingest.calls if kind != "detection"] == ["start", "end", "start", "end"]


def test_session_of_a_killed_device_is_ended_at_the_next_start(
    launch: Callable[..., RunningDevice], ingest: FakeIngest
) -> None:
    killed = launch(ingest.url, "--source", "demo")
    killed.wait_until(lambda: len(ingest.detections) >= 1)
    killed.process.kill()
    killed.process.wait(DEADLINE)
    (session,) = ingest.sessions
    again = launch(ingest.url, "--source", "demo")
    again.wait_until(lambda: "end" in ingest.sessions[session])

    assert again.stop(signal.SIGTERM) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="a process's limits are set from outside on Linux alone")
def test_full_disk_stops_neither_the_device_nor_its_shutdown(
    launch: Callable[..., RunningDevice], ingest: FakeIngest
) -> None:
    import resource

    device = launch(ingest.url, "--source", "demo")
    device.wait_until(lambda: device.heartbeat is not None and len(ingest.detections) >= 1)
    # No file can grow: the error differs from that of a full disk, but SQLite handles both alike.
    _, hard = resource.prlimit(device.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(device.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    before = len(ingest.health)
    device.wait_until(lambda: len(ingest.health) >= before + 2 and ingest.health[-1]["outbox_depth"] >= 3)
    code = device.stop(signal.SIGTERM)

    assert code == 0
    assert device.heartbeat is None


def test_missing_camera_is_reported_and_the_device_keeps_running(
    launch: Callable[..., RunningDevice], ingest: FakeIngest
) -> None:
    device = launch(ingest.url, "--source", "missing.mp4")
    device.wait_until(lambda: detail_of(device).startswith("sin cámara") and bool(ingest.health))
    device.wait_until(lambda: ingest.health[-1]["state"] == "no_camera")

    assert "--demo" in detail_of(device)
    assert device.heartbeat is not None
    assert device.heartbeat.state == "no_camera"
    assert device.stop(signal.SIGTERM) == 0


def test_help_is_in_spanish() -> None:
    command = [sys.executable, str(PROJECT_ROOT / "pi_simulator.py"), "--help"]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=True).stdout

    assert "muestra esta ayuda" in shown
    assert all(option in shown for option in ("--source", "--device-id", "--headless", "--demo"))


def test_invalid_device_name_is_refused_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, str(PROJECT_ROOT / "pi_simulator.py"), "--device-id", "no sirve"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False, cwd=tmp_path)

    assert run.returncode == 2
    assert "STRESSVISION_DEVICE_ID" in run.stderr
    assert "Traceback" not in run.stderr


def test_camera_password_is_neither_logged_nor_reported(
    launch: Callable[..., RunningDevice], ingest: FakeIngest
) -> None:
    address = f"http://admin:s3cret@127.0.0.1:{find_free_port()}/video?token=s3cret"
    device = launch(ingest.url, "--source", address, "--record-stats", "stats.jsonl")
    device.wait_until(lambda: bool(ingest.health) and ingest.health[-1]["state"] == "no_camera")
    detail = detail_of(device)
    code = device.stop(signal.SIGTERM)
    written = [path for path in device.folder.rglob("*") if path.is_file()]

    assert code == 0
    assert "127.0.0.1" in detail
    assert {"output.txt", "stats.jsonl", "edge_outbox.db"} <= {path.name for path in written}
    assert all(b"s3cret" not in path.read_bytes() for path in written)
    assert "s3cret" not in str([*ingest.health, *ingest.sessions.values()])
    assert "s3cret" not in detail


@pytest.mark.parametrize("content", [b"", b"\0" * 4000], ids=["empty", "no video"])
def test_damaged_recording_played_once_ends_with_a_sentence(
    launch: Callable[..., RunningDevice], ingest: FakeIngest, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "clip.mp4").write_bytes(content)
    device = launch(ingest.url, "--source", "clip.mp4", "--once")

    assert device.process.wait(DEADLINE) == 2
    assert "clip.mp4 está dañado" in device.output
    assert "Traceback" not in device.output


class StallingCamera:
    """An MJPEG camera over HTTP that sends some pictures and then nothing more on the open connection."""

    PICTURES = 10

    def __init__(self) -> None:
        self.stalled = threading.Event()
        self.over = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                chance = np.random.default_rng(1)
                for _ in range(camera.PICTURES):
                    _, jpeg = cv2.imencode(".jpg", chance.integers(0, 255, (240, 320, 3), np.uint8))
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.size}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg.tobytes() + b"\r\n")
                camera.stalled.set()
                camera.over.wait(DEADLINE)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Do not log requests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/video"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def test_device_stopped_during_a_stalled_stream_exits_in_order(
    launch: Callable[..., RunningDevice], ingest: FakeIngest
) -> None:
    camera = StallingCamera()
    device = launch(ingest.url, "--source", camera.url)
    device.wait_until(camera.stalled.is_set)
    device.wait_until(lambda: device.heartbeat is not None)
    code = device.stop(signal.SIGTERM)
    camera.stop()

    assert code == 0
    assert "terminate called" not in device.output
    assert "session ended" in device.output


def test_pause_closes_the_camera_and_its_end_opens_it(launch: Callable[..., RunningDevice], ingest: FakeIngest) -> None:
    device = launch(ingest.url, "--source", "demo")
    device.wait_until(lambda: bool(ingest.health) and ingest.health[-1]["state"] == "watching")
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    ingest.camera = {"time_zone": "America/Lima", "paused_until": until, "pause_reason": "Visita sindical"}
    device.wait_until(lambda: ingest.health[-1]["state"] == "paused")
    frames = ingest.health[-1]["frames_processed"]
    assert "Visita sindical" in ingest.health[-1]["detail"]
    assert device.heartbeat is not None
    assert device.heartbeat.state == "ready"

    reports = len(ingest.health)
    device.wait_until(lambda: len(ingest.health) >= reports + 2)
    assert ingest.health[-1]["frames_processed"] == frames

    ingest.camera = {"time_zone": "America/Lima"}
    device.wait_until(
        lambda: ingest.health[-1]["state"] == "watching" and ingest.health[-1]["frames_processed"] > frames
    )


def test_masked_picture_has_no_faces(launch: Callable[..., RunningDevice], ingest: FakeIngest, tmp_path: Path) -> None:
    cut_recording(tmp_path / "clip.mp4", seconds=6)
    ingest.camera = {"time_zone": "America/Lima", "masks": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
    device = launch(ingest.url, "--source", "clip.mp4", "--once")
    assert device.process.wait(DEADLINE) == 0
    assert ingest.health[-1]["frames_processed"] > 0
    assert not ingest.detections
