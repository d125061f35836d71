"""Connections and transactions: pooled reads, one writer at a time, driver errors translated to DatabaseUnavailable."""

import importlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection as Connection
from sqlalchemy import Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import URL as URL
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, IntegrityError, ProgrammingError

from stressvision.core.errors import ConfigurationError, DatabaseUnavailable, Message
from stressvision.db.engine.file_identity import FileIdentity
from stressvision.db.engine.types import read_json
from stressvision.db.engine.write_queue import WriteQueue

BUSY_TIMEOUT_MS = 10_000
CACHE_KIB = 512
"""Page cache of each connection; the operating system caches the file as well."""
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
WRITE_LOCK_KEY = 718281828
_WRITE_LOCK = text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})")


@cache
def sqlite_driver() -> ModuleType:
    """Return the interpreter's sqlite3, or pysqlite3 (which bundles a newer SQLite) where sqlite3 is too old."""
    if sqlite3.sqlite_version_info < _FIRST_SAFE_WAL and importlib.util.find_spec("pysqlite3"):
        return importlib.import_module("pysqlite3")
    return sqlite3


def sqlite_path(url: URL) -> Path | None:
    """Return the file of a SQLite URL, None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _require_regular_file(path: Path | None) -> None:
    """Raise DatabaseUnavailable where the path names a folder, a pipe or a device, or cannot be a file's name."""
    try:
        is_usable = path is None or not path.exists() or path.is_file()
        reason = "no es un archivo", "is not a file"
    except OSError as error:  # such as a name that is too long
        is_usable, reason = False, (str(error.strerror), str(error.strerror))
    if not is_usable:
        raise DatabaseUnavailable(
            Message(
                es=f"{path} no puede ser la base de datos: {reason[0]}. Use otro en STRESSVISION_DATABASE_URL.",
                en=f"{path} cannot be the database: {reason[1]}. Use another one in STRESSVISION_DATABASE_URL.",
            )
        )


def parse_url(database_url: str) -> URL:
    """Parse a database URL. Raises ConfigurationError for anything but sqlite:///file and postgresql://…"""
    try:
        url = make_url(database_url)
    except ArgumentError:
        url = None
    if url is not None and url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url is not None and url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise ConfigurationError(
        Message(
            es="STRESSVISION_DATABASE_URL debe ser sqlite:///archivo.db o postgresql://usuario@servidor/base.",
            en="STRESSVISION_DATABASE_URL must be sqlite:///file.db or postgresql://user@server/database.",
        ),
        field="STRESSVISION_DATABASE_URL",
    )


