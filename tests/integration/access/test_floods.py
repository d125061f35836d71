"""50 attackers' connections of each kind beside an honest device and a doctor: both are served within two seconds."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from stressvision.http.connection_limits import HEAD_BYTES
from tests.programs.running import Program, answers, free_port, wait_until

ATTACKERS = 50
SERVED_SECONDS = 2.0
_HEAD = b"POST /detections HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def hold_idle(link: socket.socket) -> None:
    """Send nothing."""


def hold_slow_head(link: socket.socket) -> None:
    link.sendall(_HEAD)


def hold_slow_body(link: socket.socket) -> None:
    link.sendall(_HEAD + b"Content-Length: 500000\r\n\r\n{")


def hold_huge_head(link: socket.socket) -> None:
    piece = b"X-Padding: " + b"a" * 1000 + b"\r\n"
    push(link, _HEAD + piece * 2000)


def hold_huge_body(link: socket.socket) -> None:
    chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
    push(link, _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 40)


def push(link: socket.socket, data: bytes) -> None:
    """Send as much as the server takes within a moment; it may close the connection."""
    link.settimeout(0.2)
    try:
        link.sendall(data)
    except OSError:
        return


KINDS: dict[str, Callable[[socket.socket], None]] = {
    "idle": hold_idle,
    "slow header": hold_slow_head,
    "slow body": hold_slow_body,
    "huge header": hold_huge_head,
    "huge body": hold_huge_body,
}


class Servers:
    """Ingest and backend over one database."""

    def __init__(self, folder: Path) -> None:
        self.ingest, self.backend = free_port(), free_port()
        settings = {"STRESSVISION_INGEST_PORT": str(self.ingest), "STRESSVISION_API_PORT": str(self.backend)}
        self.programs = [
            Program(script, folder=folder, settings=settings) for script in ("server_simulator.py", "backend_api.py")
        ]
        for port in (self.ingest, self.backend):
            wait_until(lambda port=port: answers(f"http://127.0.0.1:{port}/health"), "the server to answer")  # type: ignore[misc]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    started = Servers(tmp_path_factory.mktemp("servers"))
    yield started
    for running in started.programs:
        running.close()


@contextmanager
def attacked(port: int, attack: Callable[[socket.socket], None], count: int = ATTACKERS) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(count):
            attack(stack.enter_context(socket.create_connection(("127.0.0.1", port), 5)))
        yield


def seconds_to(ask: Callable[[], requests.Response]) -> float:
    started = time.monotonic()
    assert ask().status_code == 200
    return time.monotonic() - started


def serve_both(servers: Servers) -> float:
    """Return the longer time in which a device's detection and a doctor's list are answered."""
    detection = {"device_id": "pi-1", "timestamp": datetime.now(UTC).isoformat()}
    device = seconds_to(
        lambda: requests.post(f"http://127.0.0.1:{servers.ingest}/detections", json=detection, timeout=10)
    )
    doctor = seconds_to(lambda: requests.get(f"http://127.0.0.1:{servers.backend}/api/alerts", timeout=10))
    return max(device, doctor)


@pytest.mark.parametrize("kind", KINDS)
def test_device_and_doctor_are_served_beside_attackers(servers: Servers, kind: str) -> None:
    with attacked(servers.ingest, KINDS[kind]), attacked(servers.backend, KINDS[kind]):
        assert serve_both(servers) < SERVED_SECONDS


def test_hundreds_of_idle_connections_do_not_silence_a_server(servers: Servers) -> None:
    with attacked(servers.ingest, hold_idle, 300), attacked(servers.backend, hold_idle, 300):
        assert serve_both(servers) < SERVED_SECONDS


@pytest.mark.parametrize("server", ["ingest", "backend"])
def test_headers_beyond_the_limit_are_refused(servers: Servers, server: str) -> None:
    address = f"http://127.0.0.1:{getattr(servers, server)}/health"
    assert requests.get(address, headers={"X-Padding": "a" * 8000}, timeout=5).status_code == 200
    refused = requests.get(address, headers={f"X-{n}": "a" * 8000 for n in range(HEAD_BYTES // 8000 + 1)}, timeout=5)
    assert refused.status_code in {400, 431}
    assert answers(address)


@pytest.mark.parametrize("server", ["ingest", "backend"])
def test_malformed_host_is_refused_without_a_failure(servers: Servers, server: str) -> None:
    for host in (b"[", b"[::1", b"a]b", b"\xff"):
        with socket.create_connection(("127.0.0.1", getattr(servers, server)), 5) as link:
            link.sendall(b"GET /stats HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
            assert link.recv(100).split()[1] in {b"400", b"403"}
    assert all("Traceback" not in running.output for running in servers.programs)
