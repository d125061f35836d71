"""What deleted rows leave in the gaps of pages is overwritten beside programs that write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from stressvision.db.backup.gaps import clear_gaps
from stressvision.db.engine.connection import Database, sqlite_driver

PEOPLE = 1500


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of small pages, so that they split often and their map has several pages."""
    path = tmp_path / "plant.db"
    with closing(_connect(path)) as connection:
        for pragma in ("page_size=512", "auto_vacuum=INCREMENTAL", "journal_mode=WAL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, code TEXT UNIQUE, name TEXT)")
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite_driver().connect(str(path), isolation_level=None)
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def _fill(connection: sqlite3.Connection, chance: Random) -> list[int]:
    """Store people in random order, delete a third, and return the deleted ones."""
    ids = list(range(1, PEOPLE + 1))
    chance.shuffle(ids)
    connection.execute("BEGIN")
    for number in ids:
        row = (number, f"CODE{number:05}", f"Name{number:05}" + "x" * chance.randrange(100))
        connection.execute("INSERT INTO people VALUES (?, ?, ?)", row)
    connection.execute("COMMIT")
    gone = ids[: PEOPLE // 3]
    for number in gone:
        connection.execute("DELETE FROM people WHERE id = ?", (number,))
    return gone


def _count_traces(path: Path, gone: list[int]) -> int:
    # Of a copy: closing the file would release the locks of this process's connections.
    image = path.with_name("image.db")
    with closing(_connect(path)) as source, closing(_connect(image)) as copy:
        source.backup(copy)
    content = image.read_bytes()
    return sum(f"CODE{number:05}".encode() in content or f"Name{number:05}".encode() in content for number in gone)


def test_no_page_keeps_deleted_rows_though_another_connection_had_it_in_its_cache(
    path: Path, database: Database
) -> None:
    with closing(_connect(path)) as other:
        gone = _fill(other, Random(6))
        assert _count_traces(path, gone) > 0, "secure_delete alone leaves some"
        kept = other.execute("SELECT * FROM people ORDER BY id").fetchall()
        assert clear_gaps(database)
        assert _count_traces(path, gone) == 0
        for number, *_ in kept:
            other.execute("UPDATE people SET name = 'y' || name WHERE id = ?", (number,))
        assert _count_traces(path, gone) == 0
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert other.execute("SELECT id, code, substr(name, 2) FROM people ORDER BY id").fetchall() == kept


def test_rows_stay_as_they_are_in_any_order_of_writing_and_clearing(path: Path, database: Database) -> None:
    """Long names have overflow pages, which are no b-tree's, nor are those of the map."""
    chance, expected = Random(2), dict[int, tuple[str, str]]()
    with closing(_connect(path)) as one, closing(_connect(path)) as other:
        for step in range(1200):
            connection, number = chance.choice((one, other)), chance.randrange(PEOPLE)
            if number in expected and chance.random() < 0.4:
                del expected[number]
                connection.execute("DELETE FROM people WHERE id = ?", (number,))
            else:
                length = 5000 if chance.random() < 0.05 else chance.randrange(100)
                expected[number] = f"CODE{number:05}", chance.choice("\r\n\x02\x05x") * length
                connection.execute("INSERT OR REPLACE INTO people VALUES (?, ?, ?)", (number, *expected[number]))
            if step % 100 == 50:
                assert clear_gaps(database)
        assert one.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = {number: (code, name) for number, code, name in other.execute("SELECT * FROM people")}
    assert found == expected


def test_nothing_is_overwritten_while_a_reader_needs_the_log(path: Path, database: Database) -> None:
    with closing(_connect(path)) as writer, closing(_connect(path)) as reader:
        gone = _fill(writer, Random(2))
        reader.execute("BEGIN")
        count = reader.execute("SELECT count(*) FROM people").fetchone()
        writer.execute("DELETE FROM people WHERE id = (SELECT max(id) FROM people)")
        assert not clear_gaps(database, patience=0)
        assert _count_traces(path, gone) > 0
        assert reader.execute("SELECT count(*) FROM people").fetchone() == count
        reader.execute("COMMIT")
        assert clear_gaps(database)
        assert _count_traces(path, gone) == 0
