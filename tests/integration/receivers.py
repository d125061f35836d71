"""Who notifications are sent to in tests: an SMTP server and an HTTP receiver, both real, on ports of the system's."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from tests.programs.running import free_port


@dataclass
class Inbox:
    """`address`: of the setting STRESSVISION_NOTIFY_URLS. `keys`: the idempotency key of each message, in order.

    `files`: attached to the messages, by name. `followed`: paths of GET requests, as after a redirection.
    """

    address: str
    bodies: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    files: dict[str, Any] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)


@contextmanager
def mail_server() -> Iterator[Inbox]:
    port = free_port()
    inbox = Inbox(f"mailto://127.0.0.1:{port}/?from=stressvision@example.com&to=medico@example.com&mode=insecure")

    class Handler:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
            message: Message = email.message_from_bytes(envelope.content)
            for part in message.walk():
                if name := part.get_filename():
                    inbox.files[name] = part.get_payload(decode=True)
            text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
            body = text.get_payload(decode=True)
            assert isinstance(body, bytes)
            subject = email.header.make_header(email.header.decode_header(message["Subject"]))
            inbox.bodies.append(f"{subject}\n{body.decode()}")
            inbox.keys.append(message["Idempotency-Key"])
            return "250 OK"

    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


@contextmanager
def web_receiver(port: int = 0, status: int = 200) -> Iterator[Inbox]:
    inbox = Inbox("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            inbox.bodies.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            inbox.keys.append(self.headers["Idempotency-Key"])
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "/login")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            inbox.followed.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not in a test's output."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        inbox.address = f"json://127.0.0.1:{server.server_port}/gancho-secreto"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield inbox
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hanging_receiver() -> Iterator[str]:
    """Takes connections and never answers; its address, with little patience asked for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"json://127.0.0.1:{listener.getsockname()[1]}/?rto=0.2&cto=0.2"
