"""The change feed, as the database keeps it: one row for each commit's effect that clients are told of."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, delete, func, select

from stressvision.db.engine.connection import Database, explain_driver_error, sqlite_driver
from stressvision.db.schema.tables import changes

if TYPE_CHECKING:
    import psycopg

CHANNEL = "stressvision_changes"
"""On which PostgreSQL's triggers tell of a change, when it is committed."""


def select_changes(connection: Connection, after: int, limit: int) -> Sequence[Row[Any]]:
    return connection.execute(select(changes).where(changes.c.id > after).order_by(changes.c.id).limit(limit)).all()


def last_change_id(connection: Connection) -> int:
    return connection.execute(select(func.coalesce(func.max(changes.c.id), 0))).scalar_one()


def oldest_change_id(connection: Connection) -> int:
    """The first change still kept, 0 where there is none."""
    return connection.execute(select(func.coalesce(func.min(changes.c.id), 0))).scalar_one()


def prune_changes(connection: Connection, before: datetime) -> int:
    """Forgets changes older than `before`, but never the newest one: ids must go on increasing."""
    kept = _first_change_since(connection, before)
    return connection.execute(delete(changes).where(changes.c.id < kept)).rowcount


def _first_change_since(connection: Connection, moment: datetime) -> int:
    """Or the newest. By halving: ids grow with time, and an index on the times would be paid for by every commit."""
    low, high = oldest_change_id(connection), last_change_id(connection)
    while low < high:
        middle = (low + high) // 2
        query = select(changes.c.committed_at).where(changes.c.id >= middle).order_by(changes.c.id).limit(1)
        if connection.execute(query).scalar_one() < moment:
            low = middle + 1
        else:
            high = middle
    return low


class CommitWatch:
    """Tells, for a few microseconds' work, whether anybody has committed since the last time it was asked.

    For one thread. Raises DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listener: psycopg.Connection | None = None
        self._seen: int | None = None
        try:
            self._connection = database.engine.raw_connection() if database.is_sqlite else None
        except sqlite_driver().Error as error:
            raise explain_driver_error(error, database.url) from error

    def has_news(self) -> bool:
        """Always true the first time, and on PostgreSQL when the feed has grown."""
        current = self._position()
        news = current != self._seen
        self._seen = current
        return news

    def wait(self, seconds: float) -> None:
        """Until PostgreSQL tells of a change, or so long: SQLite does not tell, and a pooler may swallow it."""
        if self._database.is_sqlite:
            # Not a wait on an event: that takes twice the processor time, and this is done hundreds of times a second.
            time.sleep(seconds)
            return
        from psycopg import Error  # PostgreSQL's driver, where it is used alone: 10 MB

        try:
            if self._listener is None:
                self._listener = _listen(self._database)
                return  # what was committed before it listened is to be asked for
            for _ in self._listener.notifies(timeout=seconds, stop_after=1):
                pass
        except Error as error:
            self._stop_listening()
            raise explain_driver_error(error, self._database.url) from error

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()

    def _position(self) -> int:
        if self._connection is None:
            with self._database.read() as connection:
                return last_change_id(connection)
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite_driver().Error as error:
            raise explain_driver_error(error, self._database.url) from error

    def close(self) -> None:
        self._stop_listening()
        if self._connection is not None:
            self._connection.close()


def _listen(database: Database) -> "psycopg.Connection":
    """A connection of its own, outside of any transaction: notifications come between transactions only."""
    dialect = database.engine.dialect
    arguments, options = dialect.create_connect_args(database.url)
    driver: psycopg.Connection = dialect.connect(*arguments, **options, autocommit=True)  # type: ignore[assignment]
    driver.execute(f"LISTEN {CHANNEL}")
    return driver
