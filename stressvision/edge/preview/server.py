"""MJPEG preview server, on the loopback interface only. Frames are never written to disk."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import cv2
import structlog

from stressvision.core.config import LOOPBACK_HOSTS
from stressvision.core.errors import ConfigurationError
from stressvision.core.ports import require_free_port
from stressvision.edge.preview.access import PreviewAccess
from stressvision.vision.networks import Frame

BOUNDARY = "stressvision-frame"
FRAME_WAIT_SECONDS = 2.0
IDLE_WAITS = 5
STALLED_SECONDS = 10.0
"""A viewer that reads nothing for this long is disconnected."""
JPEG_QUALITY = 80
MAX_VIEWERS = 8
POLL_SECONDS = 0.1

log = structlog.get_logger()


class FrameBoard:
    """The newest frame for all viewers: drawn and encoded once, and only while there are viewers."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._viewers = 0
        self._number = 0
        self._jpeg = b""
        self._closed = False

    def publish(self, render: Callable[[], Frame]) -> None:
        """Publish a frame; `render` is called only if there are viewers."""
        with self._change:
            if not self._viewers:
                return
        encoded, jpeg = cv2.imencode(".jpg", render(), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if encoded:
            with self._change:
                self._jpeg, self._number = jpeg.tobytes(), self._number + 1
                self._change.notify_all()

    @contextmanager
    def subscribe(self) -> Iterator[Callable[[], bytes | None]]:
        """Yield a function that waits for the next JPEG.

        It returns None if there is none within FRAME_WAIT_SECONDS, or if the board is closed.
        """
        with self._change:
            self._viewers += 1
            seen = self._number

        def next_jpeg() -> bytes | None:
            nonlocal seen
            with self._change:
                arrived = self._change.wait_for(lambda: self._number > seen or self._closed, FRAME_WAIT_SECONDS)
                seen = self._number
                return self._jpeg if arrived and not self._closed else None

        try:
            yield next_jpeg
        finally:
            with self._change:
                self._viewers -= 1
                if not self._viewers:
                    self._jpeg = b""

    @property
    def viewers(self) -> int:
        """Number of connected viewers."""
        return self._viewers

    @property
    def closed(self) -> bool:
        """Whether the board has been closed."""
        return self._closed

    def close(self) -> None:
        """Disconnect the viewers."""
        with self._change:
            self._closed = True
            self._change.notify_all()


class PreviewServer:
    """Serves a FrameBoard at /stream.mjpg and /frame.jpg and the health report at /health, on loopback only.

    The stream is also at /, the address that the launcher and the doctor show.
    """

    def __init__(
        self, board: FrameBoard, port: int, health: Callable[[], str], access: PreviewAccess | None = None
    ) -> None:
        """Start the server. `health` returns JSON. `access` None: everyone on this machine may see it.

        Raises:
            ConfigurationError: If the port is in use.
        """
        require_free_port("127.0.0.1", port, "STRESSVISION_PREVIEW_PORT")
        self._access = access or PreviewAccess("")
        handler = type("Handler", (_Handler,), {"board": board, "health": staticmethod(health), "access": self._access})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="preview", daemon=True
        )
        self._thread.start()
        self.port = self._server.server_address[1]

    @property
    def url(self) -> str:
        """Address of the stream, with a ticket that expires where one is required."""
        ticket = f"?ticket={self._access.ticket()}" if self._access.is_restricted else ""
        return f"http://localhost:{self.port}/stream.mjpg{ticket}"

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()


def start_preview(
    board: FrameBoard, port: int, health: Callable[[], str], access: PreviewAccess | None = None
) -> PreviewServer | None:
    """Start the preview; return None if its port is in use: the device runs without a preview then."""
    try:
        return PreviewServer(board, port, health, access)
    except ConfigurationError as error:
        log.warning("preview not started", reason=error.message.en)
        return None


class _Handler(BaseHTTPRequestHandler):
    timeout = STALLED_SECONDS
    board: FrameBoard
    health: Callable[[], str]
    access: PreviewAccess

    def do_GET(self) -> None:
        if not self._is_local():
            self._respond(HTTPStatus.FORBIDDEN, "application/json", json.dumps({"detail": "loopback only"}).encode())
            return
        try:
            address = urlsplit(self.path)
        except ValueError:
            self._respond(HTTPStatus.BAD_REQUEST, "application/json", json.dumps({"detail": "bad address"}).encode())
            return
        ticket = parse_qs(address.query).get("ticket", [""])[0]
        if not self.access.allows(ticket, self.headers.get("Authorization", "")):
            detail = "open the live camera page of the dashboard, or send this device's token"
            self._respond(HTTPStatus.UNAUTHORIZED, "application/json", json.dumps({"detail": detail}).encode())
            return
        match address.path:
            case "/" | "/stream.mjpg":
                self._stream()
            case "/frame.jpg":
                self._frame()
            case "/health":
                self._respond(HTTPStatus.OK, "application/json", self.health().encode())
            case _:
                self._respond(HTTPStatus.NOT_FOUND, "application/json", json.dumps({"detail": "not found"}).encode())

    def _is_local(self) -> bool:
        """Check Host, Referer, Origin and Sec-Fetch-Site: no DNS rebinding, no page of another site.

        The dashboard may have been opened as localhost or as 127.0.0.1, which browsers treat as two sites.
        """
        host = _host_name("//" + self.headers.get("Host", ""))
        referrer = self.headers.get("Referer") or self.headers.get("Origin")
        foreign = self.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin", "same-site"}
        if referrer:
            foreign = _host_name(referrer) not in LOOPBACK_HOSTS
        return host in LOOPBACK_HOSTS and not foreign

    def _stream(self) -> None:
        if self.board.viewers >= MAX_VIEWERS:
            self._respond(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"detail": "too many viewers"}')
            return
        self.send_response(HTTPStatus.OK)
        self._send_headers(f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.end_headers()
        try:
            with self.board.subscribe() as next_jpeg:
                # End the stream after a while without frames: a closed connection is noticed only on writing.
                idle = 0
                while not self.board.closed and idle < IDLE_WAITS:
                    jpeg = next_jpeg()
                    idle = idle + 1 if jpeg is None else 0
                    if jpeg is not None:
                        self.wfile.write(_part(jpeg))
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _frame(self) -> None:
        with self.board.subscribe() as next_jpeg:
            jpeg = next_jpeg()
        if jpeg is None:
            self._respond(HTTPStatus.SERVICE_UNAVAILABLE, "application/json", b'{"detail": "no picture"}')
        else:
            self._respond(HTTPStatus.OK, "image/jpeg", jpeg)

    def _respond(self, status: HTTPStatus, kind: str, body: bytes) -> None:
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
        """Do not log requests."""


def _host_name(address: str) -> str | None:
    """Return the host of an address, or None for one that is malformed."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _part(jpeg: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"
