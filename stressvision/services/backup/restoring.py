"""Restoration of a database from its backups, and its move to PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message, Unavailable
from stressvision.core.files import make_private, restrict
from stressvision.db.backup import copies
from stressvision.db.backup.backup_files import BackupKind
from stressvision.db.backup.carried import Carried, carry_over_access, read_carried
from stressvision.db.backup.increments import apply_changes
from stressvision.db.backup.moving import copy_database
from stressvision.db.backup.replacing import continue_ids, read_erased, set_aside
from stressvision.db.engine.connection import Database, parse_url, sqlite_path
from stressvision.db.queries.alerts.alert_links import end_links as end_alert_links
from stressvision.db.queries.people.employees import select_employee
from stressvision.db.queries.people.own import end_links
from stressvision.db.queries.privacy.erasure import erased_subjects
from stressvision.domain.consent import ConsentMethod
from stressvision.services.audit import record
from stressvision.services.backup.archive import Backup, configured_key, read_backup_content, translate_io_errors
from stressvision.services.backup.chains import find_chain
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.employees import set_active, withdraw_consent_of
from stressvision.services.privacy.erasure import erase_person


@dataclass(frozen=True)
class Restored:
    """Result of a restoration. `aside`: path of the previous database, if any. `erased_again`: number of people."""

    chain: tuple[Backup, ...]
    rows: dict[str, int]
    aside: Path | None
    erased_again: int


def restore_database(settings: Settings, path: Path | None, actor: Actor, clock: Clock = utc_now) -> Restored:
    """Replace the SQLite database by the content of a backup, and set the previous file aside.

    People erased after the backup was made are erased again; consents that ended since, revoked tokens, disabled
    accounts and changed passwords stay so. The audit log records the restoration, with the head of the log that it
    replaced.
    Nothing changes unless everything succeeds.

    Args:
        settings: Names the database and the backup folder.
        path: The backup; None for the newest.
        actor: The caller, for the audit log.
        clock: Source of the time.

    Raises:
        Conflict: A program has the database open.
        NotFound: There is no such backup.
        InvalidInput: The backup is damaged, or the database is PostgreSQL.
        ConfigurationError: The backup key cannot be read.
    """
    configured = sqlite_path(parse_url(settings.database_url))
    chain = find_chain(settings, path)
    if configured is None or chain[0].kind is BackupKind.DUMP:
        raise InvalidInput(USE_PG_RESTORE)
    # Behind a symbolic link: replacing the link would leave the file and its data where they are.
    database = configured.resolve()
    with translate_io_errors(database.parent), TemporaryDirectory(dir=database.parent, prefix="restoring-") as work:
        restored = Path(work) / database.name
        rows = assemble(settings, chain, restored)
        aside, erased, carried = None, frozenset[int](), None
        if database.exists():
            aside = _free_name(database, clock)
            erased = frozenset(read_erased(database))
            carried = read_carried(database)
            continue_ids(restored, database)
            set_aside(database, aside)
            restrict(aside)
        restored.rename(database)
    context = open_context(settings, clock)
    with closing(context.database):
        again = _erase_again(context, erased, actor)
        _carry_over(context, carried, chain[-1].path.name, actor)
        return Restored(chain, rows, aside, again)


def _free_name(database: Path, clock: Clock) -> Path:
    """Return a name for the previous database that no file has: two restorations may show the same time."""
    for number in count(1):
        mark = f"{clock():%Y%m%d-%H%M%S}" + (f"-{number}" if number > 1 else "")
        aside = database.with_name(f"{database.stem}.before-restore-{mark}{database.suffix}")
        if not aside.exists():
            return aside
    raise AssertionError  # count never ends


def _carry_over(context: Context, carried: Carried | None, name: str, actor: Actor) -> None:
    details: dict[str, object] = {"name": name}
    if carried is not None:
        with context.database.read() as connection:
            people = {number: select_employee(connection, number) for number in carried.withdrawn | carried.inactive}
        for number, person in sorted(people.items()):
            if person is not None and person.consent_given and number in carried.withdrawn:
                withdraw_consent_of(context, number, actor, ConsentMethod.PAPER)
            if person is not None and person.is_active and number in carried.inactive:
                set_active(context, number, actor, active=False)
        if carried.audit is not None:
            details |= {"replaced_audit_id": carried.audit[0], "replaced_audit_hash": carried.audit[1]}
    with context.database.write() as connection:
        if carried is not None:
            carry_over_access(connection, carried)
        # One that was used since the backup could be used again.
        end_links(connection, None, context.clock())
        end_alert_links(connection, context.clock())
        record(connection, context, actor, "database_restored", "backup", None, details)


def _erase_again(context: Context, erased: frozenset[int], actor: Actor) -> int:
    """Erase people again by row id; ids are never reused, so they still identify the same people."""
    with context.database.read() as connection:
        known = set(erased_subjects(connection))
        back = [number for number in erased - known if select_employee(connection, number) is not None]
    for number in sorted(back):
        erase_person(context, number, actor)
    return len(back)


USE_PG_RESTORE = Message(
    es="Una base PostgreSQL se restaura con sus propias herramientas: escriba el volcado con «python -m stressvision "
    "backup open --output base.dump» y cárguelo con «pg_restore --clean --if-exists --dbname=… base.dump».",
    en="A PostgreSQL database is restored with its own tools: write the dump with “python -m stressvision backup open "
    "--output base.dump” and load it with “pg_restore --clean --if-exists --dbname=… base.dump”.",
)


def verify_backup(settings: Settings, path: Path | None) -> tuple[tuple[Backup, ...], dict[str, int]]:
    """Restore a chain into a temporary file, read all of it, and return its backups and row counts by table.

    Raises:
        NotFound: There is no such backup.
        InvalidInput: A backup is damaged or missing.
        ConfigurationError: The backup key cannot be read.
    """
    chain = find_chain(settings, path)
    database = sqlite_path(parse_url(settings.database_url))
    folder = chain[0].path.parent if database is None else database.resolve().parent
    with translate_io_errors(folder), TemporaryDirectory(dir=folder, prefix="restoring-") as work:
        if chain[0].kind is BackupKind.DUMP:
            open_backup(settings, chain[0], Path(work) / "dump")
            return chain, {}
        return chain, assemble(settings, chain, Path(work) / "restored.db")


def move_database(settings: Settings, target_url: str) -> int:
    """Copy the configured SQLite file into an empty PostgreSQL database, and return the number of rows.

    Args:
        settings: Names the SQLite file, which stays as it is.
        target_url: `postgresql://…`; the database is migrated to this program's schema first.

    Raises:
        InvalidInput: The source is not SQLite, or the target is not PostgreSQL.
        Conflict: The target is not empty.
        DatabaseUnavailable: One of the two does not answer.
    """
    with (
        closing(open_context(settings).database) as source,
        closing(Database(target_url)) as target,
    ):
        if not source.is_sqlite or target.is_sqlite:
            raise InvalidInput(
                Message(
                    es="Se mueve de un archivo SQLite (STRESSVISION_DATABASE_URL) a PostgreSQL (--to postgresql://…).",
                    en="Move from an SQLite file (STRESSVISION_DATABASE_URL) to PostgreSQL (--to postgresql://…).",
                ),
                field="--to",
            )
        open_context(settings.model_copy(update={"database_url": target_url})).database.close()
        return copy_database(source, target)


def assemble(settings: Settings, chain: tuple[Backup, ...], target: Path) -> dict[str, int]:
    """Write the database of a chain to `target`, check it, and return its row counts by table. Raises InvalidInput."""
    open_backup(settings, chain[0], target)
    counted = copies.check_copy(target)
    if counted != chain[0].manifest.rows:
        raise _row_counts_differ(chain[0])
    if len(chain) > 1:
        key = configured_key(settings)
        triggers = copies.drop_triggers(target)
        for backup in chain[1:]:
            apply_changes(target, _lines(read_backup_content(backup.path, key)))
        copies.restore_triggers(target, triggers)
        counted = copies.check_copy(target)
    return counted


def open_backup(settings: Settings, backup: Backup, target: Path) -> None:
    """Write the content of one whole backup into a new file, readable by its owner only."""
    is_regular = target.is_file() or not target.exists()
    free = shutil.disk_usage(target.absolute().parent).free
    if is_regular and (needed := backup.manifest.content_bytes) > free:
        raise Unavailable(
            Message(
                es=f"{backup.path.name} ocupa {needed // 2**20} MiB y quedan {free // 2**20}.",
                en=f"{backup.path.name} needs {needed // 2**20} MiB and {free // 2**20} are left.",
            )
        )
    make_private(target)
    try:
        with target.open("wb") as file:
            for piece in read_backup_content(backup.path, configured_key(settings)):
                file.write(piece)
    except InvalidInput:
        if is_regular:
            target.unlink()  # it is not authentic to its end
        raise


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def _row_counts_differ(backup: Backup) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"{backup.path.name} no tiene las filas que tenía al hacerse. Use otra copia.",
            en=f"{backup.path.name} does not contain the rows counted when it was made. Use another backup.",
        )
    )
