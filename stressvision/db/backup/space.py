"""Disk space of the database: its size, and release or overwriting of deleted rows' pages."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from stressvision.db.engine.connection import Database, sqlite_driver, sqlite_path
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.engine.storage import file_bytes
from stressvision.db.schema.tables import metadata

PAUSE_FACTOR = 3
"""Pause as a multiple of the transaction before, its commit included. A waiting writer of SQLite looks for the lock ten
times in the first 0.2 s, and finds it where it is free most of the time."""
_INCREMENTAL = 2
"""`PRAGMA auto_vacuum`: free pages can be returned to the disk a few at a time."""
_CHECKPOINT_SECONDS = 10.0
_RETRY_SECONDS = 0.05
_BLOCKING_MS = 50
"""How long truncating the log waits for a reader at a time."""


@dataclass(frozen=True)
class Space:
    """Bytes on disk with the write-ahead log, and free ones among them. PostgreSQL: bytes of this program's tables."""

    used: int
    free: int


def measure_space(database: Database) -> Space:
    """Return the disk space of the database."""
    path = sqlite_path(database.url)
    if path is None:
        with database.read() as connection:
            query = text(
                "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c WHERE c.relname = :name"
            )
            sizes = [int(connection.execute(query, {"name": name}).scalar_one()) for name in metadata.tables]
            return Space(sum(sizes), 0)
    with closing(_open(database)) as connection:
        page = _pragma(connection, "page_size")
        free = _pragma(connection, "freelist_count") * page
    return Space(file_bytes(path), free)


def can_free_gradually(database: Database) -> bool:
    """Return whether the database is an SQLite file whose free pages can be returned a few at a time."""
    if not database.is_sqlite:
        return False
    with closing(_open(database)) as connection:
        return _pragma(connection, "auto_vacuum") == _INCREMENTAL


def free_some(database: Database, pages: int) -> bool:
    """Return up to `pages` free pages to the disk in one short transaction; return whether more are left. SQLite only.

    Raises DatabaseUnavailable.
    """
    try:
        with closing(_open(database)) as connection:
            connection.cursor().execute(f"PRAGMA incremental_vacuum({pages:d})").fetchall()
            return _pragma(connection, "freelist_count") > 0
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error


def rewrite(database: Database, tables: Iterable[str]) -> None:
    """Rewrite the tables, so that no page contains deleted rows and free space is returned to the disk.

    Writers wait meanwhile. SQLite rewrites the whole file, held in memory meanwhile, and can free pages gradually
    afterwards. PostgreSQL locks one table after the other; its own log and backups can only be cleaned by its
    administrator. Raises DatabaseUnavailable.
    """
    if database.is_sqlite:
        try:
            with closing(_open(database)) as connection:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA auto_vacuum={_INCREMENTAL}")
                cursor.execute("VACUUM")
        except sqlite_driver().Error as error:
            raise explain_driver_error(error, database.url) from error
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.execute(text(f'VACUUM FULL "{name}"'))


def vacuum(database: Database, tables: Iterable[str]) -> None:
    """Remove deleted rows from tables of a PostgreSQL database beside writers; their bytes stay until overwritten."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.execute(text(f'VACUUM "{name}"'))


def move_log(database: Database) -> bool:
    """Move the write-ahead log into the file without blocking writers; return whether all of it was moved.

    Readers keep what was written since they began in the log. Raises DatabaseUnavailable.
    """
    if not database.is_sqlite:
        return True
    try:
        with closing(_open(database)) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            is_busy, in_log, moved = cursor.fetchone()
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error
    return not is_busy and in_log == moved >= 0


def empty_log(database: Database, patience: float = _CHECKPOINT_SECONDS) -> bool:
    """Move the write-ahead log into the file and truncate it; return False if a reader blocked it until the time-out.

    `patience`: seconds. Raises DatabaseUnavailable.
    """
    if not database.is_sqlite:
        return True
    deadline = time.monotonic() + patience
    try:
        with closing(_open(database)) as connection:
            while True:
                # Moves what is possible without blocking writers, so that they wait for the rest only.
                _pragma(connection, "wal_checkpoint(PASSIVE)")
                # Writers wait while this one waits for a reader.
                with _impatient(connection):
                    is_busy = _pragma(connection, "wal_checkpoint(TRUNCATE)")
                if not is_busy or time.monotonic() > deadline:
                    return not is_busy
                time.sleep(_RETRY_SECONDS)
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error


@contextmanager
def _impatient(connection: Any) -> Iterator[None]:
    """Wait no longer than _BLOCKING_MS for locks within the block."""
    usual = _pragma(connection, "busy_timeout")
    _pragma(connection, f"busy_timeout={_BLOCKING_MS}")
    try:
        yield
    finally:
        _pragma(connection, f"busy_timeout={usual}")


def _open(database: Database) -> Any:
    """Return a pooled connection outside any transaction."""
    return database.engine.raw_connection()


def _pragma(connection: Any, name: str) -> int:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA {name}")
    return int(cursor.fetchone()[0])
