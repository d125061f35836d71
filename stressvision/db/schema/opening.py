"""Opening a database: created, brought up to date, taken over from the earlier phases, or refused."""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from stressvision.core.errors import DatabaseUnavailable, Message
from stressvision.db.engine.connection import (
    Database,
    explain_driver_error,
    sqlite_driver,
    sqlite_path,
)
from stressvision.db.schema.legacy import SIGNATURE, convert_legacy
from stressvision.db.schema.tables import REVISION, create_tables
from stressvision.db.schema.triggers import create_triggers

_MIGRATIONS = Path(__file__).parent / "migrations"
_OWN = "alembic_version"
_STAMP = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    "INSERT INTO alembic_version (version_num) VALUES (:revision)",
)
"""As Alembic does it."""


class OpeningOutcome(StrEnum):
    CREATED = "created"
    CURRENT = "current"
    UPGRADED = "upgraded"
    CONVERTED = "converted"


@dataclass(frozen=True)
class Opening:
    """What opening did; `backup` is the copy made before an existing file was changed."""

    outcome: OpeningOutcome
    backup: Path | None = None


def prepare_database(database: Database, now: datetime) -> Opening:
    """Brings the database to this program's schema, once, whoever of several processes comes first.

    Raises DatabaseUnavailable for a file that is not ours, or whose schema is newer than this program.
    """
    _refuse_foreign_file(database)
    with database.change_schema() as connection:
        present = inspect(connection).get_table_names()
        if _OWN in present:
            return _climb(database, connection, now)
        backup = None
        if set(present) >= SIGNATURE:
            backup = _back_up(database, now)
            convert_legacy(connection)
        else:
            create_tables(connection)
            create_triggers(connection)
        for statement in _STAMP:
            connection.execute(text(statement), {"revision": REVISION})
        return Opening(OpeningOutcome.CONVERTED if backup else OpeningOutcome.CREATED, backup)


def inspect_database(database: Database) -> None:
    """Looks whether the database can be used, and changes nothing. Raises DatabaseUnavailable.

    A SQLite file that does not exist yet can, where its folder can be written.
    """
    _refuse_foreign_file(database)
    path = sqlite_path(database.url)
    if path is None:
        with database.read():
            return
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise explain_driver_error(PermissionError("readonly"), database.url)


def _climb(database: Database, connection: Connection, now: datetime) -> Opening:
    current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if current == REVISION:
        return Opening(OpeningOutcome.CURRENT)
    if current not in {path.stem.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("0*.py")}:
        raise DatabaseUnavailable(
            Message(
                es=f"La base {_name(database)} es de una versión más nueva de Stress Vision. Actualice el programa.",
                en=f"Database {_name(database)} belongs to a newer Stress Vision. Update the program.",
            )
        )
    backup = _back_up(database, now) if database.is_sqlite else None
    _upgrade(connection)
    return Opening(OpeningOutcome.UPGRADED, backup)


def _refuse_foreign_file(database: Database) -> None:
    """Looks before it touches: a file of somebody else's must not even be switched to WAL."""
    path = sqlite_path(database.url)
    if path is None or not path.exists() or path.stat().st_size == 0:
        return
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as peek:
            names = {row[0] for row in peek.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
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
    """A copy beside the file, as it was before this transaction (which has written nothing yet)."""
    path = sqlite_path(database.url)
    assert path is not None  # noqa: S101  only SQLite databases are backed up here
    target = path.with_name(f"{path.stem}.backup-{now:%Y%m%d-%H%M%S}{path.suffix}")
    driver = sqlite_driver()
    with closing(driver.connect(str(path))) as source, closing(driver.connect(str(target))) as copy:
        source.backup(copy)
    target.chmod(0o600)
    return target


def _upgrade(connection: Connection) -> None:
    # Imported here alone: a server that finds its database up to date, or makes it, does without Alembic's 11 MB.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _name(database: Database) -> str:
    return str(sqlite_path(database.url) or database.url.database)
