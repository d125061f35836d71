import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
import structlog
from structlog.testing import LogCapture

from stressvision.core.clock import utc_now
from stressvision.core.errors import ServerUnreachable
from stressvision.edge.delivery import server_sync
from stressvision.edge.delivery.camera_settings import CameraSettingsCache
from stressvision.edge.delivery.client import CLOCK_TOLERANCE, GalleryResponse, IngestClient
from stressvision.edge.delivery.gallery import GalleryCache
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.delivery.server_sync import ServerSync
from stressvision.edge.delivery.uploader import Uploader, deliver_next
from stressvision.edge.status import DeviceStatus
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
    outbox.add_all([OutboxMessage(MessageKind.DETECTION, key, f'{{"event_id": "{key}"}}') for key in keys])


def add_session(outbox: Outbox, kind: MessageKind) -> None:
    outbox.add(kind, SESSION, f'{{"device_id": "cam-1", "session_id": "{SESSION}"}}')


def deliver_all(outbox: Outbox, client: IngestClient) -> None:
    while deliver_next(outbox, client):
        pass


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < limit, "condition not met in time"
        threading.Event().wait(0.01)


def test_session_and_detections_arrive_in_order(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    add_session(outbox, MessageKind.SESSION_START)
    add_detections(outbox, *(f"d{number}" for number in range(450)))
    add_session(outbox, MessageKind.SESSION_END)

    deliver_all(outbox, client)

    assert ingest.calls == [("start", SESSION), *(("detection", f"d{n}") for n in range(450)), ("end", SESSION)]
    assert outbox.backlog().waiting == 0


@pytest.mark.parametrize("status", [500, 503, 408, 429, 404])
def test_temporary_server_error_loses_no_message(
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


def test_lost_response_stores_nothing_twice(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
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


def test_refused_detection_does_not_block_the_others(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    ingest.refused = {"b"}
    add_detections(outbox, "a", "b", "c")

    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a", "c"]
    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 1)


def test_refused_batch_is_split_until_the_cause_is_isolated(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    outbox.add_all(
        [OutboxMessage(MessageKind.DETECTION, key, body) for key, body in (("a", '{"event_id": "a"}'), ("b", "{}"))]
    )
    add_detections(outbox, "c", "d", "e")
    serve = ingest.serve

    def strict(method: str, path: str, body: dict[str, object]) -> tuple[int, dict[str, object]]:
        batch = body.get("detections", [])
        if isinstance(batch, list) and {} in batch:
            return 422, {"title": "bad", "status": 422, "detail": "bad"}
        return serve(method, path, body)

    ingest.serve = strict  # type: ignore[method-assign]
    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a", "c", "d", "e"]
    assert outbox.backlog().refused == 1


def test_end_of_an_unknown_session_is_set_aside(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    add_session(outbox, MessageKind.SESSION_END)
    add_detections(outbox, "a")
    ingest.fault = lambda path: 404 if path.endswith("/end") else None

    deliver_all(outbox, client)

    assert list(ingest.detections) == ["a"]
    assert outbox.backlog().refused == 1


def test_backlog_is_delivered_when_the_server_returns(outbox: Outbox) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    uploader = Uploader(outbox, IngestClient(f"http://127.0.0.1:{port}"), jitter=lambda low, high: 0.02)
    uploader.start()
    add_session(outbox, MessageKind.SESSION_START)
    uploader.wake()
    for number in range(5):
        add_detections(outbox, f"d{number}")
        uploader.wake()
    ingest = FakeIngest(port)
    wait_until(lambda: outbox.backlog().waiting == 0)
    uploader.stop(1.0)
    ingest.stop()

    assert ingest.calls == [("start", SESSION), *(("detection", f"d{number}") for number in range(5))]


def test_stop_delivers_the_remaining_messages(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    uploader = Uploader(outbox, client)
    uploader.start()
    add_detections(outbox, "a")
    add_session(outbox, MessageKind.SESSION_END)
    uploader.stop(5.0)

    assert ingest.calls == [("detection", "a"), ("end", SESSION)]


def test_unchanged_gallery_is_not_sent_again(client: IngestClient, ingest: FakeIngest) -> None:
    first = client.fetch_gallery("")
    again = client.fetch_gallery(first.etag)
    ingest.gallery = {**ingest.gallery, "policy": "eu"}
    changed = client.fetch_gallery(first.etag)

    assert first.gallery is not None
    assert again.gallery is None
    assert changed.gallery is not None
    assert changed.gallery.policy == "eu"


def test_response_that_is_no_gallery_is_server_unreachable(client: IngestClient, ingest: FakeIngest) -> None:
    ingest.gallery = {"hello": "world"}
    with pytest.raises(ServerUnreachable) as caught:
        client.fetch_gallery("")

    assert ingest.url in caught.value.message.es


def add_timed(outbox: Outbox, timestamp: datetime) -> str:
    detection = DetectionIn(event_id=uuid4(), device_id="cam-1", timestamp=timestamp)
    outbox.add(MessageKind.DETECTION, str(detection.event_id), detection.model_dump_json())
    return str(detection.event_id)


def test_early_detection_waits_without_blocking_the_others(
    outbox: Outbox, client: IngestClient, ingest: FakeIngest
) -> None:
    ahead = timedelta(minutes=20)
    first = add_timed(outbox, utc_now() + ahead)
    second = add_timed(outbox, utc_now())
    ingest.early = {first}
    deliver_all(outbox, client)
    kept = outbox.backlog()
    ingest.early = set()
    outbox.requeue_due(utc_now() + ahead + timedelta(seconds=2))
    deliver_all(outbox, client)

    assert (kept.waiting, kept.early, kept.refused) == (1, 1, 0)
    assert list(ingest.detections) == [second, first]
    assert outbox.backlog().waiting == 0


def test_refused_past_timestamp_is_set_aside(outbox: Outbox, client: IngestClient, ingest: FakeIngest) -> None:
    ingest.early = {add_timed(outbox, utc_now() - timedelta(hours=1))}
    deliver_all(outbox, client)

    assert (outbox.backlog().waiting, outbox.backlog().refused) == (0, 1)


def test_uploader_sends_early_detection_when_due(outbox: Outbox, ingest: FakeIngest) -> None:
    event_id = add_timed(outbox, utc_now() - timedelta(seconds=1))
    outbox.postpone({outbox.peek(1)[0].id: utc_now() - timedelta(seconds=1)})
    client = IngestClient(ingest.url)
    client.fetch_gallery("")
    uploader = Uploader(outbox, client)
    uploader.start()
    wait_until(lambda: event_id in ingest.detections)
    uploader.stop(5.0)

    assert outbox.backlog().waiting == 0


@pytest.mark.parametrize("minutes", [20, -20])
def test_clock_difference_to_the_server_is_measured(ingest: FakeIngest, minutes: int) -> None:
    shift = timedelta(minutes=minutes)
    client = IngestClient(ingest.url, clock=lambda: utc_now() + shift)
    sync = make_sync(client)
    sync.start()
    wait_until(lambda: client.status.clock_ahead is not None)
    sync.stop(5.0)

    assert client.status.clock_ahead is not None
    assert abs(client.status.clock_ahead - shift) < timedelta(seconds=2)


def test_equal_clocks_are_within_the_tolerance(client: IngestClient) -> None:
    client.fetch_gallery("")
    ahead = client.status.clock_ahead

    assert ahead is not None
    assert abs(ahead) < CLOCK_TOLERANCE


def make_gallery() -> GalleryCache:
    return GalleryCache(threshold=0.5, margin=0.04, lease_seconds=60, monotonic=time.monotonic)


def make_sync(client: IngestClient, cache: GalleryCache | None = None) -> ServerSync:
    status = DeviceStatus(DeviceHealth(device_id="cam-1", state="watching"))
    camera = CameraSettingsCache(Path("unused"), "cam-1")
    return ServerSync(client, cache or make_gallery(), camera, status, gallery_seconds=0.2)


def test_sync_survives_an_error_of_its_own(
    client: IngestClient, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter((RuntimeError("unforeseen"), ValueError("unforeseen")))
    fetch_gallery = client.fetch_gallery

    def fail_twice(etag: str) -> GalleryResponse:
        if (failure := next(failures, None)) is not None:
            raise failure
        return fetch_gallery(etag)

    monkeypatch.setattr(client, "fetch_gallery", fail_twice)
    cache = make_gallery()
    sync = make_sync(client, cache)
    logs = LogCapture()
    wrapper = structlog.make_filtering_bound_logger(logging.INFO)
    monkeypatch.setattr(server_sync, "log", structlog.wrap_logger(None, processors=[logs], wrapper_class=wrapper))
    sync.start()
    wait_until(lambda: cache.current().codes is not None and bool(ingest.health))
    sync.stop(5.0)

    unexpected = [
        entry for entry in logs.entries if entry["event"] == "exchange with the server failed unexpectedly, retrying"
    ]
    assert [entry["exc_info"] for entry in unexpected] == [True, True]


def test_error_in_camera_settings_delays_no_gallery(
    client: IngestClient, ingest: FakeIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(device_id: str, etag: str) -> NoReturn:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(client, "fetch_camera", fail)
    cache = make_gallery()
    sync = make_sync(client, cache)
    sync.start()
    sync.wait_until_attempted(DEADLINE)
    sync.stop(5.0)

    assert cache.current().codes == {}
    assert ingest.health == []


def test_error_omits_the_password_of_the_server_address() -> None:
    with pytest.raises(ServerUnreachable) as caught:
        IngestClient("http://pi:s3cret@127.0.0.1:1").fetch_gallery("")

    assert "http://127.0.0.1:1 " in caught.value.message.es
    assert "s3cret" not in caught.value.message.es + caught.value.message.en
