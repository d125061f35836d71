"""Waiting in the event loop for writes: all writes of one transaction wake the loop once.

asyncio.wrap_future wakes it for each write, by a system call at which the two threads exchange the interpreter lock.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from stressvision.services.context import Context

T = TypeVar("T")


class Completions:
    """The writes of one context that coroutines wait for."""

    def __init__(self, context: Context) -> None:
        self._resolved: deque[asyncio.Future[None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        context.on_writes_resolved(self._wake)

    async def wait(self, write: "Future[T]") -> T:
        """Wait until the write has completed, and return its result. Raises what the write raised."""
        if not write.done():
            self._loop = asyncio.get_running_loop()
            waiter = self._loop.create_future()
            write.add_done_callback(partial(self._note, waiter))
            # Resolved just before, the callback has run in this thread, and no wake-up may follow.
            if not write.done():
                await waiter
        return write.result()

    async def wait_all(self, writes: "Iterable[Future[None]]") -> None:
        """Wait until all writes have completed. Raises what the first failed one raised."""
        for write in writes:
            await self.wait(write)

    def _note(self, waiter: "asyncio.Future[None]", _write: "Future[T]") -> None:
        self._resolved.append(waiter)

    def _wake(self) -> None:
        loop = self._loop
        if self._resolved and loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        while self._resolved:
            waiter = self._resolved.popleft()
            if not waiter.done():
                waiter.set_result(None)
