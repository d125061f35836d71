"""50 attackers' connections of each kind beside an honest device and a doctor: both are served within two seconds."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from stressvision.http.connection_limits import HEAD_BYTES
from stressvision.http.request_policy import HSTS
from tests.certificates import write_certificate
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


def half_open(link: socket.socket) -> None:
    """Begin a TLS handshake and leave it there: the header of a record of 512 bytes, and its first byte."""
    link.sendall(b"\x16\x03\x01\x02\x00\x01")


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
    """Ingest and backend over one database, with or without a certificate."""

    def __init__(self, folder: Path, *, is_encrypted: bool) -> None:
        self.ingest, self.backend = free_port(), free_port()
        settings = {"STRESSVISION_INGEST_PORT": str(self.ingest), "STRESSVISION_API_PORT": str(self.backend)}
        self.trusted: Path | None = None
        if is_encrypted:
            self.trusted, key = write_certificate(folder, "localhost")
            settings |= {"STRESSVISION_TLS_CERTIFICATE": str(self.trusted), "STRESSVISION_TLS_KEY": str(key)}
        self.programs = [
            Program(script, folder=folder, settings=settings) for script in ("server_simulator.py", "backend_api.py")
        ]
        try:
            wait_until(lambda: self.answers(self.ingest) and self.answers(self.backend), "the servers to answer")
        except AssertionError:
            self.close()
            raise

    def url(self, port: int, path: str) -> str:
        return f"{'https' if self.trusted else 'http'}://localhost:{port}{path}"

    def get(self, port: int, path: str, *, timeout: float = 10) -> requests.Response:
        return requests.get(self.url(port, path), timeout=timeout, verify=str(self.trusted or "") or True)

    def post(self, port: int, path: str, body: object) -> requests.Response:
        return requests.post(self.url(port, path), json=body, timeout=10, verify=str(self.trusted or "") or True)

    def answers(self, port: int) -> bool:
        try:
            return self.get(port, "/health", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def connect(self, port: int, *, handshake: bool = True) -> socket.socket:
        """Open a connection, with its TLS handshake where there is a certificate."""
        link = socket.create_connection(("127.0.0.1", port), 5)
        if not self.trusted or not handshake:
            return link
        return ssl.create_default_context(cafile=str(self.trusted)).wrap_socket(link, server_hostname="localhost")

    def close(self) -> None:
        for running in self.programs:
            running.close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    started = Servers(tmp_path_factory.mktemp("servers"), is_encrypted=False)
    yield started
    started.close()


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    started = Servers(tmp_path_factory.mktemp("encrypted"), is_encrypted=True)
    yield started
    started.close()


@contextmanager
def attacked(servers: Servers, attack: Callable[[socket.socket], None], count: int = ATTACKERS) -> Iterator[None]:
    """Hold `count` connections of the attack to each server."""
    handshake = attack is not half_open
    with ExitStack() as stack:
        for port in (servers.ingest, servers.backend):
            for _ in range(count):
                attack(stack.enter_context(servers.connect(port, handshake=handshake)))
        yield


def seconds_to(ask: Callable[[], requests.Response]) -> float:
    started = time.monotonic()
    assert ask().status_code == 200
    return time.monotonic() - started


def serve_both(servers: Servers) -> float:
    """Return the longer time in which a device's detection and a doctor's list are answered on new connections."""
    detection = {"device_id": "pi-1", "timestamp": datetime.now(UTC).isoformat()}
    device = seconds_to(lambda: servers.post(servers.ingest, "/detections", detection))
    doctor = seconds_to(lambda: servers.get(servers.backend, "/api/alerts"))
    return max(device, doctor)


@pytest.mark.parametrize("kind", KINDS)
def test_device_and_doctor_are_served_beside_attackers(servers: Servers, kind: str) -> None:
    with attacked(servers, KINDS[kind]):
        assert serve_both(servers) < SERVED_SECONDS


@pytest.mark.parametrize("kind", [*KINDS, "TLS half-open"])
def test_device_and_doctor_are_served_beside_attackers_with_encryption(encrypted: Servers, kind: str) -> None:
    with attacked(encrypted, KINDS.get(kind, half_open)):
        assert serve_both(encrypted) < SERVED_SECONDS


def test_hundreds_of_idle_connections_do_not_silence_a_server(servers: Servers) -> None:
    with attacked(servers, hold_idle, 300):
        assert serve_both(servers) < SERVED_SECONDS


def test_hundreds_of_half_open_handshakes_do_not_silence_a_server(encrypted: Servers) -> None:
    with attacked(encrypted, half_open, 300):
        assert serve_both(encrypted) < SERVED_SECONDS


def test_answers_of_servers_with_their_own_certificate_demand_encryption(encrypted: Servers) -> None:
    for port in (encrypted.ingest, encrypted.backend):
        answer = encrypted.get(port, "/health")
        assert answer.headers["Strict-Transport-Security"] == HSTS


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


def test_encrypted_ingest_has_no_socket(encrypted: Servers) -> None:
    """An upgrade reached the bridge to Flask, which is for requests alone, and failed there."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    address = encrypted.url(encrypted.ingest, "/health")
    answer = requests.get(address, headers=upgrade, timeout=10, verify=str(encrypted.trusted))
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
