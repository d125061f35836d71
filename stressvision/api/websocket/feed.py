"""The reader of the change feed: one thread that looks for commits of any process and hands them to the hub."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Protocol

import structlog

from stressvision.api.websocket.hub import Batch, Envelope
from stressvision.core.errors import Message, Unavailable
from stressvision.services.feed import FeedPage

log = structlog.get_logger()


class EventSource(Protocol):
    """What the reader needs of a feed; each source belongs to one thread."""

    def has_news(self) -> bool: ...

    def wait(self, seconds: float) -> None: ...

    def last_id(self) -> int: ...

    def oldest_id(self) -> int: ...

    def read_after(self, event_id: int, limit: int = ...) -> FeedPage: ...

    def close(self) -> None: ...


OpenSource = Callable[[], EventSource]
Deliver = Callable[[Batch], object]
PassOver = Callable[[int], bool]
"""Told where the feed stands, says whether nobody needs what came before."""

_STOPPED = Message(
    es="Los cambios en vivo se detuvieron: reinicie el backend y mire su registro (log).",
    en="Live changes have stopped: restart the backend and look at its log.",
)


class FeedReader:
    """Follows the feed in a thread of its own, through failures of the database, until it is stopped."""

    def __init__(self, open_source: OpenSource, poll_seconds: Callable[[], float], retry_seconds: float = 1.0) -> None:
        self._open_source = open_source
        self._poll_seconds = poll_seconds
        self._retry_seconds = retry_seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost: Message | None = None

    @property
    def fault(self) -> Message | None:
        """What keeps events from being read, or None."""
        if self._thread is not None and not self._thread.is_alive():
            return _STOPPED
        return self._lost

    def start(self, position: int, deliver: Deliver, pass_over: PassOver = lambda _position: False) -> None:
        """Hands every event after `position` to `deliver`, in order and once, from the reader's thread.

        But for what may be passed over, which is not even read.
        """
        arguments = (position, deliver, pass_over)
        self._thread = threading.Thread(target=self._run, args=arguments, name="feed-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, position: int, deliver: Deliver, pass_over: PassOver) -> None:
        while not self._stopping.is_set():
            try:
                with closing(self._open_source()) as source:
                    for page in self._follow(source, position, pass_over):
                        deliver(enclose(page))
                        position = page.position
            except Unavailable as error:
                if self._lost is None:
                    log.warning("feed lost", reason=error.message.en, position=position)
                self._lost = error.message
                self._stopping.wait(self._retry_seconds)

    def _follow(self, source: EventSource, position: int, pass_over: PassOver) -> Iterator[FeedPage]:
        # Asked before the first read: a commit between the two is then found by the next question.
        source.has_news()
        has_news = True
        while not self._stopping.is_set():
            if has_news and pass_over(last := source.last_id()):
                position, has_news = last, False
                yield FeedPage((), position)
            while has_news and (page := read_on(source, position)).position > position:
                yield page
                position = page.position
            if self._lost is not None:
                log.info("feed found again", position=position)
                self._lost = None
            source.wait(self._poll_seconds())
            has_news = source.has_news()


def read_on(source: EventSource, position: int) -> FeedPage:
    """The next events; one whose row cannot be read (written by hand, say) is passed over, the others are not."""
    try:
        return source.read_after(position)
    except ValueError:
        return _read_one(source, position)


def _read_one(source: EventSource, position: int) -> FeedPage:
    try:
        return source.read_after(position, limit=1)
    except ValueError as error:
        log.error("event passed over: its row cannot be read", after=position, reason=type(error).__name__)
        return FeedPage((), position + 1)


def enclose(page: FeedPage) -> Batch:
    envelopes = tuple(Envelope(text=event.model_dump_json(), event_id=event.id, event=event) for event in page.events)
    return Batch(envelopes, page.position)
