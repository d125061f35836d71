"""Changes to many rows beside the running system: in short transactions with pauses, on any machine."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from stressvision.db.backup.space import PAUSE_FACTOR, move_log
from stressvision.db.engine.connection import Connection
from stressvision.services.context import Context

T = TypeVar("T")

FIRST_CHUNK = 100
LARGEST_CHUNK = 2000
CHUNK_SECONDS = 0.005
"""Target duration of the statements of one transaction, for which other writers wait."""
PAUSE_SECONDS = 0.02
"""Shortest pause between two transactions."""
LOG_SECONDS = 1.0
"""Time after which the write-ahead log is moved into the file, so that no writer's commit has to do it."""


class Pauses:
    """Pauses between the transactions of one work, so that waiting writers proceed."""

    def __init__(self, context: Context, pause: Callable[[float], None] = time.sleep) -> None:
        self._context, self._pause = context, pause
        self._moved_at = time.monotonic()

    def rest(self, held: float) -> None:
        """Pause after a transaction that held the lock for `held` seconds; each second, move the log before."""
        if time.monotonic() - self._moved_at > LOG_SECONDS:
            move_log(self._context.database)
            self._moved_at = time.monotonic()
        self._pause(max(PAUSE_SECONDS, PAUSE_FACTOR * held))


def delete_in_chunks(
    context: Context, delete: Callable[[Connection, int], int], pause: Callable[[float], None] = time.sleep
) -> int:
    """Delete rows in transactions of about CHUNK_SECONDS, and return their number.

    Args:
        context: Database, settings and clock.
        delete: Deletes at most a number of rows and returns how many it deleted; fewer: none are left.
        pause: Sleeps for a number of seconds between transactions.
    """
    total, chunk, pauses = 0, FIRST_CHUNK, Pauses(context, pause)
    while True:
        with context.database.write() as connection:
            began = time.monotonic()
            deleted = delete(connection, chunk)
            took = time.monotonic() - began
        held = time.monotonic() - began
        total += deleted
        if deleted < chunk:
            return total
        chunk = max(1, min(LARGEST_CHUNK, 2 * chunk, int(chunk * CHUNK_SECONDS / max(took, 1e-6))))
        pauses.rest(held)


def write_in_chunks(
    context: Context,
    items: Iterable[T],
    write: Callable[[Connection, T], int],
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Write about each item in transactions of about CHUNK_SECONDS, and return the sum of what `write` returns."""
    total, pauses, left = 0, Pauses(context, pause), list(reversed(list(items)))
    while left:
        with context.database.write() as connection:
            began = time.monotonic()
            while left and time.monotonic() - began < CHUNK_SECONDS:
                total += write(connection, left.pop())
        if left:
            pauses.rest(time.monotonic() - began)
    return total
