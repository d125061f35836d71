"""Leader election for periodic jobs: one process at a time, however many reporters run."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from stressvision.db.engine.connection import Database

_JOBS = 314159265
"""First half of the advisory lock's key; the second half is the hash of the job's name."""
_TAKE = text(f"SELECT pg_try_advisory_xact_lock({_JOBS}, hashtext(:name))")


@contextmanager
def leading(database: Database, name: str) -> Iterator[bool]:
    """Yield whether this process may run the job `name` within the block. Raises DatabaseUnavailable.

    On PostgreSQL this is an advisory lock of the block's transaction, released also when the process is killed. On
    SQLite it is always true: each job reads and writes in one transaction, and BEGIN IMMEDIATE admits one at a time.
    """
    if database.is_sqlite:
        yield True
        return
    with database.read() as connection:
        yield bool(connection.execute(_TAKE, {"name": name}).scalar_one())
