"""Connections: reads from a pool, writes one at a time, and every driver error said as one of ours."""

import importlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL as URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, ProgrammingError

from stressvision.core.errors import ConfigurationError, DatabaseUnavailable, Message
from stressvision.db.engine.write_queue import GroupWriter

BUSY_TIMEOUT_MS = 10_000
CACHE_KIB = 512
"""What each connection keeps of a file that the system keeps in memory anyway."""
CHECKPOINT_PAGES = 4000
"""16 MB of log before its pages go to the file: a busy page is then copied once for many commits."""
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"cache_size={-CACHE_KIB}",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
)
_FIRST_SAFE_WAL = (3, 51, 3)
"""Earlier SQLite versions can corrupt a WAL file that several processes write (the WAL-reset bug)."""
T = TypeVar("T")
WRITE_LOCK_KEY = 718281828
_WRITE_LOCK = text(f"SELECT pg_advisory_xact_lock({WRITE_LOCK_KEY})")


@cache
def sqlite_driver() -> ModuleType:
    """The interpreter's sqlite3, or pysqlite3 (which bundles a newer SQLite) where the former is too old."""
    if sqlite3.sqlite_version_info < _FIRST_SAFE_WAL and importlib.util.find_spec("pysqlite3"):
        return importlib.import_module("pysqlite3")
    return sqlite3


def sqlite_path(url: URL) -> Path | None:
    """The file behind a SQLite URL; None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def parse_url(database_url: str) -> URL:
    """Raises ConfigurationError for anything but sqlite:///file and postgresql://…"""
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
    """One database, for all threads of one process."""

    def __init__(self, database_url: str) -> None:
        self.url = parse_url(database_url)
        self.engine = _create_engine(self.url)
        self._writer = GroupWriter(self)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one consistent snapshot. Raises DatabaseUnavailable."""
        with _translate_errors(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, on disk when the block has ended well. Raises DatabaseUnavailable.

        There is one writer at a time, so that feed ids appear in commit order and a rule that counts sees everything:
        on SQLite threads take turns (db/group.py) and other processes wait on BEGIN IMMEDIATE; PostgreSQL has an
        advisory lock.
        """
        with _translate_errors(self.url), self._writer.write() if self.is_sqlite else self._lock() as connection:
            yield connection

    def submit(self, work: Callable[[Connection], T]) -> "Future[T]":
        """As write(), sharing the transaction and the trip to the disk with others who come at the same time.

        The work may be done twice, the first time taken back. The future raises DatabaseUnavailable.
        """
        return self._writer.submit(work)

    @contextmanager
    def change_schema(self) -> Iterator[Connection]:
        """As write(), on a connection of its own that lets tables be renamed and replaced under their references."""
        with _translate_errors(self.url):
            if not self.is_sqlite:
                with self._lock() as connection:
                    yield connection
                return
            with self._writer.pause(), self.engine.connect() as connection:
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
        """A connection to write with: group.Access, as the three that follow."""
        return self.engine.connect().execution_options(stressvision_write=True)

    def begin(self, connection: Connection) -> None:
        connection.begin()
        if not self.is_sqlite:
            connection.execute(_WRITE_LOCK)

    def count_written(self, connection: Connection) -> int | None:
        driver: Any = connection.connection.dbapi_connection
        return driver.total_changes if self.is_sqlite and driver.in_transaction else None

    def explain(self, error: Exception) -> Exception:
        return _explain(error, self.url)

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()


def _create_engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, json_serializer=_write_json)
    engine = create_engine(
        url,
        module=sqlite_driver(),
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
        json_serializer=_write_json,
        # Few of them are ever needed at once, and each that is used keeps its own pages.
        pool_use_lifo=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi_connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: BEGIN IMMEDIATE below is the only way to write.
        dbapi_connection.isolation_level = None
        try:
            _enter_wal(dbapi_connection)
            for pragma in _PRAGMAS:
                dbapi_connection.execute(f"PRAGMA {pragma}")
        except sqlite_driver().Error:
            dbapi_connection.close()  # nobody else would, and it would hold on to a file that may be replaced
            raise

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("stressvision_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_json(value: object) -> str:
    return to_json(value).decode()  # several times as fast as json.dumps


def _enter_wal(dbapi_connection: Any) -> None:
    # Several that switch a new file at once are refused at once: SQLite does not wait for this lock by itself.
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            if dbapi_connection.execute("PRAGMA page_count").fetchone()[0] == 0:
                # What is deleted from this file can later be given back to the disk little by little (db/space.py).
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
        if (told := _explain(error, url)) is error:
            raise
        raise told from error


def _explain(error: Exception, url: URL) -> Exception:
    if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError | ProgrammingError):
        return error
    told = explain_driver_error(error.orig, url)
    told.__cause__ = error
    return told


def explain_driver_error(cause: BaseException | None, url: URL) -> DatabaseUnavailable:
    """What a driver error means to the person who runs this, without any value of any row."""
    where = sqlite_path(url) or url.render_as_string(hide_password=True)
    said = str(cause).lower()
    if "locked" in said or "busy" in said:
        return DatabaseUnavailable(
            Message(
                es=f"La base de datos {where} está ocupada por otro programa. Ciérrelo o espere y repita.",
                en=f"Database {where} is held by another program. Close it, or wait and try again.",
            )
        )
    if "full" in said:
        return DatabaseUnavailable(
            Message(
                es=f"No queda espacio en el disco de {where}: no se guardó nada. Libere espacio y repita.",
                en=f"The disk of {where} is full: nothing was stored. Free some space and try again.",
            )
        )
    if "readonly" in said or "read-only" in said or "permission" in said:
        return DatabaseUnavailable(
            Message(
                es=f"No se puede escribir en {where}. Revise los permisos del archivo y de su carpeta.",
                en=f"{where} cannot be written. Check the permissions of the file and its folder.",
            )
        )
    if "unable to open" in said:
        return DatabaseUnavailable(
            Message(
                es=f"No se puede abrir {where}. Revise que la carpeta exista y que tenga permisos.",
                en=f"{where} cannot be opened. Check that its folder exists and its permissions.",
            )
        )
    if "not a database" in said or "malformed" in said:
        return DatabaseUnavailable(
            Message(
                es=f"{where} no es una base de datos SQLite sana. Restaure una copia o use otro archivo.",
                en=f"{where} is not a sound SQLite database. Restore a backup or use another file.",
            )
        )
    kind = type(cause).__name__
    return DatabaseUnavailable(
        Message(
            es=f"La base de datos {where} no responde ({kind}). Revise que esté en marcha y repita.",
            en=f"Database {where} does not answer ({kind}). Check that it is running and try again.",
        )
    )
