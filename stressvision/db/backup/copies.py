"""Whole copies of an SQLite database in use.

A whole copy is made by SQLite's backup interface in one read transaction: the pages are the file's own, and writers
wait for the disk only, which gets a part at a time.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from stressvision.core.errors import DatabaseUnavailable, InvalidInput, Message
from stressvision.core.files import flush_part, make_private
from stressvision.db.backup.space import move_log
from stressvision.db.engine.connection import Database, sqlite_driver, sqlite_path
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.schema.rollups import recount_statements
from stressvision.db.schema.tables import metadata, rollup_progress

TIMEOUT_SECONDS = 10
"""How long a copy waits for a lock."""
_PART_PAGES = 256
"""Pages copied before they are flushed to disk: 1 MiB."""
_SEQUENCES = "sqlite_sequence"


def copy_whole(database: Database, target: Path) -> None:
    """Copy the database as it is now, page by page, into a new file. Raises DatabaseUnavailable."""
    driver = sqlite_driver()
    path = source_path(database)
    make_private(target)
    try:
        with (
            closing(driver.connect(str(path), timeout=TIMEOUT_SECONDS, isolation_level=None)) as source,
            closing(driver.connect(str(target), isolation_level=None)) as copy,
            target.open("r+b") as written,
        ):
            copy.execute("PRAGMA synchronous=OFF")  # a copy that is not complete is not used
            # Without a transaction of its own, it would begin anew after each commit of another program.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PART_PAGES, progress=lambda *_: flush_part(written))
        move_log(database)  # what was kept in the log meanwhile: the next commit would have to do it
    except driver.Error as error:
        target.unlink(missing_ok=True)
        raise explain_driver_error(error, database.url) from error


def check_copy(path: Path) -> dict[str, int]:
    """Read every page of a database file and return the rows by table. Raises InvalidInput where it is damaged."""
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
            faults += [str(row[0]) for row in connection.execute("PRAGMA foreign_key_check").fetchmany(5)]
            if faults:
                raise _damaged(path, "; ".join(faults))
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  a constant name
                for name in present_tables(connection)
            }
    except driver.Error as error:
        raise _damaged(path, str(error)) from error


def drop_triggers(path: Path) -> list[str]:
    """Drop a file's triggers, so that rows can be inserted unchanged; return the statements that create them."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.execute("BEGIN")
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in found:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.commit()
        return [sql for _, sql in found]


def restore_triggers(path: Path, triggers: Iterable[str]) -> None:
    """Create the triggers that drop_triggers dropped, and count the roll-ups anew, which increments leave out."""
    with closing(sqlite_driver().connect(str(path))) as connection:
        connection.execute("BEGIN")
        for sql in triggers:
            connection.execute(sql)
        if rollup_progress.name in present_tables(connection):
            for statement in recount_statements("sqlite"):
                connection.execute(statement)
        connection.commit()


def present_tables(connection: Any) -> list[str]:
    """Return this program's tables that the file contains, and SQLite's table of the last ids."""
    known = {*metadata.tables, _SEQUENCES, "alembic_version"}
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in names.fetchall() if name in known]


def source_path(database: Database) -> Path:
    """Return the existing SQLite file of a database. Raises DatabaseUnavailable."""
    path = sqlite_path(database.url)
    if path is None or not path.exists():
        raise DatabaseUnavailable(
            Message(
                es=f"No hay ningún archivo SQLite que copiar ({database.url.render_as_string()}).",
                en=f"There is no SQLite file to copy ({database.url.render_as_string()}).",
            )
        )
    return path


def _damaged(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"El contenido de {path.name} está dañado ({why}). Use otra copia.",
            en=f"The content of {path.name} is damaged ({why}). Use another backup.",
        )
    )
