"""Getting a database back from its backups."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.db.backup import copies, sealed
from stressvision.db.backup.increments import apply_changes
from stressvision.db.backup.replacing import read_erased, set_aside
from stressvision.db.engine.connection import parse_url, sqlite_path
from stressvision.db.queries.employees import select_employee
from stressvision.db.queries.erasure import erased_subjects
from stressvision.services.backup.archive import Backup, BackupKind, find_chain, saying_what_failed
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.privacy.erasure import erase_person


@dataclass(frozen=True)
class Restored:
    """`aside`: the database that was there before, if there was one. `erased_again`: people who stay erased."""

    chain: tuple[Backup, ...]
    rows: dict[str, int]
    aside: Path | None
    erased_again: int


def restore_database(settings: Settings, path: Path | None, actor: Actor, clock: Clock = utc_now) -> Restored:
    """Puts what a backup holds (the newest, or `path`) in the place of the SQLite database, which is set aside.

    Whoever was erased after that backup was made is erased again. Raises Conflict where a program has the database
    open, NotFound, InvalidInput (damaged; PostgreSQL), ConfigurationError (key). Nothing changes unless all went well.
    """
    database = sqlite_path(parse_url(settings.database_url))
    chain = find_chain(settings, path)
    if database is None or chain[0].kind is BackupKind.DUMP:
        raise InvalidInput(_USE_PG_RESTORE)
    with saying_what_failed(database.parent), TemporaryDirectory(dir=database.parent, prefix="restoring-") as work:
        restored = Path(work) / database.name
        rows = assemble(settings, chain, restored)
        aside, erased = None, frozenset[int]()
        if database.exists():
            aside = database.with_name(f"{database.stem}.before-restore-{clock():%Y%m%d-%H%M%S}{database.suffix}")
            erased = frozenset(read_erased(database))
            set_aside(database, aside)
        restored.rename(database)
    context = open_context(settings, clock)
    with closing(context.database):
        return Restored(chain, rows, aside, _erase_again(context, erased, actor))


def _erase_again(context: Context, erased: frozenset[int], actor: Actor) -> int:
    """Row numbers are never given twice, so they still mean the same people."""
    with context.database.read() as connection:
        known = set(erased_subjects(connection))
        back = [number for number in erased - known if select_employee(connection, number) is not None]
    for number in sorted(back):
        erase_person(context, number, actor)
    return len(back)


_USE_PG_RESTORE = Message(
    es="Una base PostgreSQL se restaura con sus propias herramientas: escriba el volcado con «python -m stressvision "
    "backup open --output base.dump» y cárguelo con «pg_restore --clean --if-exists --dbname=… base.dump».",
    en="A PostgreSQL database is restored with its own tools: write the dump with “python -m stressvision backup open "
    "--output base.dump” and load it with “pg_restore --clean --if-exists --dbname=… base.dump”.",
)


def verify_backup(settings: Settings, path: Path | None) -> tuple[tuple[Backup, ...], dict[str, int]]:
    """Restores the chain into a temporary file and reads all of it; the backups and the rows by table.

    Raises NotFound, InvalidInput (damaged), ConfigurationError (key).
    """
    chain = find_chain(settings, path)
    with saying_what_failed(settings.backup_dir), TemporaryDirectory(dir=chain[0].path.parent) as work:
        if chain[0].kind is BackupKind.DUMP:
            open_backup(settings, chain[0], Path(work) / "dump")
            return chain, {}
        return chain, assemble(settings, chain, Path(work) / "restored.db")


def assemble(settings: Settings, chain: tuple[Backup, ...], target: Path) -> dict[str, int]:
    """Writes the database that a chain amounts to, checked; its rows by table. Raises InvalidInput."""
    open_backup(settings, chain[0], target)
    counted = copies.check_copy(target)
    if counted != chain[0].rows:
        raise _not_as_counted(chain[0])
    if len(chain) > 1:
        key = sealed.read_key(settings.backup_key_file)
        triggers = copies.drop_triggers(target)
        for backup in chain[1:]:
            apply_changes(target, _lines(sealed.read_sealed(backup.path, key)))
        copies.restore_triggers(target, triggers)
        counted = copies.check_copy(target)
    return counted


def open_backup(settings: Settings, backup: Backup, target: Path) -> None:
    """Writes what one whole backup holds, as it was, into a new file that only its owner may read."""
    key = sealed.read_key(settings.backup_key_file)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        for piece in sealed.read_sealed(backup.path, key):
            file.write(piece)


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole


def _not_as_counted(backup: Backup) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"{backup.path.name} no tiene las filas que tenía al hacerse. Use otra copia.",
            en=f"{backup.path.name} has not the rows it had when it was made. Use another backup.",
        )
    )
