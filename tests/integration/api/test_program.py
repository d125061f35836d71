"""`python backend_api.py` as a process: start, refusal to start, stop."""

import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from stressvision.core.config import Settings
from stressvision.services.context import open_context
from stressvision.services.detections.batches import store_batch
from tests.integration.api.test_socket import narrow_socket
from tests.programs.running import Program, answers, free_port, program, wait_until

STOP_SECONDS = 3.0


def run_to_the_end(folder: Path, *arguments: str, **settings: str) -> tuple[int, str]:
    with program("backend_api.py", *arguments, folder=folder, settings=settings) as started:
        return started.wait(), started.output


def start(stack: ExitStack, folder: Path, port: int, *arguments: str, **settings: str) -> Program:
    started = stack.enter_context(program("backend_api.py", *arguments, folder=folder, settings=settings))
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/ready"), "the backend is ready")
    return started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_backend_with_connected_clients(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with ExitStack() as stack:
        backend = start(stack, tmp_path, port, "--port", str(port))
        clients = [stack.enter_context(connect(f"ws://127.0.0.1:{port}/ws")) for _ in range(5)]
        asked = time.monotonic()
        code = backend.stop(number)
        took = time.monotonic() - asked
        closed = [close_code(client) for client in clients]
        output = backend.output
    assert code == 0
    assert took < STOP_SECONDS
    assert closed == [1012] * 5
    assert "Traceback" not in output


def close_code(client: ClientConnection) -> int | None:
    try:
        while True:
            client.recv(timeout=10)
    except ConnectionClosed:
        return client.close_code


def test_client_that_does_not_read_does_not_delay_stop(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as stack:
        backend = start(stack, tmp_path, port, "--port", str(port))
        url = f"http://127.0.0.1:{port}"
        stuck = stack.enter_context(narrow_socket(port))
        stuck.sendall(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        wait_until(lambda: metric(url, "websocket_clients") == 1, "it is connected")
        context = open_context(Settings(database_url=f"sqlite:///{tmp_path}/gloria_stress_system.db"))
        detection = {"device_id": "cam-1", "timestamp": "2026-11-22T15:00:00Z"}
        for _ in range(8):
            store_batch(context, [detection] * 500, "es")
        context.database.close()
        wait_until(lambda: metric(url, "websocket_dropped_total") == 1, "it is given up")
        asked = time.monotonic()
        code = backend.stop()
        took = time.monotonic() - asked
        output = backend.output
    assert code == 0
    assert took < STOP_SECONDS
    assert "Traceback" not in output


def metric(url: str, name: str) -> float:
    lines = requests.get(f"{url}/metrics", timeout=5).text.splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"stressvision_{name} "))


def test_busy_port_is_reported_with_its_process(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, output = run_to_the_end(tmp_path, "--port", str(port))
    assert code == 2
    assert f"El puerto {port} está ocupado" in output
    assert "python" in output
    assert "Traceback" not in output


@pytest.mark.parametrize("content", [b"this is not a database at all" * 100, None], ids=["no database", "no folder"])
def test_unreadable_database_is_reported_without_traceback(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x" / "broken.db"
    if content is not None:
        file.parent.mkdir()
        file.write_bytes(content)
    url = f"sqlite:///{file}"
    code, output = run_to_the_end(tmp_path, "--port", str(free_port()), STRESSVISION_DATABASE_URL=url)
    assert code == 2
    assert str(file) in output
    assert "Traceback" not in output


def test_invalid_setting_is_reported_without_traceback(tmp_path: Path) -> None:
    code, output = run_to_the_end(tmp_path, "--port", "99999")
    assert code == 2
    assert "STRESSVISION_API_PORT" in output
    assert "Traceback" not in output


def test_help_needs_no_database(tmp_path: Path) -> None:
    code, output = run_to_the_end(tmp_path, "--help")
    assert code == 0
    assert "--port" in output
    assert not (tmp_path / "gloria_stress_system.db").exists()


def test_port_is_read_from_settings(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as stack:
        start(stack, tmp_path, port, STRESSVISION_API_PORT=str(port))
        assert requests.get(f"http://localhost:{port}/", timeout=5).json()["docs"].endswith(f":{port}/api/docs")
