"""Connections and transactions: pooled reads, one writer at a time, driver errors translated to DatabaseUnavailable."""

import importlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache, partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL as URL
from sqlalchemy.exc import DatabaseError

from stressvision.db.engine.driver_errors import hide_row, translate_error, translate_errors, wrap_driver_error
from stressvision.db.engine.file_identity import FileIdentity
from stressvision.db.engine.types import read_json
from stressvision.db.engine.urls import parse_url as parse_url
from stressvision.db.engine.urls import require_regular_file
from stressvision.db.engine.urls import sqlite_path as sqlite_path
from stressvision.db.engine.write_queue import WriteQueue

if TYPE_CHECKING:
    from stressvision.db.engine.snapshot_reads import SnapshotRead

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
CACHE_KIB = 512
"""Page cache of each connection; the operating system caches the file as well."""
WRITING_CACHE_KIB = 2048
"""Of the connection that writes. A row of a batch takes 62 µs with it and 71 with CACHE_KIB: pages of seven indexes."""
_GENERATION = "file_generation"
_CLOSING_MS = 1000
"""How long the last checkpoint of a process waits for readers."""
CHECKPOINT_PAGES = 4000
"""Pages of the write-ahead log before a checkpoint (16 MB): a busy page is then copied once for many commits."""
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"cache_size={-CACHE_KIB}",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
)
_FIRST_SAFE_WAL = (3, 51, 3)
"""Earlier SQLite versions can corrupt a WAL file that several processes write to (the WAL-reset bug)."""
_SNAPSHOT: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""How PostgreSQL reads: by default each statement would see what was committed before it."""
WRITE_LOCK_KEY = 718281828
_WRITE_LOCK = text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})")
_BEGIN_AS_WRITER = f"BEGIN; SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})"
"""In one round trip, on a connection whose driver begins no transactions itself."""


@cache
def sqlite_driver() -> ModuleType:
    """Return the interpreter's sqlite3, or pysqlite3 (which bundles a newer SQLite) where sqlite3 is too old."""
    if sqlite3.sqlite_version_info < _FIRST_SAFE_WAL and importlib.util.find_spec("pysqlite3"):
        return importlib.import_module("pysqlite3")
    return sqlite3


