"""Copies of an SQLite database under use: a whole one, and what has been added or changed since the last.

A whole copy is made by SQLite's backup interface in one reading step: no writer waits, and the pages are the file's
own. What comes after it is read in one snapshot, table by table: of tables that only grow the new rows, of reports what
was written or revised since, of every other table (they are small) all rows where anything in it has changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stressvision.db.connection import Database, explain_driver_error, sqlite_driver, sqlite_path
from stressvision.db.tables import metadata
from stressvision.errors import DatabaseUnavailable, InvalidInput, Message

GROWING = ("audit_log", "changes", "detection_events", "device_minutes")
"""Rows are added and, when their term ends, deleted, oldest first. Nothing of ours changes one."""
_AGES = {"detection_events": "timestamp"}
"""By what the oldest go where row numbers do not tell: a device may deliver hours late. Minutes watched that came late
stay in a copy a little longer: nothing refers to them."""
REVISED = ("reports_15min",)
"""Rows are added, and changed together with their `generated_at`."""
_SEQUENCES = "sqlite_sequence"
_CHUNK = 500
_COPY_TRIES_SECONDS = 10


@dataclass(frozen=True)
class Marks:
    """Up to where a copy reaches: last row ids, the latest time of revision, a digest of each small table.

    Of a revised table the digest is over the rows of that latest time.
    """

    rows: dict[str, int] = field(default_factory=dict)
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
            if name in GROWING:
                marks.rows[name] = _last_row(connection, name)
            elif name in REVISED:
                marks.revised[name] = _last_revision(connection, name)
                marks.digests[name] = _digest(_revised(connection, name, marks.revised[name]))
            else:
                marks.digests[name] = _digest(_rows(connection, name))
        return marks


class Changes:
    """What a database has beyond `marks`: its lines are read once, and `reached` holds the new marks after that."""

    def __init__(self, database: Database, marks: Marks) -> None:
        self._database, self._marks = database, marks
        self.reached = Marks()
        self.row_count = 0

    def lines(self) -> Iterator[bytes]:
        """JSON, a line for each part of a table and for each row, in one snapshot. Raises DatabaseUnavailable."""
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
        if name in GROWING:
            after = self._marks.rows.get(name, 0)
            last = self.reached.rows[name] = _last_row(connection, name)
            if last < after:
                # Emptied since: no first row says what went, and numbers may have begun anew (not every table of
                # these keeps note of the ones it gave).
                yield from self._part({"table": name, "replaces": True}, connection, name, _rows(connection, name))
                return
            first = connection.execute(f'SELECT coalesce(min(rowid), 0) FROM "{name}"').fetchone()[0]  # noqa: S608
            head = {"table": name, "kept_from": first}
            if name in _AGES:
                since = connection.execute(f'SELECT min("{_AGES[name]}") FROM "{name}"').fetchone()[0]  # noqa: S608
                head |= {"kept_since": since}
            yield from self._part(head, connection, name, _rows(connection, name, "WHERE rowid > ?", after))
        elif name in REVISED:
            since = self._marks.revised.get(name, "")
            self.reached.revised[name] = _last_revision(connection, name)
            # Also those of the very moment: some may have been written after the last copy looked.
            rows = list(_revised(connection, name, since))
            latest = self.reached.revised[name]
            self.reached.digests[name] = _digest(_revised(connection, name, latest))
            if latest != since or self.reached.digests[name] != self._marks.digests.get(name):
                yield from self._part({"table": name}, connection, name, rows)
        else:
            rows = list(_rows(connection, name))
            self.reached.digests[name] = _digest(rows)
            if self.reached.digests[name] != self._marks.digests.get(name):
                yield from self._part({"table": name, "replaces": True}, connection, name, rows)

    def _part(
        self, head: dict[str, Any], connection: Any, name: str, rows: Iterable[tuple[Any, ...]]
    ) -> Iterator[bytes]:
        yield _line({**head, "columns": _columns(connection, name)})
        for row in rows:
            self.row_count += 1
            yield _line([{"bytes": value.hex()} if isinstance(value, bytes) else value for value in row])


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
                _insert(connection, statement, waiting)
                statement = _begin_part(connection, content)
            else:
                waiting.append([bytes.fromhex(v["bytes"]) if isinstance(v, dict) else v for v in content])
                if len(waiting) >= _CHUNK:
                    _insert(connection, statement, waiting)
        _insert(connection, statement, waiting)
        connection.execute("COMMIT")


def take_triggers(path: Path) -> list[str]:
    """Drops a file's triggers, so that rows can be put into it as they were; what creates them again."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in found:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()
        return [sql for _, sql in found]


def put_triggers(path: Path, triggers: Iterable[str]) -> None:
    with closing(sqlite_driver().connect(str(path))) as connection:
        for sql in triggers:
            connection.execute(sql)
        connection.commit()


def _begin_part(connection: Any, part: dict[str, Any]) -> str:
    """What inserts the part's rows."""
    name, columns = part["table"], ", ".join(f'"{column}"' for column in part["columns"])
    if part.get("replaces"):
        connection.execute(f'DELETE FROM "{name}"')  # noqa: S608  names come from a file that proved to be ours
    elif "kept_from" in part:
        connection.execute(f'DELETE FROM "{name}" WHERE rowid < ?', (part["kept_from"],))  # noqa: S608
    if "kept_since" in part:
        connection.execute(f'DELETE FROM "{name}" WHERE "{_AGES[name]}" < ?', (part["kept_since"],))  # noqa: S608
    places = ", ".join("?" for _ in part["columns"])
    return f'INSERT OR REPLACE INTO "{name}" ({columns}) VALUES ({places})'  # noqa: S608


def _insert(connection: Any, statement: str, waiting: list[list[Any]]) -> None:
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


def _revised(connection: Any, name: str, since: str) -> Iterator[tuple[Any, ...]]:
    return _rows(connection, name, "WHERE generated_at >= ?", since)


def _columns(connection: Any, name: str) -> list[str]:
    """With the row's number where no column holds it: a row that comes back keeps its place."""
    names = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
    return names if "id" in names else ["rowid", *names]


def _last_row(connection: Any, name: str) -> int:
    return int(connection.execute(f'SELECT coalesce(max(rowid), 0) FROM "{name}"').fetchone()[0])  # noqa: S608


def _last_revision(connection: Any, name: str) -> str:
    return str(connection.execute(f"SELECT coalesce(max(generated_at), '') FROM \"{name}\"").fetchone()[0])  # noqa: S608


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
