"""A connection for many short reads of one thread."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from stressvision.db.engine.connection import Database
from stressvision.db.engine.driver_errors import translate_errors


class KeptReader:
    """Reads without the pool's ping, BEGIN and COMMIT on PostgreSQL, which are three round trips of their own.

    Each statement then sees what was committed before it. SQLite, where they cost microseconds, reads a snapshot.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield the connection; one that broke is replaced at the next call. Raises DatabaseUnavailable."""
        if self._database.is_sqlite:
            with self._database.read() as connection:
                yield connection
            return
        with translate_errors(self._database.url):
            try:
                self._connection = self._connection or self._connect()
                yield self._connection
            except BaseException:
                self.close()
                raise

    def _connect(self) -> Connection:
        return self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Return the connection to the pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DatabaseError):
                connection.close()
