"""The folder of backups: what is in it, which belong together, which are too old."""

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
"""How a name goes on after the database's: of a whole backup, and of changes also with their number."""
_PIECE = 1024 * 1024


class BackupKind(StrEnum):
    WHOLE = "whole"
    """The whole SQLite database."""
    CHANGES = "changes"
    """What has been added or changed since the backup before it in the same chain."""
    DUMP = "dump"
    """What pg_dump wrote of a PostgreSQL database."""


@dataclass(frozen=True)
class Backup:
    """`chain` joins a whole backup (number 0) and the changes after it. `rows`: by table, of a whole one."""

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
    """Those of the configured database, oldest first. What cannot be read as a backup is left out."""
    found = []
    for path in sorted((folder or settings.backup_dir).glob(f"*{SUFFIX}")):
        try:
            found.append(describe(path))
        except InvalidInput:
            continue
    own = (backup for backup in found if backup.database == stem(parse_url(settings.database_url)))
    return tuple(sorted(own, key=lambda backup: (backup.created_at, backup.number)))


def find_chain(settings: Settings, path: Path | None) -> tuple[Backup, ...]:
    """The whole backup and the changes after it, up to the one named or to the newest.

    Raises NotFound, InvalidInput (one in between is missing).
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
    """Deletes the oldest chains beyond `backup_keep`: what has a name of ours from before the oldest that is kept.

    Opened are what begins a chain, and what goes.
    """
    kept = list(islice(newest_first(settings, is_whole=True), settings.backup_keep))
    if len(kept) == settings.backup_keep:
        chains = {backup.chain for backup in kept}
        for backup in newest_first(settings, before=kept[-1].path):
            if backup.chain not in chains:
                backup.path.unlink(missing_ok=True)


def newest_in_chain(settings: Settings) -> Backup | None:
    """What a next backup of changes would follow."""
    return next((backup for backup in newest_first(settings) if backup.kind is not BackupKind.DUMP), None)


def newest_first(settings: Settings, *, is_whole: bool = False, before: Path | None = None) -> Iterator[Backup]:
    """Those of the configured database that have the name they were given, which holds the moment.

    Opened as they are asked for. `is_whole`: what begins a chain, and no changes. `before`: older than that one.
    """
    own = stem(parse_url(settings.database_url))
    form = re.compile(re.escape(own) + (_MOMENT if is_whole else _MOMENT + _NUMBER))
    named = (path for path in settings.backup_dir.glob(f"*{SUFFIX}") if form.fullmatch(path.stem))
    for path in sorted(named, key=lambda path: path.stem, reverse=True):
        if before is not None and path.stem >= before.stem:
            continue
        try:
            backup = describe(path)
        except (InvalidInput, FileNotFoundError):
            continue
        if backup.database == own:
            yield backup


def describe(path: Path) -> Backup:
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
            Message(es=f"{path.name} no es una copia de una base.", en=f"{path.name} is no backup of a database.")
        ) from None


def own_folder(settings: Settings) -> Path:
    settings.backup_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings.backup_dir


def stem(url: URL) -> str:
    """What the backups of a database are called by."""
    path = sqlite_path(url)
    return path.stem if path else str(url.database)


def read_pieces(path: Path) -> Iterator[bytes]:
    """A file of any size, never whole in memory."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


@contextmanager
def saying_what_failed(folder: Path) -> Iterator[None]:
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
