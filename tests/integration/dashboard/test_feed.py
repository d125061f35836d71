"""The live feed by polling: no detection twice or missing, also against the real backend."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from fastapi import FastAPI, WebSocket

from stressvision.core.clock import utc_now
from stressvision.core.errors import ServerUnreachable, Unavailable
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.feed import BACKLOG, LiveFeed, poll_feed
from stressvision.services.context import Context
from tests.integration.fake_api import FakeBackend, create_fake_api, detection, served
from tests.integration.live_backend import add_detection, serve
from tests.programs.running import wait_until


@pytest.fixture
def state() -> FakeBackend:
    now = utc_now()
    return FakeBackend(detections=[detection(number, now, "neutral") for number in range(100, 0, -1)])


@pytest.fixture
def backend(state: FakeBackend) -> Iterator[BackendClient]:
    with served(create_fake_api(state)) as base:
        yield BackendClient(base, "es")


def ids(feed: LiveFeed) -> list[int]:
    return [item.id for item in feed.latest]


def test_first_poll_returns_latest_detections_newest_first(backend: BackendClient) -> None:
    assert poll_feed(backend, None) == poll_feed(backend, poll_feed(backend, None))
    assert ids(poll_feed(backend, None)) == list(range(100, 90, -1))


def test_next_poll_adds_new_detections(backend: BackendClient, state: FakeBackend) -> None:
    before = poll_feed(backend, None)
    state.detections.insert(0, detection(101, utc_now(), "stress"))
    after = poll_feed(backend, before)
    assert ids(after) == list(range(101, 91, -1))
    assert after.latest[0].emotion == "stress"


def test_feed_restarts_on_another_database(backend: BackendClient, state: FakeBackend) -> None:
    before = poll_feed(backend, None)
    state.detections = [detection(1, utc_now(), "happy")]
    assert ids(poll_feed(backend, before)) == [1]


def test_poll_far_behind_reads_only_the_backlog(backend: BackendClient, state: FakeBackend) -> None:
    state.detections = [detection(number, utc_now(), "neutral") for number in range(500, 0, -1)]
    assert ids(poll_feed(backend, LiveFeed(3, ()))) == list(range(500, 490, -1))
    assert state.sent == BACKLOG


def test_other_events_only_move_the_position(backend: BackendClient, state: FakeBackend) -> None:
    before = poll_feed(backend, None)
    state.other_event = 101
    after = poll_feed(backend, before)
    assert after == LiveFeed(101, before.latest)


def test_poll_without_news_opens_one_connection(backend: BackendClient, state: FakeBackend) -> None:
    before = poll_feed(backend, None)
    state.calls.clear()
    assert poll_feed(backend, before) is before
    assert state.calls == ["WS /ws"]


def test_empty_feed(backend: BackendClient, state: FakeBackend) -> None:
    state.detections.clear()
    assert poll_feed(backend, None) == LiveFeed(0, ())


def test_unreachable_backend_raises_server_unreachable() -> None:
    with pytest.raises(ServerUnreachable):
        poll_feed(BackendClient("http://127.0.0.1:9", "es"), None)


def test_unexpected_messages_raise_unavailable() -> None:
    other_program = FastAPI()

    @other_program.websocket("/ws")
    async def greet(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("hola")
        await websocket.receive_text()

    with served(other_program) as base, pytest.raises(Unavailable):
        poll_feed(BackendClient(base, "es"), None)


def test_polls_of_the_real_backend_lose_and_repeat_nothing(usual_context: Context) -> None:
    """A poll may precede the backend's view of the commit; no detection may be lost or repeated."""
    now = usual_context.clock()
    with serve(usual_context) as live:
        backend = BackendClient(live.url, "es")
        visits = [poll_feed(backend, None)]
        assert visits[0].latest == ()

        def arrives(count: int) -> bool:
            visits.append(poll_feed(backend, visits[-1]))
            return len(visits[-1].latest) >= count

        for number in range(1, 4):
            add_detection(usual_context, timestamp=now - timedelta(seconds=10 - number))
            wait_until(partial(arrives, number), f"detection {number}")
        assert [item.timestamp for item in visits[-1].latest] == [now - timedelta(seconds=ago) for ago in (7, 8, 9)]
