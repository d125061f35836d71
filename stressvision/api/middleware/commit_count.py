"""Numbers that grow with every commit of any program, for the response cache. For use in the event loop's thread."""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Protocol

import structlog

from stressvision.api.websocket.feed import EventSource, OpenSource
from stressvision.core.errors import Unavailable

ANSWER_SECONDS = 1.0
"""How long requests wait for the number, before they are answered without the cache."""
RETRY_SECONDS = 1.0

log = structlog.get_logger()


class CommitCount(Protocol):
    """A count of commits. `latest`: the number that was counted last."""

    latest: int

    async def count(self) -> int | None:
        """Return a number that is not lower than the commits before this call require; None where it is unknown."""

    def close(self) -> None:
        """Close the connection; the next call opens another."""


class PolledCommits:
    """The count of a source that reports commits within microseconds (SQLite)."""

    def __init__(self, open_source: OpenSource) -> None:
        self._open_source = open_source
        self._source: EventSource | None = None
        self.latest = 0

    async def count(self) -> int | None:
        """Return the number; None while the database does not answer."""
        try:
            self._source = self._source or self._open_source()
            has_news = self._source.has_news()
        except Unavailable:
            self.close()
            return None
        if has_news:
            self.latest += 1
        return self.latest

    def close(self) -> None:
        """Close the source."""
        source, self._source = self._source, None
        if source is not None:
            source.close()


class Query(Protocol):
    """A query that is answered later (db/engine/visible_commits.py). Every method raises Unavailable."""

    def fileno(self) -> int:
        """Return the socket that becomes readable with the answer."""

    def ask(self) -> None:
        """Send the query."""

    def receive(self) -> Hashable | None:
        """Return the answer; None where it has not arrived as a whole."""

    def close(self) -> None:
        """Close the connection."""


class QueriedCommits:
    """The count from a query over the network, which all requests share that arrived before it was sent.

    `open_query`: connects, in a thread.
    """

    def __init__(self, open_query: Callable[[], Query], clock: Callable[[], float] = time.monotonic) -> None:
        self._open_query, self._clock = open_query, clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._query: Query | None = None
        self._opening: asyncio.Task[None] | None = None
        self._opens_at = 0.0
        self._asked: list[asyncio.Future[int | None]] = []
        self._waiting: list[asyncio.Future[int | None]] = []
        self._is_due = False
        self._timeout: asyncio.TimerHandle | None = None
        self._seen: Hashable | None = None
        self.latest = 0

    async def count(self) -> int | None:
        """Return the number; None while the database does not answer."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self.close()
            self._loop = loop
        if self._query is None:
            await self._open(loop)
        if self._query is None:
            return None
        future: asyncio.Future[int | None] = loop.create_future()
        self._waiting.append(future)
        if not self._asked and not self._is_due:
            # At the end of this turn of the loop, so that the requests that arrived together share the query.
            self._is_due = True
            loop.call_soon(self._ask)
        return await future

    async def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._opening is None and self._clock() >= self._opens_at:
            self._opening = loop.create_task(self._connect(loop))
        if self._opening is not None:
            await asyncio.shield(self._opening)

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            query = await asyncio.to_thread(self._open_query)
        except Unavailable:
            self._opens_at = self._clock() + RETRY_SECONDS
        else:
            self._query = query
            loop.add_reader(query.fileno(), self._receive)
        finally:
            self._opening = None

    def _ask(self) -> None:
        self._is_due = False
        if self._query is None or self._loop is None:
            return
        self._asked, self._waiting = self._waiting, []
        self._timeout = self._loop.call_later(ANSWER_SECONDS, self._fail)
        try:
            self._query.ask()
        except Unavailable:
            self._fail()

    def _receive(self) -> None:
        try:
            seen = self._query.receive() if self._query is not None else None
        except Unavailable:
            self._fail()
            return
        if seen is None:
            return
        if seen != self._seen:
            self._seen = seen
            self.latest += 1
        asked, self._asked = self._asked, []
        if self._timeout is not None:
            self._timeout.cancel()
        for future in asked:
            if not future.done():
                future.set_result(self.latest)
        if self._waiting:
            self._ask()

    def _fail(self) -> None:
        log.warning("commits are not counted", retry_seconds=RETRY_SECONDS)
        self._opens_at = self._clock() + RETRY_SECONDS
        self.close()

    def close(self) -> None:
        """Close the connection; who waits is answered that the number is unknown."""
        query, self._query = self._query, None
        if self._timeout is not None:
            self._timeout.cancel()
        if query is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(query.fileno())
            query.close()
        # What was committed meanwhile is unknown.
        self._seen = None
        futures, self._asked, self._waiting = self._asked + self._waiting, [], []
        for future in futures:
            if not future.done() and not future.get_loop().is_closed():
                future.set_result(None)
