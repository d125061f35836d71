"""Disk space: what deleting left behind is given back, or overwritten, and how large the files are."""

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from stressvision.db.engine.connection import (
    Database,
    explain_driver_error,
    sqlite_driver,
    sqlite_path,
)
from stressvision.db.engine.storage import file_bytes
from stressvision.db.schema.tables import metadata

_INCREMENTAL = 2
"""`PRAGMA auto_vacuum`: freed pages can be given back a few at a time."""
_CHECKPOINT_SECONDS = 10.0
_RETRY_SECONDS = 0.05


@dataclass(frozen=True)
class Space:
    """Bytes on disk, the write-ahead log included, and how many of them are free pages. PostgreSQL: of our tables."""

    used: int
    free: int


def measure_space(database: Database) -> Space:
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
    """Whether a SQLite file was made so that free pages can be given back a few at a time."""
    if not database.is_sqlite:
        return False
    with closing(_open(database)) as connection:
        return _pragma(connection, "auto_vacuum") == _INCREMENTAL


def free_some(database: Database, pages: int) -> bool:
    """Gives up to `pages` free pages back in one short transaction; whether there may be more. SQLite only."""
    try:
        with closing(_open(database)) as connection:
            connection.cursor().execute(f"PRAGMA incremental_vacuum({pages:d})").fetchall()
            return _pragma(connection, "freelist_count") > 0
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error


def rewrite(database: Database, tables: Iterable[str]) -> None:
    """Writes the tables anew: nothing of a deleted row is left in any page, and free space goes back to the disk.

    Writers wait meanwhile. SQLite writes the whole file, held in memory while it is at it, and from then on frees
    gradually. PostgreSQL locks one table after the other, and keeps its own log and backups, which only its
    administrator can clean. Raises DatabaseUnavailable.
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


def empty_log(database: Database, patience: float = _CHECKPOINT_SECONDS) -> bool:
    """Moves the write-ahead log into the file and cuts it to nothing; False where a reader held on to it throughout."""
    if not database.is_sqlite:
        return True
    deadline = time.monotonic() + patience
    try:
        with closing(_open(database)) as connection:
            # What can be moved beside the writers is: then they wait for the rest alone.
            _pragma(connection, "wal_checkpoint(PASSIVE)")
            while True:
                is_busy = _pragma(connection, "wal_checkpoint(TRUNCATE)")
                if not is_busy or time.monotonic() > deadline:
                    return not is_busy
                time.sleep(_RETRY_SECONDS)
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error


def _open(database: Database) -> Any:
    """A connection of its own, prepared like every other, outside any transaction."""
    return database.engine.raw_connection()


def _pragma(connection: Any, name: str) -> int:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA {name}")
    return int(cursor.fetchone()[0])