class Database:
    """One database, shared by all threads of one process.

    `queue`: where short writes are submitted to be committed together (write_queue.WriteQueue).
    """

    def __init__(self, database_url: str) -> None:
        self.url = parse_url(database_url)
        require_regular_file(sqlite_path(self.url))
        self.engine = _create_engine(self.url)
        self._reader = self.engine if self.is_sqlite else self.engine.execution_options(**_SNAPSHOT)
        self.queue = WriteQueue(self)
        self.check_replacement: Callable[[], None] = lambda: None
        """Raises DatabaseUnavailable where a file that replaced the opened one cannot be used."""
        self._file = FileIdentity(sqlite_path(self.url))

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an SQLite file; otherwise it is PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one consistent snapshot. Raises DatabaseUnavailable."""
        self.require_file()
        with translate_errors(self.url), self._reader.connect() as connection, connection.begin():
            yield connection

    def fetch(self, read: "SnapshotRead[T]") -> T:
        """Return the answer of a read. Raises DatabaseUnavailable, and what the read's own function raises."""
        with self.read() as connection:
            return read.fetch(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block in a transaction of its own, on disk when the block has ended. Raises DatabaseUnavailable.

        There is one writer at a time, so that feed ids appear in commit order and a rule that counts rows sees all of
        them: on SQLite threads take turns (write_queue.py) and other processes wait on BEGIN IMMEDIATE; PostgreSQL has
        an advisory lock.
        """
        with translate_errors(self.url), self.queue.write() if self.is_sqlite else self._lock() as connection:
            yield connection

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """As write(), on a separate connection that allows referenced tables to be renamed and replaced."""
        with translate_errors(self.url):
            if not self.is_sqlite:
                with self._lock() as connection:
                    yield connection
                return
            with self.queue.pause(), self.engine.connect() as connection:
                connection.detach()
                for pragma in ("foreign_keys=OFF", "legacy_alter_table=ON"):
                    connection.connection.dbapi_connection.execute(f"PRAGMA {pragma}")  # type: ignore[union-attr]
                connection.execution_options(stressvision_write=True)
                with connection.begin():
                    yield connection

    @contextmanager
    def _lock(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.execute(_WRITE_LOCK)
            yield connection

    def connect(self) -> Connection:
        """Return a new connection for writing (write_queue.DatabaseAccess)."""
        self.require_file()  # before SQLite creates a missing file
        connection = self.engine.connect().execution_options(stressvision_write=True)
        connection.info[_GENERATION] = self.file_generation
        if self.is_sqlite:
            _execute_unseen(connection, f"PRAGMA cache_size={-WRITING_CACHE_KIB}")
            return connection
        return connection.execution_options(isolation_level="AUTOCOMMIT")

    def is_current(self, connection: Connection) -> bool:
        """Return whether a connection of connect() belongs to the present file (write_queue.DatabaseAccess)."""
        return bool(connection.info[_GENERATION] == self.file_generation)

    def begin(self, connection: Connection) -> None:
        """Begin a transaction as the only writer (write_queue.DatabaseAccess)."""
        self.require_file()
        connection.begin()
        if not self.is_sqlite:
            connection.exec_driver_sql(_BEGIN_AS_WRITER)

    def count_written(self, connection: Connection) -> int | None:
        """Return SQLite's count of changed rows; None outside a transaction and on PostgreSQL."""
        driver: Any = connection.connection.dbapi_connection
        return int(driver.total_changes) if self.is_sqlite and driver.in_transaction else None

    def translate_error(self, error: Exception) -> Exception:
        """Return the DatabaseUnavailable for a driver error; any other error unchanged."""
        return translate_error(error, self.url)

    @property
    def file_generation(self) -> int:
        """Number of times that the SQLite file was replaced since this object exists."""
        return self._file.generation

    def require_file(self, generation: int | None = None) -> None:
        """Raise DatabaseUnavailable where the SQLite file was removed or replaced since it was opened.

        Also called after each commit (write_queue.DatabaseAccess): rows of a removed file are not acknowledged.
        `generation`: the `file_generation` at which the caller opened a connection that it keeps.
        """
        self._file.require_same(self._reopen, generation)

    def close(self) -> None:
        """Commit the submitted writes, move the write-ahead log into the file, and close all connections."""
        self.queue.close()
        if self.is_sqlite and self._file.is_present():
            with suppress(DatabaseError, sqlite_driver().Error), self.engine.connect() as connection:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_CLOSING_MS}")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.engine.dispose()
        self._file.forget()

    def _reopen(self) -> None:
        self.engine.dispose()
        self.check_replacement()


def _create_engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        server = create_engine(
            url, pool_pre_ping=True, hide_parameters=True, json_serializer=_write_json, json_deserializer=read_json
        )
        event.listen(server, "handle_error", hide_row)
        return server
    engine = create_engine(
        url,
        module=sqlite_driver(),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        # The values of a failed statement would be in the log: names, notes, faces.
        hide_parameters=True,
        json_serializer=_write_json,
        json_deserializer=read_json,
        # Few connections are needed at once, and each one in use has a page cache of its own.
        pool_use_lifo=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        # The driver must not begin transactions itself: BEGIN IMMEDIATE below is the only way to write.
        dbapi_connection.isolation_level = None
        dbapi_connection.text_factory = _read_text
        try:
            _enter_wal(dbapi_connection)
            for pragma in _PRAGMAS:
                dbapi_connection.execute(f"PRAGMA {pragma}")
        except sqlite_driver().Error:
            dbapi_connection.close()  # the pool does not, and an open connection blocks replacing the file
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("stressvision_write", False)
        statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
        _execute_unseen(connection, statement)

    return engine


def _execute_unseen(connection: Connection, statement: str) -> None:
    """Execute a statement in SQLite's driver, where SQLAlchemy begins no transaction and takes 35 µs less."""
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(statement)
    except sqlite_driver().Error as error:
        raise wrap_driver_error(statement, error, connection.dialect) from error


_read_text = partial(str, encoding="utf-8", errors="replace")
"""SQLite does not check that text is UTF-8; the driver would refuse the whole row."""


def _write_json(value: object) -> str:
    return to_json(value).decode()  # several times as fast as json.dumps


def _enter_wal(dbapi_connection: Any) -> None:
    # SQLite does not apply its busy timeout to this lock: processes that switch a new file together fail at once.
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            if dbapi_connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                # Allows free pages to be returned to the disk a few at a time (db/backup/space.py).
                dbapi_connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            dbapi_connection.execute("PRAGMA journal_mode=WAL")
        except sqlite_driver().OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
