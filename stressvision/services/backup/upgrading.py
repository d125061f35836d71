"""Upgrade of the database to this program's schema, verified, and undone where something is wrong."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable, InvalidInput, Message
from stressvision.db.backup.copies import check_copy
from stressvision.db.backup.replacing import require_unused, set_aside
from stressvision.db.engine.connection import Database, parse_url, sqlite_path
from stressvision.db.queries.row_counts import count_rows
from stressvision.db.schema.opening import read_revision
from stressvision.services.context import open_context_with_outcome

_KEPT_TABLES = ("employees", "sessions", "detection_events", "alerts", "reports_15min", "audit_log", "consents")
"""No upgrade deletes a row of these."""


@dataclass(frozen=True)
class Upgrade:
    """Result of an upgrade. `before`, `after`: revisions of the schema. `backup`: the copy made before, if any."""

    before: str
    after: str
    backup: Path | None
    rows: Mapping[str, int]


def upgrade_database(settings: Settings, clock: Clock = utc_now) -> Upgrade:
    """Back up the database, migrate it and verify it; an SQLite file is put back where the verification fails.

    The migration is one transaction: where it fails, nothing has changed.

    Raises:
        Conflict: A program has the SQLite file open.
        DatabaseUnavailable: The database cannot be used, or is not sound after the migration.
    """
    path = sqlite_path(parse_url(settings.database_url))
    if path is not None and path.exists():
        require_unused(path.resolve())
    before, had = _read_revision_and_rows(settings)
    context, opening = open_context_with_outcome(settings, clock)
    context.database.close()
    after, has = _read_revision_and_rows(settings)
    fault = _find_fault(had, has, path)
    if fault is not None:
        if path is not None and opening.backup is not None:
            _put_back(path.resolve(), opening.backup)
        raise DatabaseUnavailable(
            Message(
                es=f"La actualización no dejó la base como debía ({fault.es}); se volvió a la anterior. Conserve la "
                f"versión anterior del programa y envíe «doctor --bundle» a soporte.",
                en=f"The upgrade left the database unsound ({fault.en}); the previous one is back in place. Keep the "
                "previous version of the program and send “doctor --bundle” to support.",
            )
        )
    return Upgrade(before, after, opening.backup, has)


def _read_revision_and_rows(settings: Settings) -> tuple[str, Mapping[str, int]]:
    with closing(Database(settings.database_url)) as database:
        path = sqlite_path(database.url)
        if path is not None and not path.exists():
            return "", {}
        with database.read() as connection:
            return read_revision(connection), count_rows(connection)


def _find_fault(before: Mapping[str, int], after: Mapping[str, int], path: Path | None) -> Message | None:
    for table in _KEPT_TABLES:
        had, has = before.get(table, 0), after.get(table, 0)
        if has < had:
            return Message(es=f"{table} tenía {had} filas y tiene {has}", en=f"{table} had {had} rows and has {has}")
    if path is not None:
        try:
            check_copy(path)
        except InvalidInput as error:
            return error.message
    return None


def _put_back(path: Path, backup: Path) -> None:
    """Replace the migrated file by the copy made before; the migrated one stays beside it."""
    set_aside(path, path.with_name(f"{path.stem}.failed-upgrade{path.suffix}"))
    backup.replace(path)
