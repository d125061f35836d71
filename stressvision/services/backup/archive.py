"""The backup folder: list its backups, find the chains they form, delete the oldest ones."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path

from stressvision.core.clock import parse_moment
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message, NotFound, StressVisionError, Unavailable
from stressvision.db.backup import sealed
from stressvision.db.engine.connection import URL, parse_url, sqlite_path

SUFFIX = ".svb"
_MOMENT, _NUMBER = r"-\d{8}-\d{6}-\d{6}", r"(-\d{5,})?"
"""Suffix of a backup's name after that of the database: its moment, and for changes also their number."""
_PIECE = 1024 * 1024


class BackupKind(StrEnum):
    """Content of a backup file."""

    WHOLE = "whole"
    """The whole SQLite database."""
    CHANGES = "changes"
    """The rows added or changed since the previous backup of the same chain."""
    DUMP = "dump"
    """Output of pg_dump for a PostgreSQL database."""


@dataclass(frozen=True)
class Backup:
    """A backup file. `chain`: common to a whole backup (number 0) and the changes after it. `rows`: by table."""

    path: Path
    kind: BackupKind
    database: str
    chain: str
    number: int
    created_at: datetime
    rows: dict[str, int]
    is_encrypted: bool
    bytes: int


def list_backups(settings: Settings, folder: Path | None = None) -> tuple[Backup, ...]:
    """Return the backups of the configured database, oldest first; unreadable files are left out."""
    found = []
    for path in sorted((folder or settings.backup_dir).glob(f"*{SUFFIX}")):
        try:
            found.append(read_backup(path))
        except InvalidInput:
            continue
    own = (backup for backup in found if backup.database == database_stem(parse_url(settings.database_url)))
    return tuple(sorted(own, key=lambda backup: (backup.created_at, backup.number)))


def find_chain(settings: Settings, path: Path | None) -> tuple[Backup, ...]:
    """Return a whole backup and the changes after it, up to `path` or to the newest.

    Raises:
        NotFound: There is no such backup.
        InvalidInput: A backup of the chain is missing.
    """
    folder = path.parent if path else settings.backup_dir
    found = list_backups(settings, folder)
    wanted = next((backup for backup in reversed(found) if path is None or backup.path.name == path.name), None)
    if wanted is None:
        raise NotFound(
            Message(
                es=f"No hay ninguna copia de esta base en {path or folder}.",
                en=f"There is no backup of this database at {path or folder}.",
            )
        )
    chain = [backup for backup in found if backup.chain == wanted.chain and backup.number <= wanted.number]
    if [backup.number for backup in chain] != list(range(len(chain))):
        raise InvalidInput(
            Message(
                es=f"A la serie de {wanted.path.name} le falta alguna copia: elija una anterior.",
                en=f"A backup of the chain of {wanted.path.name} is missing: choose an earlier one.",
            )
        )
    return tuple(chain)


def rotate(settings: Settings) -> None:
    """Delete the oldest chains beyond `backup_keep`.

    Opens only the first backup of each kept chain, and the deleted ones.
    """
    kept = list(islice(newest_first(settings, is_whole=True), settings.backup_keep))
    if len(kept) == settings.backup_keep:
        chains = {backup.chain for backup in kept}
        for backup in newest_first(settings, before=kept[-1].path):
            if backup.chain not in chains:
                backup.path.unlink(missing_ok=True)


def newest_in_chain(settings: Settings) -> Backup | None:
    """Return the backup that the next backup of changes continues, or None."""
    return next((backup for backup in newest_first(settings) if backup.kind is not BackupKind.DUMP), None)


def newest_first(settings: Settings, *, is_whole: bool = False, before: Path | None = None) -> Iterator[Backup]:
    """Yield the backups of the configured database by the moment in their file name; each is opened when reached.

    Args:
        settings: Source of the folder and the database.
        is_whole: Only the first backup of each chain.
        before: Only backups older than this one.
    """
    own = database_stem(parse_url(settings.database_url))
    form = re.compile(re.escape(own) + (_MOMENT if is_whole else _MOMENT + _NUMBER))
    named = (path for path in settings.backup_dir.glob(f"*{SUFFIX}") if form.fullmatch(path.stem))
    for path in sorted(named, key=lambda path: path.stem, reverse=True):
        if before is not None and path.stem >= before.stem:
            continue
        try:
            backup = read_backup(path)
        except (InvalidInput, FileNotFoundError):
            continue
        if backup.database == own:
            yield backup


def read_backup(path: Path) -> Backup:
    """Return the description of a backup file. Raises InvalidInput where it is none."""
    seal = sealed.read_seal(path)
    content = seal.content
    try:
        return Backup(
            path,
            BackupKind(content["kind"]),
            content["database"],
            content["chain"],
            content["number"],
            parse_moment(content["created_at"]),
            content["rows"],
            seal.is_encrypted,
            path.stat().st_size,
        )
    except (KeyError, ValueError, StressVisionError):
        raise InvalidInput(
            Message(es=f"{path.name} no es una copia de una base.", en=f"{path.name} is not a backup of a database.")
        ) from None


def create_backup_folder(settings: Settings) -> Path:
    """Create the backup folder, readable by its owner only, and return it."""
    settings.backup_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings.backup_dir


def database_stem(url: URL) -> str:
    """Return the name with which the backups of a database begin."""
    path = sqlite_path(url)
    return path.stem if path else str(url.database)


def read_pieces(path: Path) -> Iterator[bytes]:
    """Yield the content of a file in pieces of 1 MiB."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


@contextmanager
def translate_io_errors(folder: Path) -> Iterator[None]:
    """Raise Unavailable, with the free space, for an OSError inside the block."""
    try:
        yield
    except OSError as error:
        free = shutil.disk_usage(folder if folder.exists() else folder.absolute().anchor).free // 2**20
        raise Unavailable(
            Message(
                es=f"No se pudo escribir o leer la copia en {folder} ({error.strerror}; {free} MiB libres). Libere "
                "espacio, revise los permisos o elija otra carpeta con STRESSVISION_BACKUP_DIR.",
                en=f"The backup in {folder} could not be written or read ({error.strerror}; {free} MiB free). Free "
                "space, check the permissions, or choose another folder with STRESSVISION_BACKUP_DIR.",
            )
        ) from error
