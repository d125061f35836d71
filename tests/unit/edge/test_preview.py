import http.client
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
import pytest

from stressvision.domain.emotions import Emotion
from stressvision.edge.capture.person import PersonState
from stressvision.edge.capture.pipeline import Mark
from stressvision.edge.delivery.client import ServerStatus
from stressvision.edge.preview.access import TICKET_SECONDS, PreviewAccess
from stressvision.edge.preview.drawing import describe, draw
from stressvision.edge.preview.server import FrameBoard, PreviewServer, start_preview
from stressvision.vision.networks import Frame
from stressvision.vision.recognition.identity import Standing
from tests.faces import make_face, make_frame

DEADLINE = 10


class Studio:
    """A preview server on a free port, and a camera that publishes frames until the test ends."""

    def __init__(self) -> None:
        self.board = FrameBoard()
        self.rendered = 0
        self.server = PreviewServer(self.board, free_port(), lambda: '{"state": "watching"}')
        self._over = threading.Event()
        self._camera = threading.Thread(target=self._film)
        self._camera.start()

    def _film(self) -> None:
        while not self._over.wait(0.01):
            self.board.publish(self._render)

    def _render(self) -> Frame:
        self.rendered += 1
        return make_frame()

    def ask(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=DEADLINE)
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.headers), body

    def close(self) -> None:
        self._over.set()
        self._camera.join()
        self.board.close()
        self.server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def studio() -> Iterator[Studio]:
    studio = Studio()
    yield studio
    studio.close()


def test_frame_is_served_with_no_store(studio: Studio) -> None:
    status, headers, body = studio.ask("/frame.jpg")

    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    picture = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (480, 640, 3)


def test_frames_are_rendered_only_with_a_viewer(studio: Studio) -> None:
    before = studio.rendered
    studio.ask("/health")

    assert (before, studio.rendered) == (0, 0)
    studio.ask("/frame.jpg")
    assert studio.rendered > 0


@pytest.mark.parametrize("path", ["/stream.mjpg", "/"])
def test_stream_continues(studio: Studio, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", studio.server.port, timeout=DEADLINE)
    connection.request("GET", path)
    answer = connection.getresponse()
    pictures = [read_part(answer) for _ in range(3)]
    connection.close()

    assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace")
    assert all(picture.startswith(b"\xff\xd8") for picture in pictures)


def read_part(answer: http.client.HTTPResponse) -> bytes:
    lines: list[bytes] = []
    while (line := answer.readline().strip()) or not lines:
        lines.append(line)
    length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length"))
    return answer.read(length)


def test_health_is_served(studio: Studio) -> None:
    assert studio.ask("/health")[2] == b'{"state": "watching"}'


def test_unknown_path_is_not_found(studio: Studio) -> None:
    assert studio.ask("/etc/passwd")[0] == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Referer": "http://elsewhere.example/page"},
        {"Origin": "https://elsewhere.example"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
def test_pages_of_other_sites_are_refused(studio: Studio, headers: dict[str, str]) -> None:
    status, _, body = studio.ask("/frame.jpg", **headers)

    assert status == 403
    assert not body.startswith(b"\xff\xd8")


@pytest.mark.parametrize("page", ["http://localhost:8501/", "http://127.0.0.1:8501/"])
def test_local_dashboard_may_embed_the_frame(studio: Studio, page: str) -> None:
    status, headers, _ = studio.ask("/frame.jpg", Host="localhost:8502", Referer=page, Sec_Fetch_Site="cross-site")

    assert status == 200
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_malformed_address_is_answered(studio: Studio) -> None:
    with socket.create_connection(("127.0.0.1", studio.server.port), DEADLINE) as link:
        link.sendall(b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert link.recv(100).split()[1] == b"400"


def test_busy_port_disables_the_preview(studio: Studio) -> None:
    assert start_preview(FrameBoard(), studio.server.port, lambda: "{}") is None


def mark(standing: Standing, code: str | None = None, state: PersonState | None = None) -> Mark:
    return Mark(make_face(320, 240), standing, code, state or PersonState())


def test_label_shows_code_and_expression_compatible_with_stress() -> None:
    stressed = mark(Standing.NAMED, "EMP002", PersonState(Emotion.STRESS, 0.81))

    assert describe(stressed, "es") == ["EMP002", "expresión compatible con estrés 81 %"]
    assert describe(stressed, "en") == ["EMP002", "expression compatible with stress 81 %"]
    assert describe(mark(Standing.UNKNOWN), "es") == ["desconocido"]
    assert describe(mark(Standing.COLLECTING), "es") == ["identificando…"]


def test_what_may_be_a_photograph_is_said() -> None:
    held_up = replace(mark(Standing.NAMED, "EMP001"), photograph=True)

    assert describe(held_up, "es") == ["EMP001", "¿una fotografía?"]


def test_drawing_leaves_the_picture_itself_alone() -> None:
    frame = make_frame()
    drawn = draw(frame, [mark(Standing.NAMED, "EMP001", PersonState(Emotion.SAD, 0.5))], "es")

    assert (frame == 128).all()
    assert drawn.shape == frame.shape
    assert (drawn != frame).any()


def test_a_face_at_the_edge_is_drawn_within_the_picture() -> None:
    edge = Mark(make_face(620, 470), Standing.NAMED, "EMP001", PersonState(Emotion.STRESS, 0.9))

    assert draw(make_frame(), [edge], "es").shape == (480, 640, 3)


def ask(port: int, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("path", ["/", "/stream.mjpg", "/frame.jpg", "/health", "/stream.mjpg?ticket=", "/nothing"])
def test_preview_requires_a_ticket_or_the_token_once_there_are_accounts(path: str) -> None:
    access = PreviewAccess("sv_1_secret")
    server = PreviewServer(FrameBoard(), free_port(), lambda: "{}", access)
    refused = [ask(server.port, path), ask(server.port, path, Authorization="Bearer other")]
    with_ticket = ask(server.port, f"/health?ticket={access.ticket()}")
    with_token = ask(server.port, "/health", Authorization="Bearer sv_1_secret")
    url = server.url
    server.stop()

    assert refused == [401, 401]
    assert (with_ticket, with_token) == (200, 200)
    assert url.endswith(f"?ticket={access.ticket()}")


def test_ticket_expires() -> None:
    now = 0.0
    access = PreviewAccess("sv_1_secret", monotonic=lambda: now)
    first = access.ticket()
    now += TICKET_SECONDS
    second = access.ticket()
    overlap = access.allows(first, "")
    now += TICKET_SECONDS

    assert first != second
    assert overlap
    assert access.allows(second, "")
    assert not access.allows(first, "")


def test_device_without_a_token_that_the_server_rejects_restricts_its_preview_for_good() -> None:
    status = ServerStatus()
    access = PreviewAccess("", status)
    before = access.allows("", "")
    status.accepts_token = False
    rejected = access.allows("", "")
    status.accepts_token = True

    assert before
    assert not rejected
    assert not access.allows("", "")
    assert not access.allows("", "Bearer ")
