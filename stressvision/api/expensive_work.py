"""Bounded queues for answers that take seconds and memory: PDF, Parquet, exports and enrolment pictures.

One or two of each kind are computed at a time; a few wait, for each role of its own so that one
cannot displace another; the rest are refused with 429 and Retry-After.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from stressvision.core.errors import Message, TooManyAttempts

WAITING = 2
"""Requests of one kind and role that wait; each keeps one of the 40 threads of the server."""
WAIT_SECONDS = 20.0
"""Longest wait, after which the request is refused too."""
RETRY_SECONDS = 5

Part = TypeVar("Part")


class Kind(StrEnum):
    """The kinds of expensive answers."""

    PDF = "pdf"
    PARQUET = "parquet"
    EXPORT = "export"
    ENROLMENT = "enrolment"
    PREVIEW = "preview"
    MESSAGE = "message"
    PICTURE = "picture"
    BACKUP = "backup"


RUNNING: Mapping[Kind, int] = {
    Kind.PDF: 2,
    Kind.PARQUET: 1,
    Kind.EXPORT: 2,
    Kind.ENROLMENT: 1,
    Kind.PREVIEW: 1,
    Kind.MESSAGE: 1,
    Kind.PICTURE: 4,
    Kind.BACKUP: 1,
}
"""Answers of one kind that are computed at a time: a PDF takes 45 MB, Parquet and the measurement of stills more."""


class ExpensiveWork:
    """The queues of one backend. Thread-safe."""

    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._change = threading.Condition()
        self._running: Counter[Kind] = Counter()
        self._waiting: Counter[tuple[Kind, str]] = Counter()
        self._refused: Counter[Kind] = Counter()

    def acquire(self, kind: Kind, role: str | None) -> "Slot":
        """Wait for a turn and return it. Raises TooManyAttempts where the queue is full, or the wait too long."""
        place = (kind, role or "")
        with self._change:
            if self._running[kind] >= RUNNING[kind]:
                if self._waiting[place] >= WAITING:
                    raise self._refuse(kind)
                self._waiting[place] += 1
                try:
                    free = self._change.wait_for(lambda: self._running[kind] < RUNNING[kind], self._wait_seconds)
                finally:
                    self._waiting[place] -= 1
                if not free:
                    raise self._refuse(kind)
            self._running[kind] += 1
        return Slot(self, kind)

    @contextmanager
    def turn(self, kind: Kind, role: str | None) -> Iterator[None]:
        """Hold a turn during the block. Raises TooManyAttempts."""
        slot = self.acquire(kind, role)
        try:
            yield
        finally:
            slot.release()

    def release(self, kind: Kind) -> None:
        """End a turn; called by its slot."""
        with self._change:
            self._running[kind] -= 1
            self._change.notify_all()

    def count_running(self, kind: Kind) -> int:
        """Return how many answers of a kind are being computed."""
        return self._running[kind]

    def count_waiting(self, kind: Kind) -> int:
        """Return how many requests of a kind wait."""
        return sum(count for (waiting, _), count in tuple(self._waiting.items()) if waiting is kind)

    def count_refused(self, kind: Kind) -> int:
        """Return how many requests of a kind were refused since the start."""
        return self._refused[kind]

    def _refuse(self, kind: Kind) -> TooManyAttempts:
        self._refused[kind] += 1
        return TooManyAttempts(
            Message(
                es="El servidor está preparando otros documentos o exportaciones. Espere unos segundos y repita.",
                en="The server is preparing other documents or exports. Wait some seconds and try again.",
            ),
            retry_seconds=RETRY_SECONDS,
        )


class Slot:
    """One turn, released once."""

    def __init__(self, work: ExpensiveWork, kind: Kind) -> None:
        self._work, self._kind, self._is_held = work, kind, True

    def release(self) -> None:
        """End the turn; repeating it changes nothing."""
        if self._is_held:
            self._is_held = False
            self._work.release(self._kind)


class HeldStream(Iterator[Part]):
    """The parts of a streamed answer; its turn ends with the last one, an error, or a client that leaves.

    A generator would not do: the code at its end does not run where the client leaves before the first part.
    """

    def __init__(self, parts: Iterator[Part], slot: Slot) -> None:
        self._parts, self._slot = parts, slot

    def __iter__(self) -> "HeldStream[Part]":
        return self

    def __next__(self) -> Part:
        try:
            return next(self._parts)
        except BaseException:  # StopIteration too: there are no more parts
            self._slot.release()
            raise

    def __del__(self) -> None:
        self._slot.release()
