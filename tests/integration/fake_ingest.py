"""An ingest server for a device to talk to, over real HTTP, that can be told to fail."""

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class FakeIngest:
    """Stores what it is sent, in order; an event id it knows already is answered and not stored again.

    `fault`, where set, is asked with the path of each request: a status to answer with, None to serve it, or
    LOSE_ANSWER to serve it and hang up. `refused` holds the event ids that are never taken, `early` those whose time
    has not come yet. Ids of detections begin after `last_id_before`. `database_id` names the database, whose employees
    alone are stored. With `checks_sessions` it refuses what belongs to a session that it does not know.
    """

    LOSE_ANSWER = -1

    def __init__(self, port: int = 0) -> None:
        self.calls: list[tuple[str, str]] = []
        self.sessions: dict[str, Json] = {}
        self.detections: dict[str, Json] = {}
        self.health: list[Json] = []
        self.gallery: Json = {"model": "dlib-resnet-v1-128", "policy": "pe", "faces": []}
        self.camera: Json | None = None
        self.fault: Callable[[str], int | None] = lambda path: None
        self.refused: set[str] = set()
        self.early: set[str] = set()
        self.checks_sessions = False
        self.database_id = ""
        self.last_id_before = 0
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"ingest": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, method: str, path: str, body: Json) -> tuple[int, Json]:
        if path == "/sessions":
            self.calls.append(("start", body["session_id"]))
            self.sessions.setdefault(body["session_id"], body)
            return 200, {"session_id": body["session_id"], "db_id": 1}
        if ended := re.fullmatch(r"/sessions/([^/]+)/end", path):
            if self.checks_sessions and ended[1] not in self.sessions:
                return 404, {"title": "No existe", "status": 404, "detail": "no such session"}
            self.calls.append(("end", ended[1]))
            self.sessions.setdefault(ended[1], {})["end"] = body
            return 200, {"status": "ok", "session_id": 1}
        if path == "/detections/batch":
            results = [self._store(detection) for detection in body["detections"]]
            stored = sum(result["status"] == "ok" for result in results)
            return 200, {"status": "ok", "stored": stored, "refused": len(results) - stored, "results": results} | {
                "database_id": self.database_id
            }
        if path == "/heartbeat":
            self.health.append(body)
            return 204, {}
        if path == "/gallery" and method == "GET":
            return 200, self.gallery | {"database_id": self.database_id}
        if path.startswith("/camera?device_id=") and self.camera is not None:
            return 200, self.camera
        return 404, {"title": "No existe", "status": 404, "detail": "no such address"}

    def _store(self, detection: Json) -> Json:
        event_id = detection["event_id"]
        if detection.get("employee_id") and detection.get("database_id") not in (None, self.database_id):
            faults = [{"field": "database_id", "message": "another database"}]
            problem = {"title": "Datos no válidos", "status": 422, "detail": "another database", "errors": faults}
            return {"status": "refused", "problem": problem}
        if event_id in self.refused:
            problem = {"title": "Datos no válidos", "status": 422, "detail": "no such employee"}
            return {"status": "refused", "problem": problem}
        if event_id in self.early:
            faults = [{"field": "timestamp", "message": "in the future"}]
            problem = {"title": "Datos no válidos", "status": 422, "detail": "in the future", "errors": faults}
            return {"status": "refused", "problem": problem}
        if self.checks_sessions and detection["session_id"] not in self.sessions:
            faults = [{"field": "session_id", "message": "unknown"}]
            problem = {"title": "Datos no válidos", "status": 422, "detail": "no such session", "errors": faults}
            return {"status": "refused", "problem": problem}
        if event_id not in self.detections:
            self.calls.append(("detection", event_id))
            self.detections[event_id] = detection
        return {"status": "ok", "detection_id": self.last_id_before + list(self.detections).index(event_id) + 1}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    ingest: FakeIngest

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.ingest.fault(self.path)
        if fault is not None and fault != FakeIngest.LOSE_ANSWER:
            self._answer(fault, {"title": "fault", "status": fault, "detail": "told to fail"})
            return
        with self.ingest.lock:
            status, answer = self.ingest.serve(method, self.path, json.loads(body or b"{}"))
        if fault == FakeIngest.LOSE_ANSWER:
            self.close_connection = True
            return
        etag = f'"{hash(json.dumps(answer))}"' if self.path == "/gallery" else ""
        if etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._answer(status, answer, etag)

    def _answer(self, status: int, answer: Json, etag: str = "") -> None:
        content = b"" if status == 204 else json.dumps(answer).encode()
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/json" if status < 400 else "application/problem+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass
