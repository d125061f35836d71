"""Deletion of many rows beside the running system: in short transactions with pauses, on any machine."""

import time
from collections.abc import Callable

from stressvision.db.backup.space import move_log
from stressvision.db.engine.connection import Connection
from stressvision.services.context import Context

FIRST_CHUNK = 100
LARGEST_CHUNK = 2000
CHUNK_SECONDS = 0.005
"""Target duration of the statements of one transaction, for which other writers wait."""
PAUSE_SECONDS = 0.02
"""Shortest pause between two transactions."""
PAUSE_FACTOR = 3
"""Pause as a multiple of the transaction before, its commit included. A waiting writer of SQLite looks for the lock ten
times in the first 0.2 s, and finds it where it is free most of the time."""
LOG_SECONDS = 1.0
"""Time after which the write-ahead log is moved into the file, so that no writer's commit has to do it."""


def delete_in_chunks(
    context: Context, delete: Callable[[Connection, int], int], pause: Callable[[float], None] = time.sleep
) -> int:
    """Delete rows in transactions of about CHUNK_SECONDS, and return their number.

    Args:
        context: Database, settings and clock.
        delete: Deletes at most a number of rows and returns how many it deleted; fewer: none are left.
        pause: Sleeps for a number of seconds between transactions.
    """
    total, chunk, moved_at = 0, FIRST_CHUNK, time.monotonic()
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
        if time.monotonic() - moved_at > LOG_SECONDS:
            move_log(context.database)
            moved_at = time.monotonic()
        pause(max(PAUSE_SECONDS, PAUSE_FACTOR * held))
