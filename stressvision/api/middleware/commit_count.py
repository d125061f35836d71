"""Numbers that grow with every commit of any program, for the response cache. For use in the event loop's thread."""

import asyncio
from collections.abc import Hashable
from typing import Protocol

from stressvision.api.pipelined_reads import PipelinedReads
from stressvision.api.websocket.feed import EventSource, OpenSource
from stressvision.core.errors import Unavailable
from stressvision.db.engine.snapshot_reads import SnapshotRead


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


class QueriedCommits:
    """The count from a query over the network, which all requests share that arrived before it was sent."""

    def __init__(self, reads: PipelinedReads, query: SnapshotRead[Hashable]) -> None:
        """`query`: its answer changes with each commit."""
        self._reads, self._query = reads, query
        self._asked: list[asyncio.Future[int | None]] = []
        self._waiting: list[asyncio.Future[int | None]] = []
        self._is_due = False
        self._seen: Hashable | None = None
        self.latest = 0

    async def count(self) -> int | None:
        """Return the number; None while the database does not answer."""
        if not await self._reads.is_ready():
            return None
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int | None] = loop.create_future()
        self._waiting.append(future)
        if not self._asked and not self._is_due:
            # At the end of this turn of the loop, so that the requests that arrived together share the query.
            self._is_due = True
            loop.call_soon(self._ask)
        return await future

    def _ask(self) -> None:
        self._is_due = False
        self._asked, self._waiting = self._waiting, []
        self._reads.submit(self._query).add_done_callback(self._receive)

    def _receive(self, answer: "asyncio.Future[Hashable]") -> None:
        # What was committed while nothing was answered is unknown.
        seen = None if answer.cancelled() or answer.exception() is not None else answer.result()
        if seen is None or seen != self._seen:
            self._seen = seen
            self.latest += 1
        asked, self._asked = self._asked, []
        for future in asked:
            if not future.done():
                future.set_result(None if seen is None else self.latest)
        if self._waiting:
            self._ask()

    def close(self) -> None:
        """Close the connection; counts that are asked for become None."""
        self._reads.close()
