import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from stressvision.core.clock import utc_now
from stressvision.core.errors import ServerUnreachable
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.contact import Contact
from stressvision.edge.delivery.courier import Courier, deliver_next
from stressvision.edge.delivery.enrolled import EnrolledPeople
from stressvision.edge.delivery.outbox import MessageKind, Outbox
from stressvision.edge.health.troubles import CLOCK_TOLERANCE
from stressvision.wire.detections import DetectionIn, DeviceHealth
from tests.integration.fake_ingest import FakeIngest

SESSION = "session_cam-1_100"
DEADLINE = 20.0


@pytest.fixture
def ingest() -> Iterator[FakeIngest]:
    server = FakeIngest()
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


def add_detections(outbox: Outbox, *keys: str) -> None:
    outbox.add_all([(MessageKind.DETECTION, key, f'{{"event_id": "{key}"}}') for key in keys])


def add_session(outbox: Outbox, kind: MessageKind) -> None:
    outbox.add(kind, SESSION, f'{{"device_id": "cam-1", "session_id": "{SESSION}"}}')


def deliver_all(outbox: Outbox, client: IngestClient) -> None:
    while deliver_next(outbox, client):
        pass


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        threading.Event().wait(0.01)


def test_a_session_and_its_detections_arrive_in_order(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    add_session(outbox, MessageKind.SESSION_START)
    add_detections(outbox, *(f"d{number}" for number in range(450)))
    add_session(outbox, MessageKind.SESSION_END)

    deliver_all(outbox, client)

    assert ingest.calls == [("start", SESSION), *(("detection", f"d{n}") for n in range(450)), ("end", SESSION)]
    assert outbox.backlog().waiting == 0


@pytest.mark.parametrize("status", [500, 503, 408, 429, 404])
def test_a_server_that_cannot_take_it_now_loses_nothing(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest, status: int
) -> None:
    add_detections(outbox, "a", "b")
    ingest.fault = lambda path: status
    with pytest.raises(ServerUnreachable):
        deliver_next(outbox, client)
    kept = outbox.backlog()
    ingest.fault = lambda path: None
    deliver_all(outbox, client)

    assert (kept.waiting, kept.refused) == (2, 0)
    assert list(ingest.detections) == ["a", "b"]


def test_an_answer_that_is_lost_stores_nothing_twice(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    add_detections(outbox, "a", "b")
    ingest.fault = lambda path: FakeIngest.LOSE_ANSWER
    with pytest.raises(ServerUnreachable):
        deliver_next(outbox, client)
    stored_before = list(ingest.detections)
    ingest.fault = lambda path: None
    deliver_all(outbox, client)

    assert stored_before == ["a", "b"]
    assert ingest.calls == [("detection", "a"), ("detection", "b")]
    assert outbox.backlog().waiting == 0


def test_a_detection_that_is_refused_for_good_does_not_hold_up_the_others(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    ingest.refused = {"b"}
    add_detections(outbox, "a", "b", "c")

    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a", "c"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 1)


def test_a_batch_that_is_refused_as_a_whole_is_taken_apart_until_the_culprit_is_found(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all([(MessageKind.DETECTION, key, body) for key, body in (("a", '{"event_id": "a"}'), ("b", "{}"))])
    add_detections(outbox, "c", "d", "e")
    serve = ingest.serve

    def strict(method: str, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        batch = body.get("detections", [])
        return (422, {"detail": "bad"}) if isinstance(batch, list) and {} in batch else serve(method, path, body)

    ingest.serve = strict  # type: ignore[method-assign]
    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a", "c", "d", "e"]
    assert outbox.backlog().refused == 1


def test_the_end_of_a_session_nobody_knows_is_set_aside(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    add_session(outbox, MessageKind.SESSION_END)
    add_detections(outbox, "a")
    ingest.fault = lambda path: 404 if path.endswith("/end") else None

    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a"]
    assert outbox.backlog().refused == 1


def test_what_piled_up_while_the_server_was_away_is_delivered_when_it_comes_back(outbox: Outbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    courier = Courier(outbox, IngestClient(f"http://127.0.0.1:{port}"), spread=lambda low, high: 0.02)
    courier.start()
    add_session(outbox, MessageKind.SESSION_START)
    courier.notice()
    for number in range(5):
        add_detections(outbox, f"d{number}")
        courier.notice()
    ingest = FakeIngest(port)
    wait_until(lambda: outbox.backlog().waiting == 0)
    courier.stop(1.0)
    ingest.stop()

    assert ingest.calls == [("start", SESSION), *(("detection", f"d{number}") for number in range(5))]


def test_stopping_delivers_what_is_left(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    courier = Courier(outbox, client)
    courier.start()
    add_detections(outbox, "a")
    add_session(outbox, MessageKind.SESSION_END)
    courier.stop(5.0)

    assert ingest.calls == [("detection", "a"), ("end", SESSION)]


def test_an_unchanged_gallery_is_not_sent_again(client: IngestClient, ingest: FakeIngest) -> None:
    first = client.fetch_gallery("")
    again = client.fetch_gallery(first.etag)
    ingest.gallery = {**ingest.gallery, "policy": "eu"}
    changed = client.fetch_gallery(first.etag)

    assert first.gallery is not None
    assert again.gallery is None
    assert changed.gallery is not None
    assert changed.gallery.policy == "eu"


def test_something_else_at_the_address_is_no_server(client: IngestClient, ingest: FakeIngest) -> None:
    ingest.gallery = {"hello": "world"}
    with pytest.raises(ServerUnreachable) as caught:
        client.fetch_gallery("")

    assert ingest.url in caught.value.message.es


def add_timed(outbox: Outbox, timestamp: datetime) -> str:
    detection = DetectionIn(event_id=uuid4(), device_id="cam-1", timestamp=timestamp)
    outbox.add(MessageKind.DETECTION, str(detection.event_id), detection.model_dump_json())
    return str(detection.event_id)


def test_what_a_clock_ahead_made_too_early_waits_and_does_not_hold_up_the_rest(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    ahead = timedelta(minutes=20)
    first = add_timed(outbox, utc_now() + ahead)
    second = add_timed(outbox, utc_now())
    ingest.early = {first}
    deliver_all(outbox, client)
    kept = outbox.backlog()
    ingest.early = set()
    outbox.recall(utc_now() + ahead + timedelta(seconds=2))
    deliver_all(outbox, client)

    assert (kept.waiting, kept.early, kept.refused) == (1, 1, 0)
    assert list(ingest.detections) == [second, first]
    assert outbox.backlog().waiting == 0


def test_a_timestamp_that_is_refused_although_it_has_passed_is_set_aside(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    ingest.early = {add_timed(outbox, utc_now() - timedelta(hours=1))}
    deliver_all(outbox, client)

    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 1)


def test_the_courier_sends_what_was_too_early_once_the_servers_clock_has_reached_it(
    outbox: Outbox, ingest: FakeIngest
) -> None:
    event_id = add_timed(outbox, utc_now() - timedelta(seconds=1))
    outbox.postpone({outbox.head(1)[0].id: utc_now() - timedelta(seconds=1)})
    client = IngestClient(ingest.url)
    client.fetch_gallery("")
    courier = Courier(outbox, client)
    courier.start()
    wait_until(lambda: event_id in ingest.detections)
    courier.stop(5.0)

    assert outbox.backlog().waiting == 0


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_device_clock_that_differs_from_the_servers_is_noticed(ingest: FakeIngest, minutes: int) -> None:
    shift = timedelta(minutes=minutes)
    contact = make_contact(IngestClient(ingest.url, clock=lambda: utc_now() + shift))
    contact.start()
    wait_until(lambda: contact.clock_ahead is not None)
    contact.stop(5.0)

    assert contact.clock_ahead is not None
    assert abs(contact.clock_ahead - shift) < timedelta(seconds=2)


def test_a_clock_that_agrees_is_measured_within_the_tolerance(client: IngestClient) -> None:
    client.fetch_gallery("")
    ahead = make_contact(client).clock_ahead

    assert ahead is not None
    assert abs(ahead) < CLOCK_TOLERANCE


def make_contact(client: IngestClient) -> Contact:
    people = EnrolledPeople(threshold=0.5, margin=0.04, lease_seconds=60, monotonic=time.monotonic)
    return Contact(client, people, lambda: DeviceHealth(device_id="cam-1", state="watching"), gallery_seconds=0.2)


def test_the_password_of_a_server_behind_a_tunnel_is_not_said() -> None:
    with pytest.raises(ServerUnreachable) as caught:
        IngestClient("http://pi:s3cret@127.0.0.1:1").fetch_gallery("")

    assert "http://127.0.0.1:1 " in caught.value.message.es
    assert "s3cret" not in caught.value.message.es + caught.value.message.en
