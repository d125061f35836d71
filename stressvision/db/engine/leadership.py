"""One process at a time for a periodic job, however many reporters run."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from stressvision.db.engine.connection import Database

_JOBS = 314159265
"""The first half of the advisory locks' key; the second is the job's name."""
_TAKE = text(f"SELECT pg_try_advisory_xact_lock({_JOBS}, hashtext(:name))")


@contextmanager
def leading(database: Database, name: str) -> Iterator[bool]:
    """Whether this process may do the job `name` within the block. Raises DatabaseUnavailable.

    On PostgreSQL a lock that goes with the transaction that took it: whoever is killed leaves nothing behind. On SQLite
    always: there a job looks and writes within one transaction, and BEGIN IMMEDIATE lets one process do so at a time.
    """
    if database.is_sqlite:
        yield True
        return
    with database.read() as connection:
        yield bool(connection.execute(_TAKE, {"name": name}).scalar_one())
