"""The backup folder: names of backups, their order, and reading of their manifests."""

import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from stressvision.core.clock import parse_moment
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, StressVisionError, Unavailable
from stressvision.core.files import is_regular
from stressvision.db.backup.backup_files import ENCRYPTED, PLAIN, BackupKind, Manifest, read_content, read_manifest
from stressvision.db.backup.keys import BackupKey, read_key
from stressvision.db.backup.sealed_files import SEALED, is_sealed_with_key, read_sealed, read_sealed_header
from stressvision.db.engine.connection import URL, parse_url, sqlite_driver, sqlite_path

_LOCK_SECONDS = 60.0
_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True)
class BackupName:
    """A file named like a backup of this database; nothing in it is authenticated.

    `generation` is 0 for files of versions 0.2 and 0.3 (`is_sealed`), which are ordered by the time in their names.
    """

    path: Path
    generation: int
    number: int
    is_encrypted: bool
    is_sealed: bool = False

    @property
    def place(self) -> tuple[int, int, str]:
        """The place among all backups: generation, number, and the time for files of versions 0.2 and 0.3."""
        return (self.generation, 0 if self.is_sealed else self.number, self.path.name if self.is_sealed else "")


@dataclass(frozen=True)
class Backup:
    """A backup whose manifest is authentic. `seal`: digest of the manifest, empty in versions 0.2 and 0.3."""

    path: Path
    manifest: Manifest
    seal: str
    is_encrypted: bool
    bytes: int

    @property
    def kind(self) -> BackupKind:
        """Whole database, changes or dump."""
        return self.manifest.kind

    @property
    def chain(self) -> str:
        """Common to a whole backup (number 0) and the changes after it."""
        return self.manifest.chain

    @property
    def number(self) -> int:
        """Number of the backup in its chain."""
        return self.manifest.number

    @property
    def created_at(self) -> datetime:
        """Time by the clock of the machine, for people."""
        return parse_moment(self.manifest.created_at)


def configured_key(settings: Settings) -> BackupKey | None:
    """Return the configured key. Raises ConfigurationError where it cannot be read."""
    return read_key(settings.backup_key_file)


def writing_key(settings: Settings) -> BackupKey | None:
    """Return the key for new backups. Raises ConfigurationError also without one where encrypted backups exist."""
    key = configured_key(settings)
    if key is None and any(name.is_encrypted for name in list_names(settings)):
        raise ConfigurationError(
            Message(
                es=f"En {settings.backup_dir} hay copias cifradas y no hay clave configurada: no se escribe ni se "
                "borra nada sin cifrar a su lado. Indique la clave en STRESSVISION_BACKUP_KEY_FILE.",
                en=f"{settings.backup_dir} contains encrypted backups and no key is configured: nothing is written or "
                "deleted unencrypted beside them. Name the key in STRESSVISION_BACKUP_KEY_FILE.",
            ),
            field="STRESSVISION_BACKUP_KEY_FILE",
        )
    return key


def list_names(settings: Settings, folder: Path | None = None) -> tuple[BackupName, ...]:
    """Return the files named like backups of the configured database, in order."""
    own = re.escape(database_stem(parse_url(settings.database_url)))
    current = re.compile(rf"{own}-(\d{{6,18}})-(\d{{5,18}})-\d{{8}}-\d{{6}}({re.escape(ENCRYPTED)}|{re.escape(PLAIN)})")
    sealed = re.compile(rf"{own}-\d{{8}}-\d{{6}}-\d{{6}}(?:-(\d{{5,18}}))?{re.escape(SEALED)}")
    names = []
    for path in (folder or settings.backup_dir).glob("*"):
        if not is_regular(path):
            continue  # a link may lead anywhere, and a pipe would never end
        if found := current.fullmatch(path.name):
            names.append(BackupName(path, int(found[1]), int(found[2]), found[3] == ENCRYPTED))
        elif found := sealed.fullmatch(path.name):
            names.append(BackupName(path, 0, int(found[1] or 0), _has_key(path), is_sealed=True))
    return tuple(sorted(names, key=lambda name: name.place))


def file_name(settings: Settings, manifest: Manifest, *, is_encrypted: bool) -> str:
    """Return the name that a backup's file has."""
    moment = f"{parse_moment(manifest.created_at):%Y%m%d-%H%M%S}"
    stem = database_stem(parse_url(settings.database_url))
    suffix = ENCRYPTED if is_encrypted else PLAIN
    return f"{stem}-{manifest.generation:06d}-{manifest.number:05d}-{moment}{suffix}"


def _is_sealed_name(settings: Settings, path: Path, manifest: Manifest) -> bool:
    """Return whether a file of version 0.2 or 0.3 has the name it was written with: these are ordered by its time."""
    moment = parse_moment(manifest.created_at).astimezone(UTC)
    number = f"-{manifest.number:05d}" if manifest.number else ""
    # The name has microseconds, the manifest milliseconds.
    start = f"{database_stem(parse_url(settings.database_url))}-{moment:%Y%m%d-%H%M%S}-{moment.microsecond // 1000:03d}"
    return path.name.startswith(start) and bool(
        re.fullmatch(rf"\d{{3}}{number}{re.escape(SEALED)}", path.name[len(start) :])
    )


