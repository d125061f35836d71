"""A server that forgot, or that is not ingest at all: nothing is lost, and nothing is stored twice."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stressvision.core.errors import InvalidInput, ServerUnreachable
from stressvision.edge.delivery.buffer import OutboxBuffer
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.delivery.uploader import Uploader, deliver_next, verify_position
from stressvision.wire.detections import DeviceHealth
from tests.integration.fake_ingest import FakeIngest
from tests.programs.running import wait_until

SESSION = "session_cam-1_100"
PROBLEM = "application/problem+json"


@pytest.fixture
def ingest() -> Iterator[FakeIngest]:
    server = FakeIngest()
    server.checks_sessions = True
    yield server
    server.stop()


@pytest.fixture
def client(ingest: FakeIngest) -> Iterator[IngestClient]:
    client = IngestClient(ingest.url)
    yield client
    client.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.db")
    yield outbox
    outbox.close()


def detection(key: str, session: str = SESSION, device: str = "cam-1") -> OutboxMessage:
    body = {"event_id": key, "session_id": session, "device_id": device, "employee_id": 7}
    return OutboxMessage(MessageKind.DETECTION, key, json.dumps(body))


def start(session: str = SESSION, device: str = "cam-1", location: str = "door") -> OutboxMessage:
    body = {"device_id": device, "session_id": session, "location": location}
    return OutboxMessage(MessageKind.SESSION_START, session, json.dumps(body))


def end(session: str = SESSION) -> OutboxMessage:
    return OutboxMessage(MessageKind.SESSION_END, session, "{}")


def deliver_all(outbox: Outbox, client: IngestClient, device_id: str = "cam-1") -> None:
    while deliver_next(outbox, client, device_id=device_id):
        pass


def forget(ingest: FakeIngest, *kept: str) -> None:
    ingest.sessions.clear()
    ingest.detections = {key: ingest.detections[key] for key in kept}
    ingest.calls.clear()


def test_forgotten_session_is_opened_and_all_its_detections_are_sent_again(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), detection("a"), detection("b")])
    deliver_all(outbox, client)
    forget(ingest)
    outbox.add_all([detection("c")])
    deliver_all(outbox, client)

    assert ingest.sessions[SESSION]["location"] == "door"
    assert sorted(ingest.detections) == ["a", "b", "c"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 0)


def test_forgotten_session_that_has_ended_is_opened_and_ended_again(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), detection("a")])
    deliver_all(outbox, client)
    forget(ingest)
    outbox.add_all([end()])
    deliver_all(outbox, client)

    assert "end" in ingest.sessions[SESSION]
    assert list(ingest.detections) == ["a"]


def test_session_of_an_earlier_version_is_rebuilt_from_its_key(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([detection("a")])
    deliver_all(outbox, client)

    assert ingest.sessions[SESSION]["device_id"] == "cam-1"
    assert ingest.sessions[SESSION]["start_timestamp"] == "1970-01-01T00:01:40.000Z"
    assert list(ingest.detections) == ["a"]


def test_detections_that_a_restored_database_lacks_are_sent_again(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), *map(detection, "abcd")])
    deliver_all(outbox, client)
    kept_session = ingest.sessions[SESSION]
    forget(ingest, "a")
    ingest.sessions[SESSION] = kept_session
    outbox.add_all([detection("e")])
    deliver_all(outbox, client)

    assert sorted(ingest.detections) == ["a", "b", "c", "d", "e"]
    assert outbox.backlog().waiting == 0


def test_detections_of_a_person_without_consent_are_not_sent_again(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), detection("a")])
    deliver_all(outbox, client)
    outbox.delete_except([])
    forget(ingest)
    outbox.add_all([end()])
    deliver_all(outbox, client)

    assert ingest.detections == {}


def test_session_that_the_server_never_takes_is_set_aside_and_the_queue_goes_on(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([detection("bad", session="chosen by hand"), start(), detection("good")])
    deliver_all(outbox, client)

    assert list(ingest.detections) == ["good"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 1)


def reject_device(ingest: FakeIngest, device: str) -> None:
    store = ingest._store

    def checked(item: dict[str, object]) -> dict[str, object]:
        if item["device_id"] != device:
            return store(item)
        faults = [{"field": "device_id", "message": "another device"}]
        problem = {"title": "No permitido", "status": 403, "detail": "another device", "errors": faults}
        return {"status": "refused", "problem": problem}

    ingest._store = checked  # type: ignore[method-assign, assignment]


def test_messages_of_another_device_wait_without_blocking(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    reject_device(ingest, "cam-2")
    outbox.add_all([detection("theirs", "session_cam-2_5", "cam-2"), start(), detection("ours")])
    deliver_all(outbox, client)

    assert list(ingest.detections) == ["ours"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (1, 0)


def test_own_detections_stay_while_the_token_is_of_another_device(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    reject_device(ingest, "cam-1")
    outbox.add_all([start(), detection("ours")])
    with pytest.raises(ServerUnreachable):
        deliver_all(outbox, client)

    assert (outbox.backlog().waiting, outbox.backlog().refused) == (1, 0)


def test_changed_token_is_read_again(outbox: Outbox, ingest: FakeIngest) -> None:
    tokens = iter(["new"])
    client = IngestClient(ingest.url, token="old", reload_token=lambda: next(tokens))  # noqa: S106
    ingest.fault = lambda path: 401
    outbox.add_all([start()])
    with pytest.raises(ServerUnreachable):
        deliver_next(outbox, client)
    rejected = client.status.accepts_token
    ingest.fault = lambda path: None
    deliver_all(outbox, client)

    assert not rejected
    assert client.status.accepts_token
    assert client._http.headers["Authorization"] == "Bearer new"


class Stranger:
    """Another service on the address: it answers everything with the same status, type and body."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Location", "/login")
                self.send_header("Date", "Sat, 01 Jan 2000 00:00:00 GMT")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Do not log requests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


