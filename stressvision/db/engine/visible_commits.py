"""The set of transactions that a query of PostgreSQL would see now: it changes with each commit of any program.

SQLite's counterpart is `PRAGMA data_version`. Triggers would cover only the tables that have them.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from stressvision.db.engine.connection import Database
from stressvision.db.engine.driver_errors import explain_driver_error

if TYPE_CHECKING:
    import psycopg

_QUERY = b"SELECT pg_current_snapshot()"

Visible = tuple[int, tuple[int, ...]]
"""Transactions below the number are visible, except the listed ones."""


class VisibleCommits:
    """A connection that asks for the visible transactions without blocking its thread, one query at a time.

    Every method raises DatabaseUnavailable.
    """

    def __init__(self, database: Database) -> None:
        """Connect, which blocks."""
        self._database = database
        dialect = database.engine.dialect
        arguments, options = dialect.create_connect_args(database.url)
        try:
            self._driver: psycopg.Connection = dialect.connect(*arguments, **options, autocommit=True)  # type: ignore[assignment]
        except Exception as error:
            raise explain_driver_error(error, database.url) from error
        self._server = self._driver.pgconn
        self._server.nonblocking = 1
        self._visible: Visible | None = None

    def fileno(self) -> int:
        """Return the socket, which becomes readable when there may be an answer."""
        return self._server.socket

    def ask(self) -> None:
        """Send the query."""
        from psycopg import Error  # imported only for PostgreSQL: 10 MB

        try:
            self._server.send_query(_QUERY)
            self._server.flush()
        except Error as error:
            raise explain_driver_error(error, self._database.url) from error

    def receive(self) -> Visible | None:
        """Return the answer; None where it has not arrived as a whole."""
        from psycopg import Error

        try:
            self._server.consume_input()
            while not self._server.is_busy():
                result = self._server.get_result()
                if result is None:
                    answer, self._visible = self._visible, None
                    return answer
                value = result.get_value(0, 0) if result.ntuples else None
                if value is None:
                    raise explain_driver_error(None, self._database.url)
                self._visible = read_snapshot(value.decode())
        except Error as error:
            raise explain_driver_error(error, self._database.url) from error
        return None

    def close(self) -> None:
        """Close the connection."""
        with suppress(Exception):
            self._driver.close()


def read_snapshot(text: str) -> Visible:
    """Return the visible transactions of a `pg_snapshot`; one that has begun and not ended leaves them as they are."""
    _, following, running = text.split(":")
    newest, others = int(following), sorted(int(number) for number in running.split(",") if number)
    while others and others[-1] == newest - 1:
        newest -= 1
        others.pop()
    return newest, tuple(others)
