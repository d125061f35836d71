"""The ingest server over HTTP, and across kills."""

import functools
import random
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from stressvision.edge.delivery.uploader import deliver_next
from stressvision.services.context import Actor, open_context
from stressvision.services.people.enrolment import withdraw_consent
from stressvision.wire.detections import DetectionIn, SessionStart
from tests.integration.conftest import enrol, query
from tests.programs.running import Program, answers, free_port, program, wait_until

DETECTIONS, KILLS = 1000, 10


class Ingest:
    """A running server_simulator.py and its database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.port = folder, url, free_port()
        self.base = f"http://127.0.0.1:{self.port}"

    def start(self) -> Program:
        settings = {"STRESSVISION_INGEST_PORT": str(self.port), "STRESSVISION_DATABASE_URL": self.url}
        started = Program("server_simulator.py", folder=self.folder, settings=settings)
        wait_until(lambda: answers(f"{self.base}/health"), "ingest to answer")
        return started

    def count(self) -> int:
        return int(query(self.url, "SELECT count(*) FROM detection_events")[0][0])


@pytest.fixture
def ingest(usual_url: str, tmp_path: Path) -> Iterator[Ingest]:
    server = Ingest(tmp_path, usual_url)
    running = server.start()
    yield server
    running.close()


def a_detection(**values: object) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    return {"type": "detection", "device_id": "pi-1", "timestamp": now, "track_id": "trk_1", **values}


def test_session_of_a_device_from_start_to_end(ingest: Ingest) -> None:
    opened = requests.post(f"{ingest.base}/sessions", json={"device_id": "pi-1", "location": "Planta A"}, timeout=5)
    key = opened.json()["session_id"]
    assert key.startswith("session_pi-1_")
    assert isinstance(opened.json()["db_id"], int)
    posted = requests.post(f"{ingest.base}/detections", json=a_detection(session_id=key), timeout=5)
    assert posted.json() == {"status": "ok", "detection_id": 1, "emotion_withheld": False}
    assert requests.post(f"{ingest.base}/sessions/{key}/end", timeout=5).status_code == 200
    stats = requests.get(f"{ingest.base}/stats", timeout=5).json()
    assert (stats["total_detections"], stats["active_sessions"], stats["unique_employees"]) == (1, 0, 0)
    assert stats["detections_by_device"] == {"pi-1": 1}
    assert stats["recent_detections"][0]["track_id"] == "trk_1"


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/detections", b"{", 422, None),
        ("/detections", b'{"device_id": "pi-1"}', 422, "timestamp"),
        ("/sessions", b'{"device_id": "pi 1"}', 422, "device_id"),
        ("/sessions/session_x_1/end", b"", 404, None),
        ("/detections/batch", b'{"detections": 3}', 422, "detections"),
        ("/nada", b"{}", 404, None),
        ("/detections", b'{"x": "' + b"a" * 1_100_000 + b'"}', 413, None),
    ],
)
def test_invalid_input_returns_a_problem(
    ingest: Ingest, path: str, body: bytes, status: int, field: str | None
) -> None:
    answer = requests.post(ingest.base + path, data=body, timeout=5)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert [fault["field"] for fault in problem["errors"]][:1] == ([field] if field else [])


def test_foreign_host_header_is_refused(ingest: Ingest) -> None:
    answer = requests.get(f"{ingest.base}/gallery", headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 403
    assert "STRESSVISION_ALLOWED_HOSTS" in answer.json()["detail"]


def test_employee_of_another_database_is_not_stored_under_the_same_id(ingest: Ingest) -> None:
    context = open_context(Settings(database_url=ingest.url))
    employee = enrol(context)
    context.database.close()
    identities = {requests.get(f"{ingest.base}/gallery", timeout=5).json()["database_id"] for _ in range(2)}
    (own,) = identities
    assert len(own) == 32
    wanted = [
        a_detection(employee_id=employee, database_id=own),
        a_detection(employee_id=employee, database_id="0" * 32),
        a_detection(employee_id=employee),
        a_detection(database_id="0" * 32),
    ]
    answer = requests.post(f"{ingest.base}/detections/batch", json={"detections": wanted}, timeout=5).json()
    assert [item["status"] for item in answer["results"]] == ["ok", "refused", "ok", "ok"]
    assert answer["results"][1]["problem"]["errors"][0]["field"] == "database_id"
    assert answer["database_id"] == own
    assert ingest.count() == 3


def test_gallery_etag_changes_with_a_withdrawal(ingest: Ingest) -> None:
    context = open_context(Settings(database_url=ingest.url))
    enrol(context)
    first = requests.get(f"{ingest.base}/gallery", timeout=5)
    assert [face["employee_code"] for face in first.json()["faces"]] == ["EMP001"]
    assert len(first.json()["faces"][0]["embeddings"]) == 3
    assert "full_name" not in first.text
    tag = {"If-None-Match": first.headers["ETag"]}
    assert requests.get(f"{ingest.base}/gallery", headers=tag, timeout=5).status_code == 304
    withdraw_consent(context, "EMP001", "0" * 64, Actor())
    context.database.close()
    changed = requests.get(f"{ingest.base}/gallery", headers=tag, timeout=5)
    assert (changed.status_code, changed.json()["faces"]) == (200, [])


def test_busy_port_error_names_the_process_and_the_setting(ingest: Ingest, tmp_path: Path) -> None:
    with program(
        "server_simulator.py", folder=tmp_path, settings={"STRESSVISION_INGEST_PORT": str(ingest.port)}
    ) as second:
        assert second.wait() == 2
        assert f"puerto {ingest.port}" in second.output
        assert "STRESSVISION_INGEST_PORT" in second.output
        assert "Traceback" not in second.output


def test_foreign_database_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "ajena.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE facturas(id)")
        connection.commit()
    before = path.read_bytes()
    settings = {"STRESSVISION_INGEST_PORT": str(free_port()), "STRESSVISION_DATABASE_URL": f"sqlite:///{path}"}
    with program("server_simulator.py", folder=tmp_path, settings=settings) as refused:
        assert refused.wait() == 2
        assert "otro programa" in refused.output
    assert path.read_bytes() == before


def test_thousand_detections_survive_ten_kills_without_duplicates(usual_url: str, tmp_path: Path) -> None:
    server = Ingest(tmp_path, usual_url)
    running = [server.start()]
    done = threading.Event()
    kill_after = sorted(random.Random(7).sample(range(10, DETECTIONS - 10), KILLS))
    sent = 0

    def has_sent(threshold: int) -> bool:
        return sent >= threshold or done.is_set()

    def keep_killing() -> None:
        for threshold in kill_after:
            wait_until(functools.partial(has_sent, threshold), "the next kill")
            running[-1].close()
            running.append(server.start())

    killer = threading.Thread(target=keep_killing)
    killer.start()
    with requests.Session() as session:
        for _ in range(DETECTIONS):
            body = a_detection(event_id=str(uuid4()))

            def delivered(body: dict[str, object] = body) -> bool:
                try:
                    return session.post(f"{server.base}/detections", json=body, timeout=5).status_code == 200
                except requests.RequestException:
                    return False

            wait_until(delivered, "a detection to be accepted")
            sent += 1
    done.set()
    killer.join()
    assert len(running) == KILLS + 1
    assert running[-1].stop() == 0
    for process in running:
        process.close()
    assert server.count() == DETECTIONS
    assert query(usual_url, "SELECT count(DISTINCT event_id) FROM detection_events") == [(DETECTIONS,)]
    assert not usual_url.startswith("sqlite") or query(usual_url, "PRAGMA integrity_check") == [("ok",)]


def test_replaced_database_gets_every_detection_of_the_device_once(tmp_path: Path) -> None:
    session = "session_cam-1_1790000000"
    start = SessionStart(device_id="cam-1", session_id=session).model_dump_json()
    database = tmp_path / "plant.db"
    outbox, server = Outbox(tmp_path / "outbox.db"), Ingest(tmp_path, f"sqlite:///{database}")

    def see(count: int) -> None:
        for _ in range(count):
            seen = DetectionIn(event_id=uuid4(), device_id="cam-1", session_id=session, timestamp=utc_now())
            outbox.add(MessageKind.DETECTION, str(seen.event_id), seen.model_dump_json())

    def deliver() -> None:
        client = IngestClient(server.base)
        while deliver_next(outbox, client, device_id="cam-1"):
            pass
        client.close()

    outbox.add(MessageKind.SESSION_START, session, start)
    see(5)
    running = server.start()
    deliver()
    stored_before = server.count()
    running.close()
    for file in tmp_path.glob(f"{database.name}*"):
        file.unlink()
    running = server.start()
    see(2)
    deliver()
    stored_after = server.count()
    running.close()
    backlog = outbox.backlog()
    outbox.close()

    assert (stored_before, stored_after) == (5, 7)
    assert (backlog.waiting, backlog.refused) == (0, 0)


def test_request_whose_length_is_stated_twice_is_refused_and_nothing_follows_it(ingest: Ingest) -> None:
    """A proxy that believes the other length would let a client put a request in front of another client's."""
    head = b"POST /detections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    hidden = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    received = b""
    with socket.create_connection(("127.0.0.1", ingest.port), timeout=10) as link:
        link.sendall(head + b"0\r\n\r\n" + hidden)
        while piece := link.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.") == 1
    assert received.split()[1] == b"400"