STRANGERS = [
    (200, "text/html", b"<html>Welcome to the guest network</html>"),
    (200, "application/json", b'{"status": "ok"}'),
    (200, "application/json", b'{"session_id": "session_other_1", "db_id": 1}'),
    (200, "application/json", b'{"status": "ok", "stored": 0, "refused": 0, "results": []}'),
    (204, "text/plain", b""),
    (302, "text/html", b""),
    (304, "text/html", b""),
    (400, "text/html", b"bad request"),
    (409, "application/json", b'{"detail": "conflict"}'),
    (422, "application/json", b'{"detail": [{"loc": ["body"], "msg": "Field required"}]}'),
    (422, PROBLEM, b"no JSON"),
    (404, "text/html", b"no such page"),
    (403, "text/html", b"log in first"),
]


@pytest.mark.parametrize(("status", "kind", "body"), STRANGERS)
@pytest.mark.parametrize("message", [start(), detection("a"), end()], ids=["start", "detection", "end"])
def test_answer_of_another_service_is_no_answer(
    outbox: Outbox, ingest: FakeIngest, message: OutboxMessage, status: int, kind: str, body: bytes
) -> None:
    stranger = Stranger(status, kind, body)
    ingest.sessions[SESSION] = {}
    client = IngestClient(stranger.url)
    outbox.add_all([message])
    with pytest.raises(ServerUnreachable):
        deliver_next(outbox, client)
    stranger.stop()
    kept = outbox.backlog()
    deliver_all(outbox, IngestClient(ingest.url))

    assert (kept.waiting, kept.refused) == (1, 0)
    assert len(ingest.calls) == 1
    assert client.status.accepts_token
    assert client.status.clock_ahead is None


@pytest.mark.parametrize(("status", "kind", "body"), STRANGERS)
def test_another_service_returns_neither_gallery_nor_receipt(status: int, kind: str, body: bytes) -> None:
    stranger = Stranger(status, kind, body)
    client = IngestClient(stranger.url)
    with pytest.raises(ServerUnreachable):
        client.fetch_gallery("")
    if status != 204:
        with pytest.raises(ServerUnreachable):
            client.report_health(DeviceHealth(device_id="cam-1", state="watching"))
    stranger.stop()


def test_gallery_with_embeddings_of_another_size_is_none(client: IngestClient, ingest: FakeIngest) -> None:
    ingest.gallery["faces"] = [{"employee_id": 1, "employee_code": "EMP001", "embeddings": [[0.1] * 128, [0.1] * 3]}]
    with pytest.raises(ServerUnreachable):
        client.fetch_gallery("")


def test_message_that_ingest_rejects_for_good_is_final(client: IngestClient, ingest: FakeIngest) -> None:
    ingest.fault = lambda path: 409
    with pytest.raises(InvalidInput):
        client.start_session(start().body)


def test_detections_that_a_restored_database_with_continued_ids_lacks_are_sent_again(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), *map(detection, "abcd")])
    deliver_all(outbox, client)
    kept_session = ingest.sessions[SESSION]
    forget(ingest, "a")
    ingest.sessions[SESSION], ingest.last_id_before = kept_session, 100
    ingest.detections.clear()

    verify_position(outbox, client, "cam-1")
    deliver_all(outbox, client)
    assert sorted(ingest.detections) == ["a", "b", "c", "d"]
    calls = len(ingest.calls)
    verify_position(outbox, client, "cam-1")
    deliver_all(outbox, client)
    assert len(ingest.calls) == calls
    assert outbox.backlog().waiting == 0


