"""The live picture, on this machine only and never on disk: MJPEG over loopback."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import cv2
import structlog

from stressvision.core.config import LOOPBACK_HOSTS
from stressvision.core.errors import ConfigurationError
from stressvision.core.ports import require_free_port
from stressvision.vision.networks import Frame

BOUNDARY = "stressvision-frame"
FRAME_WAIT_SECONDS = 2.0
IDLE_WAITS = 5
STALLED_SECONDS = 10.0
"""A watcher that takes nothing for this long is dropped."""
JPEG_QUALITY = 80
MOST_WATCHERS = 8
POLL_SECONDS = 0.1

log = structlog.get_logger()


class Board:
    """The newest picture, for whoever watches: drawn and encoded only while somebody does, and once for all."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._watchers = 0
        self._number = 0
        self._jpeg = b""
        self._closed = False

    def show(self, render: Callable[[], Frame]) -> None:
        """Offers a picture; `render` is called only where somebody watches."""
        with self._change:
            if not self._watchers:
                return
        encoded, jpeg = cv2.imencode(".jpg", render(), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if encoded:
            with self._change:
                self._jpeg, self._number = jpeg.tobytes(), self._number + 1
                self._change.notify_all()

    @contextmanager
    def watch(self) -> Iterator[Callable[[], bytes | None]]:
        """Gives a function that waits for the next picture; None where none comes for a while, or no more will."""
        with self._change:
            self._watchers += 1
            seen = self._number

        def next_picture() -> bytes | None:
            nonlocal seen
            with self._change:
                came = self._change.wait_for(lambda: self._number > seen or self._closed, FRAME_WAIT_SECONDS)
                seen = self._number
                return self._jpeg if came and not self._closed else None

        try:
            yield next_picture
        finally:
            with self._change:
                self._watchers -= 1
                if not self._watchers:
                    self._jpeg = b""

    @property
    def watchers(self) -> int:
        return self._watchers

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()


class PreviewServer:
    """Serves a Board at /stream.mjpg and /frame.jpg, and what `health` says at /health, to this machine only.

    The stream is at / too: that is the address which the launcher and the doctor tell people.
    """

    def __init__(self, board: Board, port: int, health: Callable[[], str]) -> None:
        """`health` returns JSON. Raises ConfigurationError where the port is taken."""
        require_free_port("127.0.0.1", port, "STRESSVISION_PREVIEW_PORT")
        handler = type("Handler", (_Handler,), {"board": board, "health": staticmethod(health)})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="preview", daemon=True
        )
        self._thread.start()
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/stream.mjpg"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def start_preview(board: Board, port: int, health: Callable[[], str]) -> PreviewServer | None:
    """The preview, or None where its port is taken: watching goes on without it."""
    try:
        return PreviewServer(board, port, health)
    except ConfigurationError as error:
        log.warning("no preview", reason=error.message.en)
        return None


class _Handler(BaseHTTPRequestHandler):
    timeout = STALLED_SECONDS
    board: Board
    health: Callable[[], str]

    def do_GET(self) -> None:
        if not self._comes_from_here():
            self._answer(HTTPStatus.FORBIDDEN, "application/json", json.dumps({"detail": "loopback only"}).encode())
            return
        match urlsplit(self.path).path:
            case "/" | "/stream.mjpg":
                self._stream()
            case "/frame.jpg":
                self._frame()
            case "/health":
                self._answer(HTTPStatus.OK, "application/json", self.health().encode())
            case _:
                self._answer(HTTPStatus.NOT_FOUND, "application/json", json.dumps({"detail": "not found"}).encode())

    def _comes_from_here(self) -> bool:
        """Whether a page or program of this machine asks: neither a rebound name nor a page of another site.

        The dashboard may have been opened as localhost or 127.0.0.1, which browsers hold to be two sites.
        """
        asked = urlsplit("//" + self.headers.get("Host", "")).hostname
        asking = self.headers.get("Referer") or self.headers.get("Origin")
        foreign = self.headers.get("Sec-Fetch-Site") == "cross-site"
        if asking:
            foreign = urlsplit(asking).hostname not in LOOPBACK_HOSTS
        return asked in LOOPBACK_HOSTS and not foreign

    def _stream(self) -> None:
        if self.board.watchers >= MOST_WATCHERS:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"detail": "too many watchers"}')
            return
        self.send_response(HTTPStatus.OK)
        self._send_headers(f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        try:
            with self.board.watch() as next_picture:
                # A camera that shows nothing for a while ends the stream: who has gone away shows only on writing.
                idle = 0
                while not self.board.closed and idle < IDLE_WAITS:
                    jpeg = next_picture()
                    idle = idle + 1 if jpeg is None else 0
                    if jpeg is not None:
                        self.wfile.write(_part(jpeg))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _frame(self) -> None:
        with self.board.watch() as next_picture:
            jpeg = next_picture()
        if jpeg is None:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"detail": "no picture"}')
        else:
            self._answer(HTTPStatus.OK, "image/jpeg", jpeg)

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self._send_headers(kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_headers(self, kind: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Cross-Origin-Resource-Policy", "cross-origin")
        self.send_header("X-Content-Type-Options", "nosniff")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent: every frame would be a line."""


def _part(jpeg: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"
