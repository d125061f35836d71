"""Coalescing of audited reads: equal reads within a span, as from a screen that refreshes, share two rows.

The first read is written at once; the repetitions become one more row, with their number, when the span has ended.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

SPAN = timedelta(seconds=10)
"""Of reads of one person by their own address."""
LIST_SPAN = timedelta(minutes=5)
"""Of reads of a list, statistics or report that contains the person among others."""
STREAM_SPAN = timedelta(minutes=15)
"""Of a client that follows the events: interval of its rows, and span of those of short connections."""


@dataclass(frozen=True)
class AuditedRead:
    """A read of one person's data. `details`: names and values, in hashable form."""

    user_id: str | None
    ip_address: str | None
    action: str
    entity_type: str
    entity_id: int | None
    details: tuple[tuple[str, object], ...] = ()
    span: timedelta = SPAN


@dataclass
class _Span:
    """`written`: the write of the first read. `repetitions`: number of equal reads after it."""

    began: datetime
    length: timedelta
    written: "Future[None]"
    repetitions: int = 0

    def covers(self, now: datetime) -> bool:
        return abs(now - self.began) < self.length


RepeatedReads = tuple[tuple[AuditedRead, int], ...]
"""Reads, and the number of repetitions of each."""
Write = Callable[[RepeatedReads], "Future[None]"]


class ReadLog:
    """The reads that one process has still to write. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: dict[AuditedRead, _Span] = {}

    def note(self, read: AuditedRead, now: datetime, write: Write) -> "Future[None]":
        """Return a future that completes when the read, or the first of those it repeats, is on disk.

        Args:
            read: The read to audit.
            now: Time of the read.
            write: Called for a first read, with the repetitions of ended spans that are to be written with it.
        """
        with self._lock:
            span = self._spans.get(read)
            if span is not None and span.covers(now):
                span.repetitions += 1
                return span.written
            ended = self._take(lambda other: not other.covers(now))
            written = write(tuple((other, was.repetitions) for other, was in ended.items() if was.repetitions))
            self._spans[read] = _Span(now, read.span, written)
        written.add_done_callback(lambda future: self._restore(future, read, ended))
        return written

    def write_ended(self, now: datetime, write: Write) -> "Future[None] | None":
        """Write the repetitions of the spans that have ended, and return the write; None where there are none."""
        return self._write_taken(lambda span: not span.covers(now), write)

    def write_all(self, write: Write) -> "Future[None] | None":
        """Write the repetitions of all spans, for the end of the process."""
        return self._write_taken(lambda _span: True, write)

    def _write_taken(self, wanted: Callable[[_Span], bool], write: Write) -> "Future[None] | None":
        with self._lock:
            taken = self._take(wanted)
            repetitions = tuple((read, span.repetitions) for read, span in taken.items() if span.repetitions)
            written = write(repetitions) if repetitions else None
        if written is not None:
            written.add_done_callback(lambda future: self._restore(future, None, taken))
        return written

    def _take(self, wanted: Callable[[_Span], bool]) -> dict[AuditedRead, _Span]:
        taken = {read: span for read, span in self._spans.items() if wanted(span)}
        for read in taken:
            del self._spans[read]
        return taken

    def _restore(self, written: "Future[None]", first: AuditedRead | None, taken: dict[AuditedRead, _Span]) -> None:
        """After a failed write, keep the taken repetitions for the next one and discard the unwritten first read."""
        if not written.cancelled() and written.exception() is None:
            return
        with self._lock:
            if first is not None:
                self._spans.pop(first, None)
            for read, span in taken.items():
                if read in self._spans:
                    self._spans[read].repetitions += span.repetitions
                else:
                    self._spans[read] = span
