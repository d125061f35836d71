"""The feed reader and the hub, over a hand-written feed."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from stressvision.api.websocket.feed import FeedReader
from stressvision.api.websocket.hub import Batch, Envelope, Hub, Mailbox
from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.services.feed import FeedPage
from stressvision.wire.events import DetectionEvent
from tests.programs.running import wait_until

PAGE = 3
GONE = Message(es="no está", en="gone")


class FakeFeed:
    """Events 1 to `last`, some of them erased; unavailable while `is_gone`. Any number of sources can be open."""

    def __init__(self, last: int = 0, erased: frozenset[int] = frozenset()) -> None:
        self.last = last
        self.erased = erased
        self.is_gone = False
        self.unreadable: frozenset[int] = frozenset()
        self.fails_with: Exception | None = None
        self.open_sources = 0

    def open(self) -> "FakeSource":
        self.raise_if_gone()
        self.open_sources += 1
        return FakeSource(self)

    def raise_if_gone(self) -> None:
        if self.is_gone:
            raise DatabaseUnavailable(GONE)


class FakeSource:
    def __init__(self, feed: FakeFeed) -> None:
        self.feed = feed
        self.seen = -1

    def has_news(self) -> bool:
        self.feed.raise_if_gone()
        has_news = self.seen != self.feed.last
        self.seen = self.feed.last
        return has_news

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def last_id(self) -> int:
        return self.feed.last

    def read_reports_since(self, moment: datetime, after: int) -> FeedPage:
        raise AssertionError(f"the reader resumes by id, not by time: {moment}")

    def oldest_id(self) -> int:
        return min(1, self.feed.last)

    def read_after(self, event_id: int, limit: int = PAGE) -> FeedPage:
        self.feed.raise_if_gone()
        if self.feed.fails_with:
            raise self.feed.fails_with
        position = min(event_id + limit, max(self.feed.last, event_id))
        kept = [event for event in range(event_id + 1, position + 1) if event not in self.feed.erased]
        if self.feed.unreadable & set(kept):
            raise ValueError("unreadable row")
        moment = datetime(2026, 11, 22, tzinfo=UTC)
        return FeedPage(tuple(DetectionEvent(id=event, committed_at=moment, data={}) for event in kept), position)

    def close(self) -> None:
        self.feed.open_sources -= 1


@contextmanager
def following(feed: FakeFeed, position: int = 0) -> Iterator[tuple[FeedReader, list[Batch]]]:
    batches: list[Batch] = []
    reader = FeedReader(feed.open, poll_seconds=lambda: 0.001, retry_seconds=0.001)
    reader.start(position, batches.append)
    try:
        yield reader, batches
    finally:
        reader.stop()


def ids(batches: list[Batch]) -> list[int | None]:
    return [envelope.event_id for batch in list(batches) for envelope in batch.envelopes]


def test_every_event_is_delivered_once_in_order_across_pages() -> None:
    feed = FakeFeed(last=10)
    with following(feed, position=2) as (_, batches):
        wait_until(lambda: len(ids(batches)) == 8, "the stored events")
        feed.last = 12
        wait_until(lambda: len(ids(batches)) == 10, "the later events")
    assert ids(batches) == list(range(3, 13))
    assert feed.open_sources == 0


def test_events_without_followers_are_skipped() -> None:
    feed, batches, hub = FakeFeed(last=10), list[Batch](), Hub()
    reader = FeedReader(feed.open, poll_seconds=lambda: 0.001)
    reader.start(0, batches.append, hub.skip_to)
    wait_until(lambda: hub.position == 10, "events without followers are skipped")
    hub.join(Mailbox(size=1))
    feed.last = 13
    wait_until(lambda: len(ids(batches)) == 3, "the later events")
    reader.stop()
    assert ids(batches) == [11, 12, 13]


def test_erased_events_do_not_block_later_ones() -> None:
    with following(FakeFeed(last=10, erased=frozenset(range(1, 10)))) as (_, batches):
        wait_until(lambda: len(ids(batches)) == 1, "the remaining event")
    assert ids(batches) == [10]


def test_only_the_unreadable_row_is_skipped() -> None:
    feed = FakeFeed(last=10)
    feed.unreadable = frozenset({2, 5, 6})
    with following(feed) as (reader, batches):
        wait_until(lambda: 10 in ids(batches), "the last one")
        assert reader.fault is None
    assert ids(batches) == [1, 3, 4, 7, 8, 9, 10]


def test_unavailable_database_is_a_fault_and_loses_no_event() -> None:
    feed = FakeFeed(last=2)
    with following(feed) as (reader, batches):
        wait_until(lambda: len(ids(batches)) == 2, "the stored events")
        assert reader.fault is None
        feed.is_gone = True
        wait_until(lambda: reader.fault == GONE, "the fault is reported")
        feed.last = 4
        feed.is_gone = False
        wait_until(lambda: len(ids(batches)) == 4, "the events stored meanwhile")
        wait_until(lambda: reader.fault is None, "the fault is cleared")
    assert ids(batches) == [1, 2, 3, 4]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_dead_reader_thread_is_a_fault() -> None:
    feed = FakeFeed(last=1)
    feed.fails_with = RuntimeError("a bug")
    with following(feed) as (reader, _):
        wait_until(lambda: reader.fault is not None, "the fault is reported")
        assert reader.fault is not None
        assert "reinicie" in reader.fault.es


def test_full_mailbox_overflows_and_accepts_no_more() -> None:
    async def scenario() -> None:
        mailbox = Mailbox(size=2)
        for event in (1, 2, 3, 4):
            mailbox.post(Envelope("x", event))
        assert mailbox.overflowed.is_set()
        assert [(await mailbox.take()).event_id for _ in range(2)] == [1, 2]
        mailbox.post(Envelope("x", 5))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(mailbox.take(), 0.01)

    asyncio.run(scenario())


def test_burst_does_not_overflow_a_reading_client() -> None:
    async def scenario() -> None:
        hub = Hub()
        reading, idle = Mailbox(size=5), Mailbox(size=5)
        assert hub.join(reading) == hub.join(idle) == 0
        taken = []

        async def read() -> None:
            while True:
                taken.append((await reading.take()).event_id)

        task = asyncio.create_task(read())
        await asyncio.sleep(0)
        await hub.publish(Batch(tuple(Envelope("x", event) for event in range(1, 101)), position=101))
        task.cancel()
        assert taken == list(range(1, 101))
        assert not reading.overflowed.is_set()
        assert idle.overflowed.is_set()
        assert hub.join(Mailbox(size=1)) == 101

    asyncio.run(scenario())


def test_client_that_left_receives_nothing() -> None:
    async def scenario() -> None:
        hub, mailbox = Hub(), Mailbox(size=1)
        hub.join(mailbox)
        hub.leave(mailbox)
        await hub.publish(Batch((Envelope("x", 1), Envelope("y", 2)), position=2))
        assert not mailbox.overflowed.is_set()

    asyncio.run(scenario())


def test_stopping_an_unstarted_reader_is_harmless() -> None:
    reader = FeedReader(FakeFeed().open, poll_seconds=lambda: 0.001)
    reader.stop()
    assert reader.fault is None
