"""Work that is done in the event loop while it is short, and in a thread otherwise.

A thread costs two switches between threads, and with each statement it waits for the interpreter lock that the event
loop holds: with eight readers and a hundred commits a second, statistics were answered at 0.24 of the bare framework's
rate through threads and at 0.54 in the loop (2026-11-28, 2 cores under other load).
"""

import time
from collections.abc import Callable, Hashable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

MOST_SECONDS = 0.003
"""Processor time of work that may run in the event loop: WebSocket clients wait as long for their next event."""
_LAST = 3
"""Measurements of a kind of which the shortest counts: beside other load a single one is up to twice as long."""
_MOST_KINDS = 1024

T = TypeVar("T")


class ShortWork:
    """Runs functions, and remembers by kind how long each took the last times.

    A run of twice MOST_SECONDS counts alone: the next one of its kind does not stop the event loop again.

    `may_block`: whether the event loop may run them. It may not wait for a database over the network, which would stop
    all requests and clients while that does not answer.
    """

    def __init__(self, clock: Callable[[], float] = time.thread_time, *, may_block: bool = True) -> None:
        self._clock, self._may_block = clock, may_block
        self._seconds: dict[Hashable, tuple[float, ...]] = {}

    async def run(self, kind: Hashable, function: Callable[[], T]) -> T:
        """Run a function that reads and never waits for a writer; the first time of its kind in a thread."""
        if self._may_block and min(self._seconds.get(kind, (MOST_SECONDS,))) < MOST_SECONDS:
            return self._measure(kind, function)
        return await run_in_threadpool(self._measure, kind, function)

    def _measure(self, kind: Hashable, function: Callable[[], T]) -> T:
        began = self._clock()
        try:
            return function()
        finally:
            if len(self._seconds) >= _MOST_KINDS:
                self._seconds.clear()
            took = self._clock() - began
            before = () if took >= 2 * MOST_SECONDS else self._seconds.get(kind, ())[1 - _LAST :]
            self._seconds[kind] = (*before, took)
