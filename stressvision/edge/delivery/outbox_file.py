"""The file of the outbox: its tables, how it is opened, and the translation of its errors."""

import sqlite3 as system_sqlite
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from stressvision.core.clock import Clock
from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.core.files import make_private
from stressvision.edge.delivery.delivered import SCHEMA as DELIVERED_SCHEMA

try:
    # It bundles a SQLite without the WAL-reset bug, which can corrupt a file used by several connections before 3.51.3.
    import pysqlite3 as sqlite3
except ImportError:
    sqlite3 = system_sqlite

BUSY_SECONDS = 5.0

log = structlog.get_logger()

_SCHEMA = """
CREATE TABLE IF NOT EXISTS item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS refused (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS early (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
    due TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS open_session (key TEXT PRIMARY KEY, seen_at TEXT NOT NULL);
"""


def open_outbox_file(path: Path, clock: Clock) -> system_sqlite.Connection:
    """Open or create the file with its tables; a damaged file is renamed by the time of `clock`, and replaced.

    Raises:
        DatabaseUnavailable: If the file cannot be opened or the folder cannot be written.
    """
    with translate_errors():
        try:
            return _prepare(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            aside = path.with_name(f"{path.name}.damaged-{clock():%Y%m%d%H%M%S}")
            path.rename(aside)
            log.error("outbox damaged, renamed and replaced", set_aside=aside.name)
            return _prepare(path)


def _prepare(path: Path) -> system_sqlite.Connection:
    make_private(path)
    connection: system_sqlite.Connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL: these devices lose power without notice, and one small commit a second is cheap.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_SCHEMA + DELIVERED_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise DatabaseUnavailable in place of errors of the file or of SQLite."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise DatabaseUnavailable(
            Message(
                es=f"La cola de envíos del dispositivo no se puede usar ({error}). Revise el espacio en disco y los "
                "permisos, o elija otro archivo con STRESSVISION_OUTBOX_PATH.",
                en=f"The device's outbox cannot be used ({error}). Check disk space and permissions, or choose another "
                "file with STRESSVISION_OUTBOX_PATH.",
            )
        ) from error
