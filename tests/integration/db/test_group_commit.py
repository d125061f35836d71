"""Writes that share a transaction: stored together, refused alone, and never acknowledged before they are on disk."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.engine.connection import Database
from stressvision.db.engine.write_queue import MAX_MEMBERS, GroupWriter

Write = Callable[[Connection], object]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/group.db")
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER UNIQUE, padding BLOB)"))
    yield opened
    opened.close()


class Commits:
    """How often a transaction was committed through an engine."""

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
    """All of them handed over while nobody can write."""
    writer = GroupWriter(database, clock=lambda: 0.0)
    with writer.pause():
        futures = [writer.submit(write) for write in writes]
    wait(futures, 20)
    writer.close()
    return futures


def test_those_who_write_at_once_share_one_commit(database: Database) -> None:
    commits = Commits(database.engine)
    futures = write_together(database, [insert(number) for number in range(8)])
    assert [future.result() for future in futures] == list(range(8))
    assert (stored(database), commits.count) == (list(range(8)), 1)


def test_a_group_takes_no_more_than_its_share(database: Database) -> None:
    commits = Commits(database.engine)
    write_together(database, [insert(number) for number in range(MAX_MEMBERS + 1)])
    assert (len(stored(database)), commits.count) == (MAX_MEMBERS + 1, 2)


def test_who_fails_takes_back_its_own_writes_alone(database: Database) -> None:
    def insert_and_fail(connection: Connection) -> None:
        insert(100)(connection)
        insert(0)(connection)

    futures = write_together(database, [insert(0), insert_and_fail, insert(1), insert_and_fail])
    failures = [future.exception() for future in futures]
    assert [type(failure) for failure in failures] == [type(None), IntegrityError, type(None), IntegrityError]
    assert stored(database) == [0, 1]


def test_who_is_refused_before_it_writes_costs_the_others_nothing(database: Database) -> None:
    def refuse(_connection: Connection) -> None:
        raise ValueError("refused")

    commits = Commits(database.engine)
    futures = write_together(database, [insert(0), refuse, insert(1)])
    assert [type(future.exception()) for future in futures] == [type(None), ValueError, type(None)]
    assert (stored(database), commits.count) == ([0, 1], 1)


def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    def write(number: int) -> bool:
        database.submit(insert(number)).result()
        return number in stored(database)

    with ThreadPoolExecutor(8) as pool:
        seen_at_return = list(pool.map(write, range(40)))
    assert stored(database) == list(range(40))
    assert seen_at_return == [True] * 40


def test_a_commit_that_fails_is_everybodys_failure(database: Database) -> None:
    def fail_at_commit(connection: Connection) -> None:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("CREATE TABLE parents (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE children (parent INTEGER REFERENCES parents(id))"))
        connection.execute(text("INSERT INTO children VALUES (1)"))

    futures = write_together(database, [insert(0), fail_at_commit, insert(1)])
    assert [type(future.exception()) for future in futures] == [IntegrityError] * 3
    assert stored(database) == []


def test_on_a_full_disk_who_is_told_of_success_is_stored(database: Database) -> None:
    def fill(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count = 3"))
        insert(2, padding=1_000_000)(connection)

    futures = write_together(database, [insert(0), insert(1), fill])
    failures = [future.exception() for future in futures]
    assert isinstance(failures[2], DatabaseUnavailable)
    assert stored(database) == [number for number in range(3) if failures[number] is None]


class HeldDatabase(Database):
    """One that cannot be written the first time."""

    attempts = 0

    def begin(self, connection: Connection) -> None:
        self.attempts += 1
        if self.attempts == 1:
            raise DatabaseError("BEGIN", None, Exception("database is locked"))
        super().begin(connection)


def test_a_transaction_that_cannot_begin_is_told_to_all_who_wait_and_leaves_the_turn_to_the_next(
    database: Database,
) -> None:
    held = HeldDatabase(database.url.render_as_string())
    futures = write_together(held, [insert(1), insert(2)])
    assert [type(future.exception()) for future in futures] == [DatabaseUnavailable] * 2
    held.submit(insert(3)).result(10)
    held.close()
    assert stored(database) == [3]


def test_who_writes_alone_is_not_kept_waiting_by_those_who_write_together(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        together: list[Future[Any]] = [database.submit(insert(number)) for number in range(200)]
        alone = [pool.submit(write_alone, database, number) for number in range(200, 220)]
        wait([*together, *alone], 20)
    assert stored(database) == list(range(220))


def write_alone(database: Database, number: int) -> None:
    with database.write() as connection:
        insert(number)(connection)


def test_what_was_handed_over_before_closing_is_done(database: Database) -> None:
    futures = [database.submit(insert(number)) for number in range(20)]
    database.close()
    assert [future.result(0) for future in futures] == list(range(20))


def test_changing_the_schema_waits_for_an_open_group(tmp_path: Path) -> None:
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
    """Database access whose first transactions do not begin, with an error that nobody expects of it."""

    def __init__(self, database: Database, failures: int) -> None:
        self.database = database
        self.failures = failures

    def connect(self) -> Connection:
        return self.database.connect()

    def begin(self, connection: Connection) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("not of this world")
        self.database.begin(connection)

    def count_written(self, connection: Connection) -> int | None:
        return self.database.count_written(connection)

    def explain(self, error: Exception) -> Exception:
        return error


def test_an_error_that_nobody_expects_ends_no_thread(database: Database) -> None:
    writer = GroupWriter(UnreliableAccess(database, failures=1))
    with pytest.raises(OSError, match="not of this world"):
        writer.submit(insert(1)).result(timeout=20)
    assert writer.submit(insert(2)).result(timeout=20) == 2
    writer.close()
    assert stored(database) == [2]