def test_verification_stores_nothing_where_the_server_has_lost_nothing(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    verify_position(outbox, client, "cam-1")
    outbox.add_all([start(), *map(detection, "ab")])
    deliver_all(outbox, client)
    calls = list(ingest.calls)
    verify_position(outbox, client, "cam-1")
    assert ingest.calls == calls
    assert outbox.backlog().waiting == 0


def test_verification_does_not_repeat_a_detection_whose_consent_was_withdrawn(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([start(), *map(detection, "ab")])
    deliver_all(outbox, client)
    ingest.refused.add("b")
    verify_position(outbox, client, "cam-1")
    assert outbox.backlog().waiting == 0
    outbox.delete_except(frozenset())
    assert outbox.newest_delivered() is None


def test_verification_opens_a_forgotten_session_again(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    outbox.add_all([start(), *map(detection, "ab")])
    deliver_all(outbox, client)
    forget(ingest)
    verify_position(outbox, client, "cam-1")
    deliver_all(outbox, client)
    assert sorted(ingest.detections) == ["a", "b"]


def named(key: str, database: str, employee: int = 7) -> OutboxMessage:
    body = {"event_id": key, "session_id": SESSION, "device_id": "cam-1", "employee_id": employee}
    return OutboxMessage(MessageKind.DETECTION, key, json.dumps(body | {"database_id": database}))


def unnamed(key: str) -> OutboxMessage:
    body = {"event_id": key, "session_id": SESSION, "device_id": "cam-1", "employee_id": None}
    return OutboxMessage(MessageKind.DETECTION, key, json.dumps(body))


def swap(ingest: FakeIngest, database: str) -> dict[str, dict[str, object]]:
    """Let the server use another, empty database, and return what the one before stored."""
    stored = ingest.detections
    ingest.database_id, ingest.detections, ingest.sessions = database, {}, {}
    return stored


def test_server_with_another_database_neither_deletes_nor_gets_the_detections_of_its_people(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    ingest.database_id = "own"
    buffer.follow_gallery({7: "EMP007"}, "own")
    outbox.add_all([start(), named("a", "own"), unnamed("b")])
    deliver_all(outbox, client)
    outbox.add_all([named("c", "own"), unnamed("d")])
    own = swap(ingest, "wrong")
    buffer.follow_gallery({}, "wrong")
    deliver_all(outbox, client)

    assert sorted(own) == ["a", "b"]
    assert sorted(ingest.detections) == ["b", "d"]
    assert (outbox.backlog().early, outbox.backlog().refused) == (1, 0)

    swap(ingest, "own")
    ingest.detections |= own
    buffer.follow_gallery({7: "EMP007"}, "own")
    outbox.add_all([unnamed("e")])
    deliver_all(outbox, client)

    assert sorted(ingest.detections) == ["a", "b", "c", "d", "e"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 0)


def test_withdrawal_at_the_own_server_deletes_what_another_one_left(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    outbox.add_all([start(), named("a", "own"), named("b", "own", employee=8), detection("older version")])
    buffer.follow_gallery({}, "wrong")
    assert outbox.backlog().waiting == 3
    buffer.follow_gallery({8: "EMP008"}, "own")
    assert [message.key for message in outbox.peek(1)] == [SESSION]
    ingest.database_id = "own"
    deliver_all(outbox, client)

    assert list(ingest.detections) == ["b"]


def test_replaced_database_with_the_same_people_gets_their_detections(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    buffer = OutboxBuffer(outbox, lambda: None)
    ingest.database_id = "old"
    buffer.follow_gallery({7: "EMP007", 8: "EMP008"}, "old")
    outbox.add_all([start(), named("a", "old"), named("b", "old", employee=8)])
    deliver_all(outbox, client)
    outbox.add_all([named("c", "old")])
    swap(ingest, "new")
    deliver_all(outbox, client)
    assert ingest.detections == {}
    buffer.follow_gallery({7: "EMP007", 8: "EMP009"}, "new")
    deliver_all(outbox, client)

    assert sorted(ingest.detections) == ["a", "c"]
    assert outbox.backlog().waiting == 0


def test_uploader_survives_an_error_of_its_own(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter((RuntimeError("unforeseen"), ValueError("unforeseen")))
    start_session = client.start_session

    def fail_twice(body: str) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure
        start_session(body)

    monkeypatch.setattr(client, "start_session", fail_twice)
    outbox.add_all([start()])
    uploader = Uploader(outbox, client, jitter=lambda low, high: 0.0)
    uploader.start()
    try:
        wait_until(lambda: SESSION in ingest.sessions, "the session")
    finally:
        uploader.stop(5)
