"""Opening a database: create, upgrade, convert or refuse it."""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, select, text

from stressvision import VERSION
from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.core.files import make_private
from stressvision.db.engine.connection import Database, sqlite_driver, sqlite_path
from stressvision.db.engine.driver_errors import explain_driver_error
from stressvision.db.schema.legacy import SIGNATURE, convert_legacy
from stressvision.db.schema.tables import REVISION, create_tables, releases
from stressvision.db.schema.triggers import create_triggers

_MIGRATIONS = Path(__file__).parent / "migrations"
_OWN = "alembic_version"
_STAMP = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "INSERT INTO alembic_version (version_num) VALUES (:revision)",
)
"""Alembic's own table, written without importing Alembic."""


class OpeningOutcome(StrEnum):
    """What opening did: a new file, nothing, migrations, or the conversion of an earlier phase's database."""

    CREATED = "created"
    CURRENT = "current"
    UPGRADED = "upgraded"
    CONVERTED = "converted"


@dataclass(frozen=True)
class Opening:
    """Outcome of opening a database; `backup`: the copy made before an existing file was changed."""

    outcome: OpeningOutcome
    backup: Path | None = None


def prepare_database(database: Database, now: datetime) -> Opening:
    """Create the database or bring it to this program's schema; of several processes only the first one changes it.

    Raises DatabaseUnavailable for another program's file, and for a schema newer than this program.
    """
    _refuse_foreign_file(database)
    with database.change_schema() as connection:
        present = inspect(connection).get_table_names()
        if _OWN in present:
            opening = _upgrade_schema(database, connection, now)
        else:
            opening = _create_schema(database, connection, now, is_legacy=set(present) >= SIGNATURE)
        _record_release(connection, now)
        return opening


def _create_schema(database: Database, connection: Connection, now: datetime, *, is_legacy: bool) -> Opening:
    backup = None
    if is_legacy:
        backup = _back_up(database, now)
        convert_legacy(connection)
    else:
        create_tables(connection)
        create_triggers(connection)
    for statement in _STAMP:
        connection.execute(text(statement), {"revision": REVISION})
    return Opening(OpeningOutcome.CONVERTED if backup else OpeningOutcome.CREATED, backup)


def _record_release(connection: Connection, now: datetime) -> None:
    if connection.execute(select(releases.c.version).where(releases.c.version == VERSION)).first() is None:
        connection.execute(insert(releases).values(version=VERSION, revision=REVISION, first_used_at=now))


def _newest_release(connection: Connection) -> str:
    """Return the release that brought the newest schema; empty where the database names none."""
    if not inspect(connection).has_table(releases.name):
        return ""
    newest = select(releases.c.version).order_by(releases.c.revision.desc(), releases.c.first_used_at.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none() or ""


def is_current(connection: Connection) -> bool:
    """Return whether the database has this program's schema."""
    return read_revision(connection) == REVISION


def read_revision(connection: Connection) -> str:
    """Return the revision of the database's schema; empty where this program has not created it."""
    if not inspect(connection).has_table(_OWN):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""


def inspect_database(database: Database) -> None:
    """Check that the database can be used, changing nothing. Raises DatabaseUnavailable.

    An SQLite file that does not exist yet is accepted if its folder can be written.
    """
    _refuse_foreign_file(database)
    path = sqlite_path(database.url)
    if path is None:
        with database.read():
            return
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise explain_driver_error(PermissionError("readonly"), database.url)


def require_current(database: Database) -> None:
    """Raise DatabaseUnavailable where the SQLite file has not this program's schema; nothing is changed."""
    _refuse_foreign_file(database)
    path = sqlite_path(database.url)
    if path is None or not path.exists():
        return
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except driver.Error as error:
        raise explain_driver_error(error, database.url) from error
    if found != (REVISION,):
        raise DatabaseUnavailable(
            Message(
                es=f"{path} fue reemplazado por una base de otra versión: reinicie el sistema para actualizarla.",
                en=f"{path} was replaced by a database of another version: restart the system to update it.",
            )
        )


def _upgrade_schema(database: Database, connection: Connection, now: datetime) -> Opening:
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if current == REVISION:
        return Opening(OpeningOutcome.CURRENT)
    if current not in {path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("0*.py")}:
        newer = f" ({release})" if (release := _newest_release(connection)) else ""
        raise DatabaseUnavailable(
            Message(
                es=f"La base {_name(database)} es de una versión más nueva de Stress Vision{newer}; este programa es "
                f"{VERSION}. Actualice el programa.",
                en=f"Database {_name(database)} belongs to a newer Stress Vision{newer}; this program is {VERSION}. "
                "Update the program.",
            )
        )
    backup = _back_up(database, now) if database.is_sqlite else None
    _run_migrations(connection)
    return Opening(OpeningOutcome.UPGRADED, backup)


def _refuse_foreign_file(database: Database) -> None:
    """Raise DatabaseUnavailable for another program's file, opened read-only so that it is not switched to WAL."""
    path = sqlite_path(database.url)
    if path is None or not path.exists() or path.stat().st_size == 0:
        return
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except driver.Error as error:
        raise explain_driver_error(error, database.url) from error
    if names and _OWN not in names and not names >= SIGNATURE:
        raise DatabaseUnavailable(
            Message(
                es=f"{path} es una base de datos de otro programa; no se tocó. "
                "Indique otro archivo en STRESSVISION_DATABASE_URL.",
                en=f"{path} is another program's database; it was not touched. "
                "Name another file in STRESSVISION_DATABASE_URL.",
            )
        )


def _back_up(database: Database, now: datetime) -> Path:
    """Copy the file beside itself, before this transaction has written anything, and return the copy's path."""
    path = sqlite_path(database.url)
    assert path is not None  # noqa: S101  only SQLite databases are backed up here
    target = path.with_name(f"{path.stem}.backup-{now:%Y%m%d-%H%M%S}{path.suffix}")
    make_private(target)
    driver = sqlite_driver()
    with closing(driver.connect(str(path))) as source, closing(driver.connect(str(target))) as copy:
        source.backup(copy)
    return target


def _run_migrations(connection: Connection) -> None:
    # Imported only here: a server that creates its database or finds it up to date saves Alembic's 11 MB.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _name(database: Database) -> str:
    return str(sqlite_path(database.url) or database.url.database)
