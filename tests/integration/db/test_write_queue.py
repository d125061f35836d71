"""The write queue: writes share a commit, fail one by one, and are acknowledged only when they are on disk."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.engine.connection import Database
from stressvision.db.engine.write_queue import MAX_MEMBERS, Shared, WriteQueue
from stressvision.db.schema.tables import employees
from stressvision.services.context import Context
from tests.integration.conftest import enrol

Write = Callable[[Connection], object]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/group.db")
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER UNIQUE, padding BLOB)"))
    yield opened
    opened.close()


class Commits:
    """Counter of the commits through an engine."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "commit", self._add)

    def _add(self, _connection: Connection) -> None:
        self.count += 1


def insert(number: int, padding: int = 0) -> Write:
    def write(connection: Connection) -> int:
        connection.execute(
            text("INSERT INTO numbers VALUES (:n, zeroblob(:padding))"), {"n": number, "padding": padding}
        )
        return number

    return write


def stored(database: Database) -> list[int]:
    with database.engine.connect() as connection:
        return list(connection.execute(text("SELECT n FROM numbers ORDER BY n")).scalars())


def write_together(database: Database, writes: list[Write]) -> list[Future[object]]:
    """Submit all writes while the queue is paused, so that they share a transaction."""
    writer = WriteQueue(database, clock=lambda: 0.0)
    with writer.pause():
        futures = [writer.submit(write) for write in writes]
    wait(futures, 20)
    writer.close()
    return futures


def test_simultaneous_writes_share_one_commit(database: Database) -> None:
    commits = Commits(database.engine)
    futures = write_together(database, [insert(number) for number in range(8)])
    assert [future.result() for future in futures] == list(range(8))
    assert (stored(database), commits.count) == (list(range(8)), 1)


def test_transaction_has_at_most_max_members(database: Database) -> None:
    commits = Commits(database.engine)
    write_together(database, [insert(number) for number in range(MAX_MEMBERS + 1)])
    assert (len(stored(database)), commits.count) == (MAX_MEMBERS + 1, 2)


def test_failed_write_rolls_back_only_its_own_rows(database: Database) -> None:
    def insert_and_fail(connection: Connection) -> None:
        insert(100)(connection)
        insert(0)(connection)

    futures = write_together(database, [insert(0), insert_and_fail, insert(1), insert_and_fail])
    failures = [future.exception() for future in futures]
    assert [type(failure) for failure in failures] == [type(None), IntegrityError, type(None), IntegrityError]
    assert stored(database) == [0, 1]


def test_write_refused_before_writing_does_not_repeat_the_others(database: Database) -> None:
    def refuse(_connection: Connection) -> None:
        raise ValueError("refused")

    commits = Commits(database.engine)
    futures = write_together(database, [insert(0), refuse, insert(1)])
    assert [type(future.exception()) for future in futures] == [type(None), ValueError, type(None)]
    assert (stored(database), commits.count) == ([0, 1], 1)


