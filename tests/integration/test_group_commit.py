"""Writes that share a transaction: stored together, refused alone, and never acknowledged before they are on disk."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from stressvision.db.connection import Database
from stressvision.db.group import MAX_MEMBERS, GroupWriter
from tests.programs.running import wait_until

Write = Callable[[Connection], object]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    database = Database(f"sqlite:///{tmp_path}/group.db")
    with database.write() as connection:
        connection.execute(text("CREATE TABLE numbers (n INTEGER UNIQUE, padding BLOB)"))
    yield database.engine
    database.close()


class Commits:
    """How often a transaction was committed through an engine."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "commit", self._add)

    def _add(self, _connection: Connection) -> None:
        self.count += 1


def connect(engine: Engine) -> Connection:
    return engine.connect().execution_options(stressvision_write=True)


def writer_of(engine: Engine) -> GroupWriter:
    return GroupWriter(lambda: connect(engine), clock=lambda: 0.0)


def insert(number: int, padding: int = 0) -> Write:
    return lambda connection: connection.execute(
        text("INSERT INTO numbers VALUES (:n, zeroblob(:padding))"), {"n": number, "padding": padding}
    )


def stored(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT n FROM numbers ORDER BY n")).scalars())


def write_together(engine: Engine, writes: list[Write]) -> list[Future[None]]:
    """Each in a thread of its own, all of them waiting while the first one still writes."""
    writer = writer_of(engine)
    entered, everybody_waits = threading.Event(), threading.Event()

    def first() -> None:
        with writer.write() as connection:
            entered.set()
            assert everybody_waits.wait(10)
            writes[0](connection)

    def other(write: Write) -> None:
        with writer.write() as connection:
            write(connection)

    with ThreadPoolExecutor(len(writes)) as pool:
        futures = [pool.submit(first)]
        assert entered.wait(10)
        futures += [pool.submit(other, write) for write in writes[1:]]
        wait_until(lambda: writer.waiting == len(writes) - 1, "everybody to wait")
        everybody_waits.set()
        wait(futures, 20)
    writer.close()
    return futures


def test_those_who_write_at_once_share_one_commit(engine: Engine) -> None:
    commits = Commits(engine)
    futures = write_together(engine, [insert(number) for number in range(8)])
    assert [future.exception() for future in futures] == [None] * 8
    assert (stored(engine), commits.count) == (list(range(8)), 1)


def test_a_group_takes_no_more_than_its_share(engine: Engine) -> None:
    commits = Commits(engine)
    write_together(engine, [insert(number) for number in range(MAX_MEMBERS + 1)])
    assert (len(stored(engine)), commits.count) == (MAX_MEMBERS + 1, 2)


def test_who_fails_takes_back_its_own_writes_alone(engine: Engine) -> None:
    def insert_and_fail(connection: Connection) -> None:
        insert(100)(connection)
        insert(0)(connection)

    futures = write_together(engine, [insert(0), insert_and_fail, insert(1), insert_and_fail])
    failures = [future.exception() for future in futures]
    assert [type(failure) for failure in failures] == [type(None), IntegrityError, type(None), IntegrityError]
    assert stored(engine) == [0, 1]


def test_nobody_returns_before_the_commit(engine: Engine) -> None:
    seen_at_return: list[bool] = []
    writer = writer_of(engine)

    def write(number: int) -> None:
        with writer.write() as connection:
            insert(number)(connection)
        seen_at_return.append(number in stored(engine))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    writer.close()
    assert stored(engine) == list(range(40))
    assert seen_at_return == [True] * 40


def test_a_full_disk_is_everybodys_failure_and_nothing_is_stored(engine: Engine) -> None:
    def fill(connection: Connection) -> None:
        connection.execute(text("PRAGMA max_page_count = 3"))
        insert(2, padding=1_000_000)(connection)

    futures = write_together(engine, [insert(0), insert(1), fill])
    failures = [future.exception() for future in futures]
    assert all(isinstance(failure, DatabaseError) and "full" in str(failure) for failure in failures)
    assert stored(engine) == []


def test_a_transaction_that_cannot_begin_leaves_the_turn_to_the_next(engine: Engine) -> None:
    faults = [DatabaseError("BEGIN", None, Exception("database is locked"))]

    def connect_at_second_attempt() -> Connection:
        if faults:
            raise faults.pop()
        return connect(engine)

    writer = GroupWriter(connect_at_second_attempt)
    with pytest.raises(DatabaseError), writer.write():
        pass
    with writer.write() as connection:
        insert(1)(connection)
    writer.close()
    assert stored(engine) == [1]


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
    assert len(stored(database.engine)) == 24
    database.close()
