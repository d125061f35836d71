"""The WebSocket over real HTTP: every commit of every process, once and in order, with any number of clients."""

import asyncio
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close

from stressvision.api.backend import Pace
from stressvision.api.websocket.session import TOO_SLOW
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.services.alerts.decisions import acknowledge_alert, resolve_alert
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.batches import store_batch
from stressvision.services.detections.storing import store_detection
from stressvision.services.reports.creation import write_manual_report
from stressvision.wire.detections import DetectionIn
from tests.integration.conftest import enrol
from tests.integration.live_backend import Follower, LiveBackend, add_detection, raise_alert, serve
from tests.programs.running import wait_until

DOCTOR = Actor(user_id="doctora")


@pytest.fixture
def live(usual_context: Context) -> Iterator[LiveBackend]:
    with serve(usual_context) as backend:
        yield backend


def commit_many(database_url: str, device: str, count: int) -> None:
    """Store detections in another process, through its own connection."""
    context = open_context(Settings(database_url=database_url))
    for track in range(count):
        store_detection(context, DetectionIn(device_id=device, timestamp=utc_now(), track_id=f"trk_{track}"))
    context.database.close()


def test_every_kind_of_commit_is_delivered(context: Context) -> None:
    with serve(context) as live, live.follow() as follower:
        greeting = follower.receive()
        employee = enrol(context)
        raise_alert(context, employee)
        acknowledge_alert(context, 1, DOCTOR)
        resolve_alert(context, 1, DOCTOR, "Conversado")
        write_manual_report(context, timedelta(minutes=15))
        events = follower.receive_events(14)
    assert greeting.items() >= {"type": "connected", "last_id": 0, "gap": False}.items()
    assert [event["type"] for event in events] == [
        *["detection"] * 10,
        "alert",
        "alert_acknowledged",
        "alert_resolved",
        "report",
    ]
    assert [event["id"] for event in events] == sorted({event["id"] for event in events})
    assert events[0]["data"].items() >= {"employee_id": employee, "emotion": "stress"}.items()
    assert events[0]["data"]["timestamp"].endswith("Z")
    assert events[10].items() >= {"alert_id": 1, "employee_id": employee, "severity": "high"}.items()
    assert "estrés" in events[10]["description"]
    assert events[12].items() >= {"resolved_by": "doctora", "resolution_notes": "Conversado"}.items()


def test_events_of_two_processes_reach_every_client_once_in_order(live: LiveBackend) -> None:
    database_url, count, listeners = live.context.settings.database_url, 60, 5
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=commit_many, args=(database_url, f"cam-{place}", count)) for place in range(2)]
    with ExitStack() as stack:
        followers = [stack.enter_context(live.follow()) for _ in range(listeners)]
        for writer in writers:
            writer.start()
        heard = [follower.receive_events(2 * count) for follower in followers]
        for writer in writers:
            writer.join()
    for events in heard:
        assert events == heard[0]
        assert [event["id"] for event in events] == list(range(1, 2 * count + 1))
        for device in ("cam-0", "cam-1"):
            tracks = [event["data"]["track_id"] for event in events if event["data"]["device_id"] == device]
            assert tracks == [f"trk_{track}" for track in range(count)]


def test_client_resumes_without_gap_or_repetition(live: LiveBackend) -> None:
    for _ in range(3):
        add_detection(live.context)
    with live.follow("?since=1") as follower:
        greeting = follower.receive()
        add_detection(live.context)
        ids = [event["id"] for event in follower.receive_events(3)]
    assert greeting.items() >= {"resumed_from": 1, "last_id": 3, "gap": False}.items()
    assert ids == [2, 3, 4]


def test_resuming_during_writes_misses_and_repeats_nothing(live: LiveBackend) -> None:
    count = 150
    writer = multiprocessing.get_context("spawn").Process(
        target=commit_many, args=(live.context.settings.database_url, "cam-1", count)
    )
    writer.start()
    heard: list[int] = []
    while len(heard) < count:
        # Reconnects after every few events, to cross from replay to live delivery many times.
        with live.follow(f"?since={len(heard)}") as follower:
            heard += [event["id"] for event in follower.receive_events(min(7, count - len(heard)))]
    writer.join()
    assert heard == list(range(1, count + 1))


def test_client_resuming_after_deleted_events_gets_gap(live: LiveBackend) -> None:
    for _ in range(3):
        add_detection(live.context)
    with live.context.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM changes WHERE id = 1")
    with live.follow("?since=0") as follower:
        assert follower.receive()["gap"] is True
        assert [event["id"] for event in follower.receive_events(2)] == [2, 3]
    with live.follow("?since=1") as follower:
        assert follower.receive()["gap"] is False