class CachedWrite:
    """A write with a cache outside the database, as services keep one; it counts its runs."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.cached = False
        self.runs = 0

    def run(self, connection: Connection) -> object:
        assert not self.cached, "the cache of a rolled back run must be dropped"
        self.runs += 1
        self.cached = True
        return self.write(connection)

    def drop(self) -> None:
        self.cached = False


def test_rolled_back_write_drops_its_cache_before_it_is_repeated(database: Database) -> None:
    def insert_and_fail(connection: Connection) -> None:
        insert(100)(connection)
        insert(0)(connection)

    good, bad = CachedWrite(insert(0)), CachedWrite(insert_and_fail)
    queue = WriteQueue(database, clock=lambda: 0.0)
    with queue.pause():
        stored_once, refused = (queue.submit(cached.run, on_rollback=cached.drop) for cached in (good, bad))
    wait([stored_once, refused], 20)
    queue.close()
    assert (type(stored_once.exception()), type(refused.exception())) == (type(None), IntegrityError)
    assert [(cached.runs, cached.cached) for cached in (good, bad)] == [(2, True), (1, False)]
    assert stored(database) == [0]


def test_future_is_resolved_after_the_commit(database: Database) -> None:
    def write(number: int) -> bool:
        database.queue.submit(insert(number)).result()
        return number in stored(database)

    with ThreadPoolExecutor(8) as pool:
        seen_at_return = list(pool.map(write, range(40)))
    assert stored(database) == list(range(40))
    assert seen_at_return == [True] * 40


def test_failed_commit_fails_every_write_of_the_transaction(database: Database) -> None:
    def fail_at_commit(connection: Connection) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE children (parent INTEGER REFERENCES parents(id))"))
        connection.execute(text("INSERT INTO children VALUES (1)"))

    futures = write_together(database, [insert(0), fail_at_commit, insert(1)])
    assert [type(future.exception()) for future in futures] == [IntegrityError] * 3
    assert stored(database) == []


def test_acknowledged_writes_are_stored_on_a_full_disk(database: Database) -> None:
    def fill(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count = 3"))
        insert(2, padding=1_000_000)(connection)

    futures = write_together(database, [insert(0), insert(1), fill])
    failures = [future.exception() for future in futures]
    assert isinstance(failures[2], DatabaseUnavailable)
    assert stored(database) == [number for number in range(3) if failures[number] is None]


class HeldDatabase(Database):
    """A database whose first transaction cannot begin."""

    attempts = 0

    def begin(self, connection: Connection) -> None:
        self.attempts += 1
        if self.attempts == 1:
            raise DatabaseError("BEGIN", None, Exception("database is locked"))
        super().begin(connection)


def test_transaction_that_cannot_begin_fails_its_writes_and_not_the_next(database: Database) -> None:
    held = HeldDatabase(database.url.render_as_string())
    futures = write_together(held, [insert(1), insert(2)])
    assert [type(future.exception()) for future in futures] == [DatabaseUnavailable] * 2
    held.queue.submit(insert(3)).result(10)
    held.close()
    assert stored(database) == [3]


def test_single_writes_are_not_delayed_by_shared_transactions(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        together: list[Future[Any]] = [database.queue.submit(insert(number)) for number in range(200)]
        alone = [pool.submit(write_alone, database, number) for number in range(200, 220)]
        wait([*together, *alone], 20)
    assert stored(database) == list(range(220))


def write_alone(database: Database, number: int) -> None:
    with database.write() as connection:
        insert(number)(connection)


def test_close_commits_submitted_writes(database: Database) -> None:
    futures = [database.queue.submit(insert(number)) for number in range(20)]
    database.close()
    assert [future.result(0) for future in futures] == list(range(20))


def test_schema_change_waits_for_an_open_transaction(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/schema.db")
    with database.change_schema() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER)"))

    def write(number: int) -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": number})

    def change(number: int) -> None:
        with database.change_schema() as connection:
            connection.execute(text(f"CREATE TABLE other_{number} (n INTEGER)"))

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(change if number % 5 == 0 else write, number) for number in range(30)]
    assert [future.exception() for future in futures] == [None] * 30
    assert len(stored(database)) == 24
    database.close()


class UnreliableAccess:
    """Database access whose first transactions fail to begin with an unexpected error."""

    def __init__(self, database: Database, failures: int) -> None:
        self.database = database
        self.failures = failures

    def connect(self) -> Connection:
        return self.database.connect()

    def begin(self, connection: Connection) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("unexpected")
        self.database.begin(connection)

    def is_current(self, connection: Connection) -> bool:
        return self.database.is_current(connection)

    def require_file(self) -> None:
        self.database.require_file()

    def count_written(self, connection: Connection) -> int | None:
        return self.database.count_written(connection)

    def translate_error(self, error: Exception) -> Exception:
        return error


def test_unexpected_error_does_not_end_the_thread(database: Database) -> None:
    writer = WriteQueue(UnreliableAccess(database, failures=1))
    with pytest.raises(OSError, match="unexpected"):
        writer.submit(insert(1)).result(timeout=20)
    assert writer.submit(insert(2)).result(timeout=20) == 2
    writer.close()
    assert stored(database) == [2]


def test_error_of_a_failed_statement_contains_no_value(context: Context) -> None:
    enrol(context)
    values = {"employee_code": "EMP001", "full_name": "Nombre Secreto", "department": "Área Secreta"}
    with pytest.raises(IntegrityError) as failed, context.database.write() as connection:
        connection.execute(employees.insert().values(values))
    assert "Secret" not in str(failed.value)
    with pytest.raises(IntegrityError) as failed, context.database.write() as connection:
        connection.execute(employees.insert().values({**values, "employee_code": None}))
    assert "Secret" not in str(failed.value)


def write_shared(database: Database, numbers: list[int], run: Any) -> list[Future[object]]:
    writer = WriteQueue(database, clock=lambda: 0.0)
    with writer.pause():
        futures = [writer.submit(insert(number), shared=Shared(run, number)) for number in numbers]
    wait(futures)
    writer.close()
    return futures


def test_writes_of_a_kind_are_written_by_one_call(database: Database) -> None:
    calls: list[list[int]] = []

    def run(connection: Connection, items: list[int]) -> list[str]:
        calls.append(items)
        connection.execute(text("INSERT INTO numbers (n) VALUES (:n)"), [{"n": number} for number in items])
        return [f"stored {number}" for number in items]

    futures = write_shared(database, [4, 5, 6, 7], run)
    assert [future.result() for future in futures] == ["stored 4", "stored 5", "stored 6", "stored 7"]
    assert (calls, stored(database)) == ([[4, 5, 6, 7]], [4, 5, 6, 7])


@pytest.mark.parametrize("fails", [True, False])
def test_writes_that_cannot_be_written_together_are_written_each(database: Database, fails: bool) -> None:
    def run(connection: Connection, items: list[int]) -> None:
        if fails:
            connection.execute(text("INSERT INTO numbers (n) VALUES (:n)"), [{"n": number} for number in items])

    futures = write_shared(database, [4, 5, 5, 6], run)
    assert [type(future.exception()) for future in futures] == [type(None), type(None), IntegrityError, type(None)]
    assert stored(database) == [4, 5, 6]
