"""Incremental copies of an SQLite database in use: what was added, changed or deleted since the previous copy.

Changes are read in one snapshot, table by table: of large tables the new rows and the ids of deleted ones, of reports
also the revised rows, of every other table (they are small) all rows if any of them changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stressvision.core.errors import InvalidInput, Message
from stressvision.db.backup.copies import TIMEOUT_SECONDS, present_tables, source_path
from stressvision.db.engine.connection import Database, sqlite_driver
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.schema.rollups import TABLES as ROLLUPS

GROWING = ("audit_log", "changes", "detection_events", "reports_15min")
"""Tables whose rows are inserted with ids that are never reused, deleted in any order, and not updated except REVISED.

Where fewer of the known rows are left than before, the ids show which ones were deleted."""
REVISED = ("reports_15min",)
"""Tables whose rows are also updated, always with a new `generated_at`."""
RENUMBERED = ("device_minutes",)
"""Tables whose row ids are reused once the last rows are deleted: only where the known rows are unchanged do the new
rows suffice."""
DERIVED = frozenset(table.name for table in ROLLUPS)
"""Tables that are not copied: counted anew when the changes have been applied (copies.restore_triggers)."""
_CHUNK = 500


@dataclass(frozen=True)
class Marks:
    """What a copy contains, by table: last row ids, row counts, latest revision times, and digests of other tables.

    The digest of a revised table covers the rows of its latest revision time. Stored in the header of each backup.
    """

    rows: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    revised: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    """Digests of the last rows of growing tables: another row under that id belongs to another database."""


def read_marks(path: Path) -> Marks:
    """Return the marks of a database file."""
    with closing(sqlite_driver().connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        marks = Marks()
        for name in _copied_tables(connection):
            _mark(marks, connection, name)
        return marks


def _copied_tables(connection: Any) -> list[str]:
    return [name for name in present_tables(connection) if name not in DERIVED]


def _mark(marks: Marks, connection: Any, name: str) -> None:
    if name not in GROWING:
        marks.digests[name] = _digest(_rows(connection, name))
    if name in (*GROWING, *RENUMBERED):
        marks.rows[name] = _last_row(connection, name)
    if name in GROWING:
        marks.counts[name] = _count(connection, name)
        marks.last[name] = _digest(_at(connection, name, marks.rows[name]))
    if name in REVISED:
        marks.revised[name] = _last_revision(connection, name)
        marks.digests[name] = _digest(_revised(connection, name, marks.revised[name]))


class Changes:
    """The changes of a database since `marks`; after lines() was read once, `reached` contains the new marks.

    `is_other`: the last rows known are not there. The file was replaced or restored, or the rows were deleted, and
    changes would describe another database: a whole copy is required.
    """

    def __init__(self, database: Database, marks: Marks) -> None:
        self._database, self._marks = database, marks
        self.reached = Marks()
        self.is_other = False

    def lines(self) -> Iterator[bytes]:
        """Yield JSON lines, one for each part of a table and for each row, of one snapshot; none without changes.

        Raises DatabaseUnavailable.
        """
        driver = sqlite_driver()
        try:
            with closing(driver.connect(str(source_path(self._database)), timeout=TIMEOUT_SECONDS)) as connection:
                connection.isolation_level = None
                connection.execute("BEGIN")
                for name in _copied_tables(connection):
                    yield from self._of_table(connection, name)
        except driver.Error as error:
            raise explain_driver_error(error, self._database.url) from error

    def _of_table(self, connection: Any, name: str) -> Iterator[bytes]:
        known, reached = self._marks, self.reached
        _mark(reached, connection, name)
        after = known.rows.get(name, 0)
        if after and name in known.last and name not in REVISED:
            self.is_other = self.is_other or _digest(_at(connection, name, after)) != known.last[name]
        if name in GROWING:
            if reached.counts[name] - _count(connection, name, after) != known.counts.get(name, 0):
                yield from _part({"table": name, "deletes": True}, _missing(connection, name, after))
            if name in REVISED:
                since = known.revised.get(name, "")
                if (reached.revised[name], reached.digests[name]) != (since, known.digests.get(name)):
                    # Including rows of that time: some may have been written after the last copy was read.
                    yield from _part(_head(connection, name), _revised(connection, name, since))
            elif reached.rows[name] > after:
                yield from _part(_head(connection, name), _after(connection, name, after))
        elif reached.digests[name] != known.digests.get(name):
            if name in RENUMBERED and _digest(_up_to(connection, name, after)) == known.digests.get(name):
                yield from _part(_head(connection, name), _after(connection, name, after))
            else:
                yield from _part(_head(connection, name) | {"replaces": True}, _rows(connection, name))


def apply_changes(path: Path, lines: Iterable[bytes]) -> None:
    """Apply the lines of Changes to a whole copy that is not in use, in one transaction, after drop_triggers.

    Raises InvalidInput for lines that Changes does not write.
    """
    try:
        _apply(path, lines)
    except (ValueError, KeyError, TypeError, RecursionError, sqlite_driver().Error) as error:
        raise InvalidInput(
            Message(
                es=f"Los cambios de la copia no se pueden aplicar ({type(error).__name__}). Elija una anterior.",
                en=f"The changes of the backup cannot be applied ({type(error).__name__}). Choose an earlier one.",
            )
        ) from error


def _apply(path: Path, lines: Iterable[bytes]) -> None:
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("BEGIN IMMEDIATE")
        statement, pending = "", list[list[Any]]()
        for line in lines:
            content = json.loads(line)
            if isinstance(content, dict):
                _run(connection, statement, pending)
                statement = _begin_part(connection, content)
            else:
                pending.append([bytes.fromhex(v["bytes"]) if isinstance(v, dict) else v for v in content])
                if len(pending) >= _CHUNK:
                    _run(connection, statement, pending)
        _run(connection, statement, pending)
        connection.execute("COMMIT")


def _begin_part(connection: Any, part: dict[str, Any]) -> str:
    """Prepare the table and return the statement to run with each of the part's rows."""
    name = part["table"]
    if name not in present_tables(connection) or not set(part.get("columns", ())) <= {*_columns(connection, name)}:
        raise ValueError("unknown table or column")
    if part.get("deletes"):
        return f'DELETE FROM "{name}" WHERE rowid BETWEEN ? AND ?'  # noqa: S608  a known name
    if part.get("replaces"):
        connection.execute(f'DELETE FROM "{name}"')  # noqa: S608
    elif "kept_from" in part:
        # A backup chain of version 0.2, which recorded the deletion of the oldest rows in this way.
        connection.execute(f'DELETE FROM "{name}" WHERE rowid < ?', (part["kept_from"],))  # noqa: S608
    columns = ", ".join(f'"{column}"' for column in part["columns"])
    places = ", ".join("?" for _ in part["columns"])
    return f'INSERT OR REPLACE INTO "{name}" ({columns}) VALUES ({places})'  # noqa: S608


def _run(connection: Any, statement: str, pending: list[list[Any]]) -> None:
    if pending:
        connection.executemany(statement, pending)
        pending.clear()


def _rows(connection: Any, name: str, condition: str = "", *values: object) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(f'"{column}"' for column in _columns(connection, name))
    yield from connection.execute(f'SELECT {columns} FROM "{name}" {condition} ORDER BY rowid', values)  # noqa: S608


def _after(connection: Any, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE rowid > ?", number)


def _at(connection: Any, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE rowid = ?", number)


def _up_to(connection: Any, name: str, number: int) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE rowid <= ?", number)


def _missing(connection: Any, name: str, last: int) -> Iterator[tuple[int, int]]:
    """Yield the runs of ids up to `last` without a row, as (first, last)."""
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
    """Return the columns, with `rowid` where no column contains it, so that a restored row keeps its id."""
    names = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
    return names if "id" in names else ["rowid", *names]


def _count(connection: Any, name: str, after: int | None = None) -> int:
    """Count rows; all of them through the smallest index, 20 ms per million."""
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
