"""A backend for tests: the real application under uvicorn in a thread, on a port that the system chose."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from websockets.sync.client import ClientConnection, connect

from stressvision.api.app import create_app
from stressvision.api.backend import BackendState, Pace
from stressvision.api.server import create_server
from stressvision.services.context import Context
from stressvision.services.detections.storing import store_detection
from stressvision.wire.detections import DetectionAccepted, DetectionIn
from tests.programs.running import PATIENCE_SECONDS, wait_until


def add_detection(context: Context, **values: Any) -> DetectionAccepted:
    return store_detection(context, DetectionIn(**{"device_id": "cam-1", "timestamp": context.clock(), **values}))


def raise_alert(context: Context, employee_id: int) -> None:
    """Ten stress detections, one a second up to now: what the rule asks for."""
    now = context.clock()
    for ago in range(10):
        stress = {"emotion": "stress", "emotion_confidence": 0.9}
        add_detection(context, employee_id=employee_id, timestamp=now - timedelta(seconds=ago), **stress)


@dataclass(frozen=True)
class LiveBackend:
    context: Context
    app: FastAPI
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def backend(self) -> BackendState:
        backend: BackendState = self.app.state.backend
        return backend

    @contextmanager
    def follow(self, query: str = "", **options: Any) -> Iterator["Follower"]:
        # Without a bound: the library needs seconds to close a connection whose unread messages reach it.
        bounds = {"max_queue": None, **options}
        with connect(f"ws://127.0.0.1:{self.port}/ws{query}", **bounds) as connection:
            yield Follower(connection)


@dataclass(frozen=True)
class Follower:
    connection: ClientConnection

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=PATIENCE_SECONDS))
        return message

    def receive_events(self, count: int) -> list[dict[str, Any]]:
        """The next `count` messages that are events of the feed."""
        events: list[dict[str, Any]] = []
        while len(events) < count:
            message = self.receive()
            if "id" in message:
                events.append(message)
        return events

    def send(self, message: object) -> None:
        self.connection.send(json.dumps(message))


@contextmanager
def serve(
    context: Context, pace: Pace | None = None, *, send_buffer: int | None = None, port: int = 0
) -> Iterator[LiveBackend]:
    app = create_app(context, pace)
    server = create_server(app)
    with socket.create_server(("127.0.0.1", port)) as listener:
        if send_buffer is not None:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            wait_until(lambda: server.started, "the backend listens")
            yield LiveBackend(context, app, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)
            context.database.close()
