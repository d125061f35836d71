"""The reader of the change feed: one thread that polls for commits of any process and passes them to the hub."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Protocol

import structlog

from stressvision.api.websocket.hub import Batch, Envelope
from stressvision.core.errors import Message, Unavailable
from stressvision.services.feed import FeedPage
from stressvision.wire.events import FeedEvent, ReportEvent

log = structlog.get_logger()


class EventSource(Protocol):
    """A source of events; each source belongs to one thread. `stressvision.services.feed.ChangeFeed` is one."""

    def has_news(self) -> bool:
        """Return whether anything was committed since the last call."""
        ...

    def wait(self, seconds: float) -> None:
        """Block until there may be news, at most `seconds`."""
        ...

    def last_id(self) -> int:
        """Return the id of the newest event, 0 where there is none."""
        ...

    def oldest_id(self) -> int:
        """Return the id of the oldest event still kept, 0 where there is none."""
        ...

    def read_reports_since(self, moment: datetime, after: int) -> FeedPage:
        """Return the report events committed at `moment` or later with ids after `after`, in order."""
        ...

    def read_after(self, event_id: int, limit: int = ...) -> FeedPage:
        """Return up to `limit` events after `event_id`, in order."""
        ...

    def close(self) -> None:
        """Close the source."""
        ...


OpenSource = Callable[[], EventSource]
Deliver = Callable[[Batch], object]
Skip = Callable[[int], bool]
"""Called with the position of the feed; returns whether the events before it may be skipped."""

_STOPPED = Message(
    es="Los cambios en vivo se detuvieron: reinicie el backend y mire su registro (log).",
    en="Live changes have stopped: restart the backend and look at its log.",
)


class FeedReader:
    """Reader of the feed in its own thread, through failures of the database, until it is stopped."""

    def __init__(self, open_source: OpenSource, poll_seconds: Callable[[], float], retry_seconds: float = 1.0) -> None:
        self._open_source = open_source
        self._poll_seconds = poll_seconds
        self._retry_seconds = retry_seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._fault: Message | None = None

    @property
    def fault(self) -> Message | None:
        """Return why events are not being read, or None."""
        if self._thread is not None and not self._thread.is_alive():
            return _STOPPED
        return self._fault

    def start(self, position: int, deliver: Deliver, skip: Skip = lambda _position: False) -> None:
        """Call `deliver` with every event after `position`, in order and once, from the reader's thread.

        Events that `skip` accepts are not read.
        """
        arguments = (position, deliver, skip)
        self._thread = threading.Thread(target=self._run, args=arguments, name="feed-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and wait for its end."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, position: int, deliver: Deliver, skip: Skip) -> None:
        while not self._stopping.is_set():
            try:
                with closing(self._open_source()) as source:
                    for page in self._follow(source, position, skip):
                        deliver(to_batch(page))
                        position = page.position
            except Unavailable as error:
                if self._fault is None:
                    log.warning("feed connection lost", reason=error.message.en, position=position)
                self._fault = error.message
                self._stopping.wait(self._retry_seconds)

    def _follow(self, source: EventSource, position: int, skip: Skip) -> Iterator[FeedPage]:
        # Called before the first read, so that the next call reports a commit between the two.
        source.has_news()
        # Lower where an earlier database has replaced the one that was followed.
        position = min(position, source.last_id())
        has_news = True
        while not self._stopping.is_set():
            if has_news and skip(last := source.last_id()):
                position, has_news = last, False
                yield FeedPage((), position)
            while has_news and (page := read_page(source, position)).position > position:
                yield page
                position, has_news = page.position, not page.is_last
            if self._fault is not None:
                log.info("feed connection restored", position=position)
                self._fault = None
            source.wait(self._poll_seconds())
            has_news = source.has_news()


def read_page(source: EventSource, position: int) -> FeedPage:
    """Read the next events. One whose row is unreadable (written by hand, for example) is skipped, not the others."""
    try:
        return source.read_after(position)
    except ValueError:
        return _read_single(source, position)


def read_reports(source: EventSource, moment: datetime, after: int) -> FeedPage:
    """Read the report events since a time. Where a row is unreadable, the feed is read as a whole, without that row."""
    try:
        return source.read_reports_since(moment, after)
    except ValueError:
        events: list[FeedEvent] = []
        public: frozenset[int] = frozenset()
        position, page = after, read_page(source, after)
        while page.position > position:
            events += [event for event in page.events if isinstance(event, ReportEvent)]
            position, public = page.position, public | page.public
            page = read_page(source, position)
        return FeedPage(tuple(event for event in events if event.committed_at >= moment), position, public)


def _read_single(source: EventSource, position: int) -> FeedPage:
    try:
        return source.read_after(position, limit=1)
    except ValueError as error:
        log.error("unreadable event skipped", after=position, reason=type(error).__name__)
        return FeedPage((), position + 1)


def to_batch(page: FeedPage) -> Batch:
    """Serialise the events of a page."""
    envelopes = tuple(
        Envelope(event.model_dump_json(), event.id, event, is_public=event.id in page.public) for event in page.events
    )
    return Batch(envelopes, page.position)
