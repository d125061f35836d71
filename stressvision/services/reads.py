"""Looks at one person's data that repeat each other within a few seconds, as a screen's do that asks again and again.

The first is written at once; the others become one row more, with how many they were, when the span has ended.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta

SPAN = timedelta(seconds=10)


@dataclass(frozen=True)
class Look:
    """Who looked at what. `details`: names and values, in a form that can be compared."""

    user_id: str | None
    ip_address: str | None
    action: str
    entity_type: str
    entity_id: int
    details: tuple[tuple[str, object], ...] = ()


@dataclass
class _Span:
    """`written`: the first look, on disk. `repetitions`: how many came after it."""

    began: datetime
    written: "Future[None]"
    repetitions: int = 0

    def covers(self, now: datetime) -> bool:
        return abs(now - self.began) < SPAN


Repetitions = tuple[tuple[Look, int], ...]
"""Looks, and how often each was repeated."""
Write = Callable[[Repetitions], "Future[None]"]


class ReadLog:
    """What one process has still to write. For all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._spans: dict[Look, _Span] = {}

    def note(self, look: Look, now: datetime, write: Write) -> "Future[None]":
        """Ends when the look may be granted: it, or the first of those it repeats, is on disk.

        `write` is called for a first look, and given what has ended meanwhile to be written with it.
        """
        with self._lock:
            span = self._spans.get(look)
            if span is not None and span.covers(now):
                span.repetitions += 1
                return span.written
            ended = self._take(lambda other: not other.covers(now))
            written = write(tuple((other, was.repetitions) for other, was in ended.items() if was.repetitions))
            self._spans[look] = _Span(now, written)
        written.add_done_callback(lambda future: self._restore(future, look, ended))
        return written

    def write_ended(self, now: datetime, write: Write) -> "Future[None] | None":
        """Writes the repetitions of the spans that have ended; None where there are none."""
        return self._write_taken(lambda span: not span.covers(now), write)

    def write_all(self, write: Write) -> "Future[None] | None":
        """As write_ended, of all spans: for when the process ends."""
        return self._write_taken(lambda _span: True, write)

    def _write_taken(self, wanted: Callable[[_Span], bool], write: Write) -> "Future[None] | None":
        with self._lock:
            taken = self._take(wanted)
            repetitions = tuple((look, span.repetitions) for look, span in taken.items() if span.repetitions)
            written = write(repetitions) if repetitions else None
        if written is not None:
            written.add_done_callback(lambda future: self._restore(future, None, taken))
        return written

    def _take(self, wanted: Callable[[_Span], bool]) -> dict[Look, _Span]:
        taken = {look: span for look, span in self._spans.items() if wanted(span)}
        for look in taken:
            del self._spans[look]
        return taken

    def _restore(self, written: "Future[None]", first: Look | None, taken: dict[Look, _Span]) -> None:
        """What could not be written is not forgotten, and a first look that was not counts for nothing."""
        if not written.cancelled() and written.exception() is None:
            return
        with self._lock:
            if first is not None:
                self._spans.pop(first, None)
            for look, span in taken.items():
                if look in self._spans:
                    self._spans[look].repetitions += span.repetitions
                else:
                    self._spans[look] = span
