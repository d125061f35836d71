"""The change feed: one row for each committed change that clients receive as an event."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, select

from stressvision.db.engine.connection import Database, sqlite_driver
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.kept_reader import KeptReader
from stressvision.db.schema.tables import changes
from stressvision.db.schema.tables.feed import IS_REPORT

if TYPE_CHECKING:
    import psycopg

CHANNEL = "stressvision_changes"
"""The channel on which PostgreSQL's triggers notify of a committed change."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of the row `entity_id`; `kind` names the table and what happened (`detection`, `alert_resolved`, …)."""

    id: int
    kind: str
    entity_id: int
    committed_at: datetime


_CHANGE = select(*columns_for(ChangeRow, changes))


def select_changes(connection: Connection, after: int, limit: int) -> list[ChangeRow]:
    """Return up to `limit` changes after an id, in order."""
    query = _CHANGE.where(changes.c.id > after).order_by(changes.c.id).limit(limit)
    return [ChangeRow(*row) for row in connection.execute(query)]


def last_change_id(connection: Connection) -> int:
    """Return the id of the newest change, 0 where there is none."""
    return int(connection.execute(select(func.coalesce(func.max(changes.c.id), 0))).scalar_one())


def oldest_change_id(connection: Connection) -> int:
    """Return the id of the oldest stored change, 0 where there is none."""
    return int(connection.execute(select(func.coalesce(func.min(changes.c.id), 0))).scalar_one())


def select_report_changes(connection: Connection, since: datetime, after: int) -> list[ChangeRow]:
    """Return the changes of reports committed at `since` or later, with ids after `after`, in order.

    Reads the index of reports alone, so that the time that it takes does not depend on the number of detections.
    """
    found = connection.execute(_CHANGE.where(IS_REPORT, changes.c.committed_at >= since))
    rows = (ChangeRow(*row) for row in found)
    return sorted((row for row in rows if row.id > after), key=lambda row: row.id)


def prune_changes(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` changes with ids below `before`, never the newest one, so that ids go on increasing.

    Returns their number.
    """
    kept = min(before, last_change_id(connection))
    oldest = select(changes.c.id).where(changes.c.id < kept).order_by(changes.c.id).limit(limit)
    return connection.execute(delete(changes).where(changes.c.id.in_(oldest))).rowcount


class CommitWatch:
    """Detect commits of any process since the last check, in a few microseconds on SQLite.

    For use by one thread. Raises DatabaseUnavailable.
    """

    def __init__(self, database: Database, reader: KeptReader) -> None:
        """`reader`: of the same thread."""
        self._database, self._reader = database, reader
        self._listener: psycopg.Connection | None = None
        self._seen: int | None = None
        database.require_file()
        self._generation = database.file_generation
        try:
            self._connection = database.engine.raw_connection() if database.is_sqlite else None
        except sqlite_driver().Error as error:
            raise explain_driver_error(error, database.url) from error

    def has_news(self) -> bool:
        """Return whether anything (PostgreSQL: a change) was committed since the last call; true the first time."""
        current = self._position()
        news = current != self._seen
        self._seen = current
        return news

    def wait(self, seconds: float) -> None:
        """Wait for PostgreSQL's notification or the time-out: SQLite sends none, and a pooler may drop it."""
        if self._database.is_sqlite:
            # Not a wait on an event, which takes twice the processor time: this is called hundreds of times a second.
            time.sleep(seconds)
            return
        from psycopg import Error  # imported only for PostgreSQL: 10 MB

        try:
            if self._listener is None:
                self._listener = _listen(self._database)
                return  # commits before the LISTEN are found by the next check
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
            with self._reader.read() as connection:
                return last_change_id(connection)
        try:
            self._database.require_file(self._generation)
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite_driver().Error as error:
            raise explain_driver_error(error, self._database.url) from error

    def close(self) -> None:
        """Close the watch's connections."""
        self._stop_listening()
        if self._connection is not None:
            self._connection.close()


def _listen(database: Database) -> "psycopg.Connection":
    """Return a connection in autocommit mode: notifications are delivered only between transactions."""
    dialect = database.engine.dialect
    arguments, options = dialect.create_connect_args(database.url)
    driver: psycopg.Connection = dialect.connect(*arguments, **options, autocommit=True)  # type: ignore[assignment]
    driver.execute(f"LISTEN {CHANNEL}")
    return driver
