"""A connection to PostgreSQL that answers reads without blocking its thread, each in one round trip.

libpq's pipeline mode sends all queries of a read at once; each is parsed and planned once. Sent through SQLAlchemy, one
after the other, an overview took the program 1.9 ms of processor time and the server 1.7, and now 0.3 and 0.5.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stressvision.db.engine.connection import Database
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.engine.prepared import BoundQuery, CompiledText, PreparedQuery
from stressvision.db.engine.snapshot_reads import Answers, SnapshotRead

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGconn, PGresult

_BEGIN = (
    b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    # Planning an overview takes longer than executing it. A plan that is made without the times expects a third of each
    # roll-up, of which it would read the whole, and processes of its own for the newest rows: 20 ms to start them.
    b"SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),"
    b" set_config('max_parallel_workers_per_gather', '0', true)",
)
_COMMIT = b"COMMIT"


@dataclass(frozen=True)
class _Statement:
    """A prepared statement of the connection."""

    name: bytes
    text: CompiledText


@dataclass
class _Sent:
    """A read without its answer. `expected`: for each result that is still to come the query it answers, if any."""

    read: SnapshotRead[Any]
    expected: deque[BoundQuery[Any] | None]
    rows: dict[BoundQuery[Any], Sequence[Sequence[Any]]] = field(default_factory=dict)

    def answer(self) -> Any:
        """Return the answer of the rows that have arrived."""
        return self.read.combine(Answers({query: query.read(rows) for query, rows in self.rows.items()}))


class PipelinedConnection:
    """Answers reads in the order in which they were sent. Every method raises DatabaseUnavailable; close() none."""

    def __init__(self, database: Database) -> None:
        """Connect, which blocks."""
        from psycopg import Error  # imported only for PostgreSQL: 10 MB
        from psycopg.adapt import Transformer

        self._errors = Error
        self._database = database
        dialect: Any = database.engine.dialect
        self._dialect = type(dialect)(paramstyle="numeric_dollar")
        arguments, options = dialect.create_connect_args(database.url)
        try:
            self._driver: psycopg.Connection = dialect.connect(*arguments, **options, autocommit=True)
            self._server: PGconn = self._driver.pgconn
            self._server.nonblocking = 1
            self._server.enter_pipeline_mode()
            self._socket: int = self._server.socket
        except Exception as error:
            raise explain_driver_error(error, database.url) from error
        self._transformer: Any = Transformer(self._driver)
        self._statements: dict[PreparedQuery, _Statement] = {}
        self._sent: deque[_Sent] = deque()

    def fileno(self) -> int:
        """Return the socket, which becomes readable when there may be an answer; also of a connection that broke."""
        return self._socket

    def send(self, read: SnapshotRead[Any]) -> None:
        """Send the queries of a read; flush() sends what the socket did not take."""
        expected: deque[BoundQuery[Any] | None] = deque()
        is_transaction = len(read.queries) > 1
        try:
            for statement in _BEGIN if is_transaction else ():
                self._server.send_query_params(statement, None)
                expected.append(None)
            for query in read.queries:
                if self._send_query(query):
                    expected.append(None)
                expected.append(query)
            if is_transaction:
                self._server.send_query_params(_COMMIT, None)
                expected.append(None)
            self._server.pipeline_sync()
        except self._errors as error:
            raise explain_driver_error(error, self._database.url) from error
        self._sent.append(_Sent(read, expected))

    def flush(self) -> bool:
        """Send what is left, and return whether the socket took all of it."""
        try:
            return self._server.flush() == 0
        except self._errors as error:
            raise explain_driver_error(error, self._database.url) from error

    def receive(self) -> Sequence[Callable[[], Any]]:
        """Return a function for each answer that has arrived since the last call, in the order of the reads.

        It returns the answer, or raises what the read's own functions raise.
        """
        answered = []
        try:
            self._server.consume_input()
            while self._sent and not self._server.is_busy():
                result = self._server.get_result()  # None between the results of two statements
                if result is not None and self._take(result):
                    answered.append(self._sent.popleft().answer)
        except self._errors as error:
            raise explain_driver_error(error, self._database.url) from error
        return answered

    def close(self) -> None:
        """Close the connection."""
        with suppress(Exception):
            self._driver.close()

    def _send_query(self, query: BoundQuery[Any]) -> bool:
        """Send a query; return whether it had to be prepared, which has a result of its own."""
        from psycopg.adapt import PyFormat

        statement = self._statements.get(query.query)
        is_new = statement is None
        if statement is None:
            text = query.query.compile(self._dialect)
            statement = _Statement(f"read_{len(self._statements)}".encode(), text)
            self._server.send_prepare(statement.name, text.sql.encode())
            self._statements[query.query] = statement
        values = statement.text.bind(query.values)
        # As text: the server reads it as the parameter's type, whatever the size of a number is.
        parameters = self._transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
        self._server.send_query_prepared(statement.name, parameters)
        return is_new

    def _take(self, result: "PGresult") -> bool:
        """Keep a result of the oldest read; return whether its answer is complete."""
        from psycopg.pq import ExecStatus

        oldest = self._sent[0]
        if result.status == ExecStatus.PIPELINE_SYNC:
            return True
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise self._errors(result.error_message.decode("utf-8", "replace").partition("\n")[0])
        query = oldest.expected.popleft()
        if query is not None:
            self._transformer.set_pgresult(result)
            oldest.rows[query] = self._transformer.load_rows(0, result.ntuples, tuple)
        return False