def test_id_of_another_database_is_a_gap_and_live_events_follow(live: LiveBackend) -> None:
    add_detection(live.context)
    with live.follow("?since=999999") as follower:
        assert follower.receive().items() >= {"gap": True, "last_id": 1}.items()
        add_detection(live.context)
        assert follower.receive_events(1)[0]["id"] == 2


def test_row_with_an_odd_field_is_delivered_and_the_next_one_too(live: LiveBackend) -> None:
    if not live.context.database.is_sqlite:
        pytest.skip("PostgreSQL stores no odd JSON")
    with live.follow() as follower:
        follower.receive()
        with live.context.database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO detection_events (device_id, timestamp, bounding_box)"
                " VALUES ('by-hand', '2026-11-22 15:00:00.000', 'x=1')"
            )
        add_detection(live.context)
        odd, sound = follower.receive_events(2)
        assert (odd["id"], sound["id"]) == (1, 2)
        assert (odd["data"]["bounding_box"], odd["data"]["odd_fields"]) == (None, ["bounding_box"])
        assert sound["data"]["odd_fields"] == []


@pytest.mark.parametrize("since", ["abc", "-1", "1.5", "", "1" * 30, "٣"])
def test_invalid_since_is_rejected_with_reason(live: LiveBackend, since: str) -> None:
    with live.follow(f"?since={since}") as follower:
        [error], closed = read_to_the_end(follower)
    assert error["type"] == "error"
    assert "since" in error["detail"]
    assert closed.code == 1008


def test_ping_is_answered_and_unknown_message_gets_error(live: LiveBackend) -> None:
    with live.follow() as follower:
        follower.receive()
        for nonsense in ("", "{", "[]", "null", '"ping"', '{"type": "dance"}', '{"type": ["ping"]}', "[" * 5000, b"\0"):
            follower.connection.send(nonsense)
            assert follower.receive()["type"] == "error"
        follower.send({"type": "ping"})
        assert follower.receive()["type"] == "pong"


def test_errors_are_in_client_language(live: LiveBackend) -> None:
    with live.follow(additional_headers={"Accept-Language": "en"}) as follower:
        follower.receive()
        follower.send({"type": "dance"})
        assert "not understood" in follower.receive()["detail"]


def test_heartbeats_are_sent_periodically(usual_context: Context) -> None:
    with serve(usual_context, Pace(heartbeat_seconds=0.02)) as live, live.follow() as follower:
        assert [follower.receive()["type"] for _ in range(4)] == ["connected", *["heartbeat"] * 3]


def test_slow_client_is_dropped_without_delaying_others(usual_context: Context) -> None:
    batches, size = 8, 100
    batch = [{"device_id": "cam-1", "timestamp": "2026-11-22T15:00:00Z"} for _ in range(size)]
    with (
        serve(usual_context, Pace(mailbox_size=size, closing_seconds=20), send_buffer=4096) as live,
        live.follow() as quick,
        narrow_socket(live.port) as narrow,
        # The library stops reading from the network while one message is queued.
        live.follow(sock=narrow, max_queue=1) as slow,
    ):
        quick.receive()
        received = []
        for _ in range(batches):
            store_batch(usual_context, batch, "es")
            received += quick.receive_events(size)
        wait_until(lambda: live.backend.hub.dropped == 1, "the slow one is dropped")
        late, closed = read_to_the_end(slow)
        wait_until(lambda: live.backend.hub.connected == 1, "only the quick one is left")
    assert [event["id"] for event in received] == list(range(1, batches * size + 1))
    assert late[1:] == received[: len(late) - 1]
    assert len(late) < len(received)
    assert (closed.code, closed.reason) == (1013, TOO_SLOW.es)


def read_to_the_end(follower: Follower) -> tuple[list[dict[str, Any]], Close]:
    messages = []
    try:
        while True:
            messages.append(follower.receive())
    except ConnectionClosed as end:
        return messages, end.rcvd or Close(1006, "no close frame")


def narrow_socket(port: int) -> socket.socket:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", port))
    return narrow


async def _listen_as_documented(url: str) -> str:
    async with websockets.connect(url) as websocket:
        return str(await websocket.recv())


def test_asyncio_client_connects_as_documented(live: LiveBackend) -> None:
    message = asyncio.run(_listen_as_documented(f"ws://localhost:{live.port}/ws"))
    assert '"type":"connected"' in message
