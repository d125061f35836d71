"""What the servers are compared with: the same frameworks and settings around next to nothing.

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
"""In FOLDER: what each GET route of the backend answers, by path."""


def make_backend(shapes: dict[str, Any]) -> FastAPI:
    """Each path answers a constant; the POST validates and stores nothing."""
    app = FastAPI()
    for path, constant in shapes.items():
        app.get(path)(_answer_with(constant))

    @app.post("/api/detections")
    async def validate(detection: DetectionIn) -> DetectionAccepted:
        return DetectionAccepted(detection_id=1, alert_created=False)

    return app


def _answer_with(constant: Any) -> Callable[[], Awaitable[Any]]:
    async def answer() -> Any:
        return constant

    return answer


def make_ingest() -> Flask:
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
        waitress.serve(make_ingest(), host="127.0.0.1", port=options.port, threads=THREADS, ident=None)
        return
    app = make_backend(json.loads((options.folder / SHAPES).read_text()))
    listener = socket.create_server(("127.0.0.1", options.port), backlog=1024)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    create_server(app).run(sockets=[listener])


if __name__ == "__main__":
    main()
