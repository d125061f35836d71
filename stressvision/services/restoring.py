"""Getting a database back from its backups."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from stressvision.config import Settings
from stressvision.db import copies, sealed
from stressvision.errors import InvalidInput, Message
from stressvision.services.archive import Backup, Kind, find_chain, saying_what_failed


def verify_backup(settings: Settings, path: Path | None) -> tuple[tuple[Backup, ...], dict[str, int]]:
    """Restores the chain into a temporary file and reads all of it; the backups and the rows by table.

    Raises NotFound, InvalidInput (damaged), ConfigurationError (key).
    """
    chain = find_chain(settings, path)
    with saying_what_failed(settings.backup_dir), TemporaryDirectory(dir=chain[0].path.parent) as work:
        if chain[0].kind is Kind.DUMP:
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
        triggers = copies.take_triggers(target)
        for backup in chain[1:]:
            copies.apply_changes(target, _lines(sealed.read_sealed(backup.path, key)))
        copies.put_triggers(target, triggers)
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
