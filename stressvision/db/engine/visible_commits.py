"""The set of transactions that a query of PostgreSQL would see now: it changes with each commit of any program.

SQLite's counterpart is `PRAGMA data_version`. Triggers would cover only the tables that have them.
"""

from sqlalchemy import Text, cast, func, select

from stressvision.db.engine.prepared import PreparedQuery, read_value
from stressvision.db.engine.snapshot_reads import SnapshotRead, read_alone

Visible = tuple[int, tuple[int, ...]]
"""Transactions below the number are visible, except the listed ones."""

_SNAPSHOT = PreparedQuery(select(cast(func.pg_current_snapshot(), Text)))


def read_visible_commits() -> SnapshotRead[Visible]:
    """Return the read of the visible transactions."""
    return read_alone(_SNAPSHOT.bind(read_value).then(read_snapshot))


def read_snapshot(text: str) -> Visible:
    """Return the visible transactions of a `pg_snapshot`; one that has begun and not ended leaves them as they are."""
    _, following, running = text.split(":")
    newest, others = int(following), sorted(int(number) for number in running.split(",") if number)
    while others and others[-1] == newest - 1:
        newest -= 1
        others.pop()
    return newest, tuple(others)
