"""Sentences for network cameras that cannot be opened."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from stressvision.vision import network_camera
from stressvision.vision.network_camera import find_reason


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], int]]:
    """Start a server that answers each connection with the same bytes, or with silence."""
    listeners: list[socket.socket] = []
    open_connections: list[socket.socket] = []

    def start(answer: bytes) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def run() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                open_connections.append(connection)
                connection.recv(4096)
                connection.sendall(answer)

        threading.Thread(target=run, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    for used in [*listeners, *open_connections]:
        used.close()


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (b"401 Unauthorized", network_camera.WRONG_CREDENTIALS),
        (b"403 Forbidden", network_camera.FORBIDDEN),
        (b"404 Not Found", network_camera.NO_SUCH_PATH),
        (b"200 OK", None),
    ],
)
def test_status_has_a_sentence_of_its_own(
    serve: Callable[[bytes], int], scheme: str, status: bytes, expected: object
) -> None:
    protocol = b"RTSP/1.0 " if scheme == "rtsp" else b"HTTP/1.1 "
    port = serve(protocol + status + b"\r\n\r\n")

    assert find_reason(f"{scheme}://ana:s3cret@127.0.0.1:{port}/live") == expected


def test_silence_has_a_sentence_of_its_own(serve: Callable[[bytes], int]) -> None:
    assert find_reason(f"rtsp://127.0.0.1:{serve(b'')}/live", timeout=0.2) == network_camera.SILENT


def test_refused_connection_has_a_sentence_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert find_reason(f"http://127.0.0.1:{port}/live") == network_camera.REFUSED


@pytest.mark.parametrize("address", ["rtsp://cam:port/", "udp://cam:5000", "rtsp:///x", "http://[::1/x"])
def test_other_addresses_are_not_asked(address: str) -> None:
    assert find_reason(address) is None


def test_sentences_differ() -> None:
    sentences = [
        network_camera.UNKNOWN_HOST,
        network_camera.UNREACHABLE,
        network_camera.REFUSED,
        network_camera.SILENT,
        network_camera.WRONG_CREDENTIALS,
        network_camera.FORBIDDEN,
        network_camera.NO_SUCH_PATH,
    ]
    assert len({sentence.es for sentence in sentences}) == len(sentences)
