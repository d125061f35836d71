"""Copies of an SQLite database under use: a whole one, and what has been added or changed since the last.

A whole copy is made by SQLite's backup interface in one reading step: no writer waits, and the pages are the file's
own. What comes after it is read in one snapshot, table by table: of large tables the new rows and which numbers have
gone, of reports also what was revised since, of every other table (they are small) all rows where anything in it has
changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stressvision.core.errors import DatabaseUnavailable, InvalidInput, Message
from stressvision.db.engine.connection import (
    Database,
    explain_driver_error,
    sqlite_driver,
    sqlite_path,
)
from stressvision.db.schema.tables import metadata

GROWING = ("audit_log", "changes", "detection_events", "reports_15min")
"""Rows are added under numbers that are never given twice, and deleted, in whatever order: where fewer of the rows
known are left than there were, the numbers tell which. Nothing of ours changes a row, but for REVISED."""
REVISED = ("reports_15min",)
"""Rows are changed too, together with their `generated_at`."""
RENUMBERED = ("device_minutes",)
"""Rows are added, and numbers given anew once the last rows are deleted: new rows alone are told only where the rows
known are the very same."""
_SEQUENCES = "sqlite_sequence"
_CHUNK = 500
_COPY_TRIES_SECONDS = 10


@dataclass(frozen=True)
class Marks:
    """Up to where a copy reaches: last row ids and how many rows, the latest time of revision, digests of the rest.

    Of a revised table the digest is over the rows of that latest time.
    """

    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    revised: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


def copy_whole(database: Database, target: Path) -> None:
    """The database as it is now, page by page, into a new file. Raises DatabaseUnavailable."""
    driver = sqlite_driver()
    source_path = _path_of(database)
    try:
        with (
            closing(driver.connect(str(source_path), timeout=_COPY_TRIES_SECONDS)) as source,
            closing(driver.connect(str(target))) as copy,
        ):
            target.chmod(0o600)
            source.backup(copy)
    except driver.Error as error:
        target.unlink(missing_ok=True)
        raise explain_driver_error(error, database.url) from error


def check_copy(path: Path) -> dict[str, int]:
    """Reads every page of a database file; how many rows our tables have. Raises InvalidInput where it is unsound."""
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
            faults += [str(row[0]) for row in connection.execute("PRAGMA foreign_key_check").fetchmany(5)]
            if faults:
                raise _unsound(path, "; ".join(faults))
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  a name of ours
                for name in _present(connection)
            }
    except driver.Error as error:
        raise _unsound(path, str(error)) from error


def read_marks(path: Path) -> Marks:
    """How far a database file reaches."""
    with closing(sqlite_driver().connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        marks = Marks()
        for name in _present(connection):
            _mark(marks, connection, name)
        return marks


def _mark(marks: Marks, connection: Any, name: str) -> None:
    if name not in GROWING:
        marks.digests[name] = _digest(_rows(connection, name))
    if name in (*GROWING, *RENUMBERED):
        marks.rows[name] = _last_row(connection, name)
    if name in GROWING:
        marks.counts[name] = _count(connection, name)
    if name in REVISED:
        marks.revised[name] = _last_revision(connection, name)
        marks.digests[name] = _digest(_revised(connection, name, marks.revised[name]))


class Changes:
    """What a database has beyond `marks`: its lines are read once, and `reached` holds the new marks after that."""

    def __init__(self, database: Database, marks: Marks) -> None:
        self._database, self._marks = database, marks
        self.reached = Marks()

    def lines(self) -> Iterator[bytes]:
        """JSON, a line for each part of a table and for each row, in one snapshot; none where nothing has changed.

        Raises DatabaseUnavailable.
        """
        driver = sqlite_driver()
        try:
            with closing(driver.connect(str(_path_of(self._database)), timeout=_COPY_TRIES_SECONDS)) as connection:
                connection.isolation_level = None
                connection.execute("BEGIN")
                for name in _present(connection):
                    yield from self._of_table(connection, name)
        except driver.Error as error:
            raise explain_driver_error(error, self._database.url) from error

    def _of_table(self, connection: Any, name: str) -> Iterator[bytes]:
        known, reached = self._marks, self.reached
        _mark(reached, connection, name)
        after = known.rows.get(name, 0)
        if name in GROWING:
            if reached.counts[name] - _count(connection, name, after) != known.counts.get(name, 0):
                yield from _part({"table": name, "deletes": True}, _missing(connection, name, after))
            if name in REVISED:
                since = known.revised.get(name, "")
                if (reached.revised[name], reached.digests[name]) != (since, known.digests.get(name)):
                    # Also those of the very moment: some may have been written after the last copy looked.
                    yield from _part(_head(connection, name), _revised(connection, name, since))
            elif reached.rows[name] > after:
                yield from _part(_head(connection, name), _after(connection, name, after))
        elif reached.digests[name] != known.digests.get(name):
            if name in RENUMBERED and _digest(_up_to(connection, name, after)) == known.digests.get(name):
                yield from _part(_head(connection, name), _after(connection, name, after))
            else:
                yield from _part(_head(connection, name) | {"replaces": True}, _rows(connection, name))


def apply_changes(path: Path, lines: Iterable[bytes]) -> None:
    """Adds what Changes told to a whole copy that nobody uses, in one transaction; its triggers must be gone."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        statement, waiting = "", list[list[Any]]()
        for line in lines:
            content = json.loads(line)
            if isinstance(content, dict):
                _run(connection, statement, waiting)
                statement = _begin_part(connection, content)
            else:
                waiting.append([bytes.fromhex(v["bytes"]) if isinstance(v, dict) else v for v in content])
                if len(waiting) >= _CHUNK:
                    _run(connection, statement, waiting)
        _run(connection, statement, waiting)
        connection.execute("COMMIT")