class Database:
    """One database, shared by all threads of one process.

    `queue`: where short writes are submitted to be committed together (write_queue.WriteQueue).
    """

    def __init__(self, database_url: str) -> None:
        self.url = parse_url(database_url)
        _require_regular_file(sqlite_path(self.url))
        self.engine = _create_engine(self.url)
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
        with _translate_errors(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Run the block in a transaction of its own, on disk when the block has ended. Raises DatabaseUnavailable.

        There is one writer at a time, so that feed ids appear in commit order and a rule that counts rows sees all of
        them: on SQLite threads take turns (write_queue.py) and other processes wait on BEGIN IMMEDIATE; PostgreSQL has
        an advisory lock.
        """
        with _translate_errors(self.url), self.queue.write() if self.is_sqlite else self._lock() as connection:
            yield connection

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """As write(), on a separate connection that allows referenced tables to be renamed and replaced."""
        with _translate_errors(self.url):
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
        return connection

    def is_current(self, connection: Connection) -> bool:
        """Return whether a connection of connect() belongs to the present file (write_queue.DatabaseAccess)."""
        return bool(connection.info[_GENERATION] == self.file_generation)

    def begin(self, connection: Connection) -> None:
        """Begin a transaction as the only writer (write_queue.DatabaseAccess)."""
        self.require_file()
        connection.begin()
        if not self.is_sqlite:
            connection.execute(_WRITE_LOCK)

    def count_written(self, connection: Connection) -> int | None:
        """Return SQLite's count of changed rows; None outside a transaction and on PostgreSQL."""
        driver: Any = connection.connection.dbapi_connection
        return int(driver.total_changes) if self.is_sqlite and driver.in_transaction else None

    def translate_error(self, error: Exception) -> Exception:
        """Return the DatabaseUnavailable for a driver error; any other error unchanged."""
        return _translate_error(error, self.url)

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
        event.listen(server, "handle_error", _hide_row)
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
        # Not exec_driver_sql, which takes 35 µs of each transaction to run what SQLite does in one.
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.execute(statement)
        except sqlite_driver().Error as error:
            raise wrap_driver_error(statement, error, connection.dialect) from error

    return engine


def _hide_row(fault: ExceptionContext) -> None:
    """Keep the first line of an error: in those after it, PostgreSQL repeats the row that it refused."""
    for error in (fault.original_exception, fault.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


def wrap_driver_error(statement: str, error: Exception, dialect: Dialect) -> DBAPIError:
    """Return sqlalchemy's error for one of SQLite's driver, of a statement that was passed to the driver itself."""
    base = sqlite_driver().Error
    wrapped = DBAPIError.instance(statement, None, error, base, hide_parameters=True, dialect=dialect)
    assert isinstance(wrapped, DBAPIError)  # noqa: S101  other errors are not the driver's
    return wrapped


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


@contextmanager
def _translate_errors(url: URL) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if (translated := _translate_error(error, url)) is error:
            raise
        raise translated from error


def _translate_error(error: Exception, url: URL) -> Exception:
    if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError | ProgrammingError):
        return error
    translated = explain_driver_error(error.orig, url)
    translated.__cause__ = error
    return translated


_DRIVER_FAULTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("locked", "busy"),
        "La base de datos {where} está ocupada por otro programa. Ciérrelo o espere y repita.",
        "Database {where} is in use by another program. Close it, or wait and try again.",
    ),
    (
        ("full",),
        "No queda espacio en el disco de {where}: no se guardó nada. Libere espacio y repita.",
        "The disk of {where} is full: nothing was stored. Free some space and try again.",
    ),
    (
        ("readonly", "read-only", "permission"),
        "No se puede escribir en {where}. Revise los permisos del archivo y de su carpeta.",
        "{where} cannot be written. Check the permissions of the file and its folder.",
    ),
    (
        ("unable to open",),
        "No se puede abrir {where}. Revise que la carpeta exista y que tenga permisos.",
        "{where} cannot be opened. Check that its folder exists and its permissions.",
    ),
    (
        ("not a database", "malformed"),
        "{where} no es una base de datos SQLite sana. Restaure una copia o use otro archivo.",
        "{where} is not a sound SQLite database. Restore a backup or use another file.",
    ),
)
"""Words of a driver's error message, and the Spanish and English texts for it; the first match applies."""


def explain_driver_error(cause: BaseException | None, url: URL) -> DatabaseUnavailable:
    """Return the error that explains a driver's error to the operator, without any value of any row."""
    where = sqlite_path(url) or url.render_as_string(hide_password=True)
    reason = str(cause).lower()
    for words, es, en in _DRIVER_FAULTS:
        if any(word in reason for word in words):
            return DatabaseUnavailable(Message(es=es.format(where=where), en=en.format(where=where)))
    kind = type(cause).__name__
    if sqlite_path(url):
        return DatabaseUnavailable(
            Message(
                es=f"La base de datos {where} no se puede usar ({cause}). Restaure una copia o use otro archivo.",
                en=f"Database {where} cannot be used ({cause}). Restore a backup or use another file.",
            )
        )
    return DatabaseUnavailable(
        Message(
            es=f"La base de datos {where} no responde ({kind}). Revise que esté en marcha y repita.",
            en=f"Database {where} does not answer ({kind}). Check that it is running and try again.",
        )
    )