def read_backup(settings: Settings, name: BackupName, key: BackupKey | None) -> Backup:
    """Return the backup, whose manifest the key authenticates.

    Raises:
        InvalidInput: The file is damaged, renamed, of another database, or its key is another.
        ConfigurationError: The file is encrypted and there is no key, or it is not and there is one.
    """
    if name.is_sealed:
        manifest, digits = _describe(name, read_sealed_header(name.path, key)), ""
    else:
        sealed = read_manifest(name.path, key)
        manifest, digits = sealed.manifest, sealed.seal
    is_own = manifest.database == database_label(settings)
    is_named = (
        _is_sealed_name(settings, name.path, manifest)
        if name.is_sealed
        else name.path.name == file_name(settings, manifest, is_encrypted=name.is_encrypted)
    )
    if not is_own or not is_named:
        raise InvalidInput(
            Message(
                es=f"{name.path.name} es una copia de otra base o cambió de nombre.",
                en=f"{name.path.name} is a backup of another database, or was renamed.",
            )
        )
    return Backup(name.path, manifest, digits, name.is_encrypted, name.path.stat().st_size)


def read_backup_content(path: Path, key: BackupKey | None) -> Iterator[bytes]:
    """Yield the content of a backup. Raises InvalidInput and ConfigurationError as read_backup does."""
    return read_sealed(path, key) if path.name.endswith(SEALED) else read_content(path, key)


def list_backups(settings: Settings, folder: Path | None = None) -> tuple[Backup, ...]:
    """Return the backups that the configured key authenticates, in order; other files are left out."""
    key, found = configured_key(settings), []
    for name in list_names(settings, folder):
        try:
            found.append(read_backup(settings, name, key))
        except (InvalidInput, ConfigurationError, OSError):
            continue
    return tuple(found)


def find_renamed(settings: Settings, key: BackupKey | None) -> tuple[Path, ...]:
    """Return the readable backups of this database that have another name than they were written with."""
    known, found = {name.path for name in list_names(settings)}, []
    for path in filter(is_regular, settings.backup_dir.glob(f"*{SEALED}*")):
        try:
            is_sealed = path.name.endswith(SEALED)
            label = (
                read_sealed_header(path, key).get("database")
                if is_sealed
                else read_manifest(path, key).manifest.database
            )
        except (InvalidInput, ConfigurationError, OSError):
            continue
        if path not in known and label == database_label(settings):
            found.append(path)
    return tuple(found)


def delete_links(settings: Settings) -> None:
    """Delete the links in the backup folder that are named like backups; what they lead to stays as it is."""
    for path in settings.backup_dir.glob(f"*{SEALED}*"):
        if path.is_symlink():
            path.unlink(missing_ok=True)


def create_backup_folder(settings: Settings) -> Path:
    """Create the backup folder, readable by its owner only, and return it."""
    settings.backup_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings.backup_dir


@contextmanager
def lock_folder(settings: Settings) -> Iterator[Path]:
    """Yield the backup folder, created if needed, in which only one process writes meanwhile."""
    driver, folder = sqlite_driver(), create_backup_folder(settings)
    path = folder / f".{database_stem(parse_url(settings.database_url))}.lock"
    if path.is_symlink():
        path.unlink()
    try:
        # The lock of an empty SQLite file: on every system, and released when the process is killed.
        with closing(driver.connect(str(path), timeout=_LOCK_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield folder
    except driver.OperationalError as error:
        raise Unavailable(
            Message(
                es=f"Otro programa escribe ahora en {folder}, o su disco no permite bloqueos ({error}). Repita.",
                en=f"Another program is writing to {folder}, or its disk has no locks ({error}). Try again.",
            )
        ) from error


def database_stem(url: URL) -> str:
    """Return the name with which the backups of a database begin."""
    path = sqlite_path(url)
    return path.stem if path else str(url.database)


def database_label(settings: Settings) -> str:
    """Return the name of the database as a manifest holds it: valid text also for a name that is not UTF-8."""
    stem = database_stem(parse_url(settings.database_url))
    return stem.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


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


def is_from_the_future(created_at: datetime, now: datetime) -> bool:
    """Return whether a time lies after the present: the clock was wrong then, or is now."""
    return created_at.astimezone(UTC) > now.astimezone(UTC)


def _has_key(path: Path) -> bool:
    try:
        return is_sealed_with_key(path)
    except (InvalidInput, OSError):
        return False


def _describe(name: BackupName, header: dict[str, Any]) -> Manifest:
    """Return the description of a backup of version 0.2 or 0.3."""
    try:
        number = int(header["number"])
        content = header | {"generation": 0, "base": max(0, number - 1), "base_seal": ""}
        manifest = _MANIFEST.validate_python(content)
        parse_moment(manifest.created_at)
        return manifest
    except (KeyError, ValueError, TypeError, ValidationError, StressVisionError):
        raise InvalidInput(
            Message(
                es=f"{name.path.name} no es una copia de una base.",
                en=f"{name.path.name} is not a backup of a database.",
            )
        ) from None