def take_triggers(path: Path) -> list[str]:
    """Drops a file's triggers, so that rows can be put into it as they were; what creates them again."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.execute("BEGIN")
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in found:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()
        return [sql for _, sql in found]


def put_triggers(path: Path, triggers: Iterable[str]) -> None:
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.execute("BEGIN")
        for sql in triggers:
            connection.execute(sql)
        connection.commit()


def _begin_part(connection: Any, part: dict[str, Any]) -> str:
    """The statement to run with each of the part's rows."""
    name = part["table"]
    if part.get("deletes"):
        return f'DELETE FROM "{name}" WHERE rowid BETWEEN ? AND ?'  # noqa: S608  from a file that proved to be ours
    if part.get("replaces"):
        connection.execute(f'DELETE FROM "{name}"')  # noqa: S608
    elif "kept_from" in part:
        # A chain of version 0.2, which told so that the oldest rows had gone.
        connection.execute(f'DELETE FROM "{name}" WHERE rowid < ?', (part["kept_from"],))  # noqa: S608
    columns = ", ".join(f'"{column}"' for column in part["columns"])
    places = ", ".join("?" for _ in part["columns"])
    return f'INSERT OR REPLACE INTO "{name}" ({columns}) VALUES ({places})'  # noqa: S608


def _run(connection: Any, statement: str, waiting: list[list[Any]]) -> None:
    if waiting:
        connection.executemany(statement, waiting)
        waiting.clear()


def _present(connection: Any) -> list[str]:
    """Our tables that the file has, and SQLite's own note of the ids it has given."""
    known = {*metadata.tables, _SEQUENCES, "alembic_version"}
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in names.fetchall() if name in known]


def _rows(connection: Any, name: str, condition: str = "", *values: object) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(f'"{column}"' for column in _columns(connection, name))
    yield from connection.execute(f'SELECT {columns} FROM "{name}" {condition} ORDER BY rowid', values)  # noqa: S608


def _after(connection: Any, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE rowid > ?", number)


def _up_to(connection: Any, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE rowid <= ?", number)


def _missing(connection: Any, name: str, last: int) -> Iterator[tuple[int, int]]:
    """Numbers up to `last` that no row has: the first and the last of each run."""
    expected = 1
    for (number,) in connection.execute(f'SELECT rowid FROM "{name}" WHERE rowid <= ? ORDER BY rowid', (last,)):  # noqa: S608
        if number > expected:
            yield expected, number - 1
        expected = number + 1
    if expected <= last:
        yield expected, last


def _revised(connection: Any, name: str, since: str) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE generated_at >= ?", since)


def _columns(connection: Any, name: str) -> list[str]:
    """With the row's number where no column holds it: a row that comes back keeps its place."""
    names = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
    return names if "id" in names else ["rowid", *names]


def _count(connection: Any, name: str, after: int | None = None) -> int:
    """Of all rows it is told by the smallest index: 20 ms a million."""
    condition, values = ("", ()) if after is None else ("WHERE rowid > ?", (after,))
    return int(connection.execute(f'SELECT count(*) FROM "{name}" {condition}', values).fetchone()[0])  # noqa: S608


def _last_row(connection: Any, name: str) -> int:
    return int(connection.execute(f'SELECT coalesce(max(rowid), 0) FROM "{name}"').fetchone()[0])  # noqa: S608


def _last_revision(connection: Any, name: str) -> str:
    return str(connection.execute(f"SELECT coalesce(max(generated_at), '') FROM \"{name}\"").fetchone()[0])  # noqa: S608


def _head(connection: Any, name: str) -> dict[str, Any]:
    return {"table": name, "columns": _columns(connection, name)}


def _part(head: dict[str, Any], rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    yield _line(head)
    for row in rows:
        yield _line([{"bytes": value.hex()} if isinstance(value, bytes) else value for value in row])


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _line(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _path_of(database: Database) -> Path:
    path = sqlite_path(database.url)
    if path is None or not path.exists():
        raise DatabaseUnavailable(
            Message(
                es=f"No hay ningún archivo SQLite que copiar ({database.url.render_as_string()}).",
                en=f"There is no SQLite file to copy ({database.url.render_as_string()}).",
            )
        )
    return path


def _unsound(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"El contenido de {path.name} no está sano ({why}). Use otra copia.",
            en=f"The content of {path.name} is not sound ({why}). Use another backup.",
        )
    )
