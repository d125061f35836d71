"""Bare counterparts of the servers: the same frameworks and settings with minimal handlers.

`python -m benchmarks.bare backend PORT FOLDER` and `python -m benchmarks.bare ingest PORT FOLDER`.
"""

import argparse
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import waitress
from fastapi import FastAPI
from flask import Flask, Response, request

from stressvision.api.server import create_server
from stressvision.ingest.connections import THREADS
from stressvision.wire.detections import DetectionAccepted, DetectionIn

SHAPES = "shapes.json"
"""File in FOLDER: the response of each GET route of the backend, by path."""


def build_backend(shapes: dict[str, Any]) -> FastAPI:
    """Return an application whose paths return constants and whose POST validates the body without storing it."""
    app = FastAPI()
    for path, constant in shapes.items():
        app.get(path)(_build_constant_route(constant))

    @app.post("/api/detections")
    async def validate(detection: DetectionIn) -> DetectionAccepted:
        return DetectionAccepted(detection_id=1, alert_created=False)

    return app


def _build_constant_route(constant: Any) -> Callable[[], Awaitable[Any]]:
    async def respond() -> Any:
        return constant

    return respond


def build_ingest() -> Flask:
    """Return an application whose POST parses JSON without storing it."""
    application = Flask("bare", static_folder=None)

    @application.post("/detections")
    def receive() -> Response:
        request.get_json(force=True)
        return Response('{"status":"ok","detection_id":1}', mimetype="application/json")

    return application


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("server", choices=("backend", "ingest"))
    parser.add_argument("port", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.server == "ingest":
        waitress.serve(build_ingest(), host="127.0.0.1", port=options.port, threads=THREADS, ident=None)
        return
    app = build_backend(json.loads((options.folder / SHAPES).read_text()))
    listener = socket.create_server(("127.0.0.1", options.port), backlog=1024)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    create_server(app).run(sockets=[listener])


if __name__ == "__main__":
    main()
