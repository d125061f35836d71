"""Deletion of many rows beside the running system: in short transactions with pauses, on any machine."""

import time
from collections.abc import Callable

from stressvision.db.engine.connection import Connection
from stressvision.services.context import Context

FIRST_CHUNK = 100
LARGEST_CHUNK = 2000
CHUNK_SECONDS = 0.005
"""Target duration of one transaction, for which other writers wait."""
PAUSE_SECONDS = 0.02
"""Pause between two transactions, so that waiting writers proceed: SQLite's look for the lock only now and then."""


def delete_in_chunks(
    context: Context, delete: Callable[[Connection, int], int], pause: Callable[[float], None] = time.sleep
) -> int:
    """Delete rows in transactions of about CHUNK_SECONDS, and return their number.

    Args:
        context: Database, settings and clock.
        delete: Deletes at most a number of rows and returns how many it deleted; fewer: none are left.
        pause: Sleeps for a number of seconds between transactions.
    """
    total, chunk = 0, FIRST_CHUNK
    while True:
        started = time.monotonic()
        with context.database.write() as connection:
            deleted = delete(connection, chunk)
            took = time.monotonic() - started
        total += deleted
        if deleted < chunk:
            return total
        chunk = max(1, min(LARGEST_CHUNK, 2 * chunk, int(chunk * CHUNK_SECONDS / max(took, 1e-6))))
        pause(max(PAUSE_SECONDS, took))
