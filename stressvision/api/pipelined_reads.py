"""Reads over one connection to PostgreSQL that the event loop never waits for. For use in the event loop's thread."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import structlog

from stressvision.core.errors import DatabaseUnavailable, Message, Unavailable
from stressvision.db.engine.snapshot_reads import SnapshotRead

ANSWER_SECONDS = 1.0
"""How long an answer is waited for, before all that are waiting are refused."""
RETRY_SECONDS = 1.0

T = TypeVar("T")

log = structlog.get_logger()


class Pipeline(Protocol):
    """A connection that answers in order (db/engine/pipeline.py). Every method raises DatabaseUnavailable."""

    def fileno(self) -> int:
        """Return the socket that becomes readable with an answer."""

    def send(self, read: SnapshotRead[Any]) -> None:
        """Send the queries of a read."""

    def flush(self) -> bool:
        """Send what is left, and return whether the socket took all of it."""

    def receive(self) -> Sequence[Callable[[], Any]]:
        """Return a function for each answer that has arrived, which returns it."""

    def close(self) -> None:
        """Close the connection."""


class PipelinedReads:
    """One connection, opened when the first read needs it, and again a while after it broke.

    `connect`: returns a connection, in a thread. Raises DatabaseUnavailable.
    """

    def __init__(self, connect: Callable[[], Pipeline], clock: Callable[[], float] = time.monotonic) -> None:
        self._connect, self._clock = connect, clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pipeline: Pipeline | None = None
        self._opening: asyncio.Task[None] | None = None
        self._opens_at = 0.0
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._timeout: asyncio.TimerHandle | None = None

    async def is_ready(self) -> bool:
        """Return whether there is a connection; opens one where it is time to."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self.close()
            self._loop = loop
        if self._pipeline is None:
            if self._opening is None and self._clock() >= self._opens_at:
                self._opening = loop.create_task(self._open(loop))
            if self._opening is not None:
                await asyncio.shield(self._opening)
        return self._pipeline is not None

    def submit(self, read: SnapshotRead[T]) -> "asyncio.Future[T]":
        """Send a read, after is_ready(). The future raises DatabaseUnavailable, and what the read's function raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if self._pipeline is None or self._loop is None:
            future.set_exception(_not_connected())
            return future
        self._waiting.append(future)
        if self._timeout is None:
            self._timeout = self._loop.call_later(ANSWER_SECONDS, self._fail, None)
        try:
            self._pipeline.send(read)
            if not self._pipeline.flush():
                self._loop.add_writer(self._pipeline.fileno(), self._flush)
        except Unavailable as error:
            self._fail(error)
        return future

    async def _open(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            pipeline = await asyncio.to_thread(self._connect)
        except Unavailable:
            self._opens_at = self._clock() + RETRY_SECONDS
        else:
            self._pipeline = pipeline
            loop.add_reader(pipeline.fileno(), self._receive)
        finally:
            self._opening = None

    def _flush(self) -> None:
        try:
            if self._pipeline is not None and self._loop is not None and self._pipeline.flush():
                self._loop.remove_writer(self._pipeline.fileno())
        except Unavailable as error:
            self._fail(error)

    def _receive(self) -> None:
        try:
            answers = self._pipeline.receive() if self._pipeline is not None else ()
        except Unavailable as error:
            self._fail(error)
            return
        for answer in answers:
            _resolve(self._waiting.popleft(), answer)
        if answers and self._timeout is not None and self._loop is not None:
            self._timeout.cancel()
            self._timeout = self._loop.call_later(ANSWER_SECONDS, self._fail, None) if self._waiting else None

    def _fail(self, error: Unavailable | None) -> None:
        log.warning("reads do not use the pipeline", retry_seconds=RETRY_SECONDS)
        self._opens_at = self._clock() + RETRY_SECONDS
        self.close(error)

    def close(self, error: Unavailable | None = None) -> None:
        """Close the connection; reads without an answer raise the error."""
        pipeline, self._pipeline = self._pipeline, None
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None
        if pipeline is not None:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(pipeline.fileno())
                self._loop.remove_writer(pipeline.fileno())
            pipeline.close()
        waiting, self._waiting = self._waiting, deque()
        for future in waiting:
            if not future.done() and not future.get_loop().is_closed():
                future.set_exception(error or _not_connected())


def _resolve(future: "asyncio.Future[Any]", answer: Callable[[], Any]) -> None:
    if future.done():
        return
    try:
        future.set_result(answer())
    except Exception as error:  # noqa: BLE001  the future raises it
        future.set_exception(error)


def _not_connected() -> DatabaseUnavailable:
    return DatabaseUnavailable(
        Message(es="PostgreSQL no responde a tiempo. Repita.", en="PostgreSQL does not answer in time. Try again.")
    )
