"""Making of backups beside the running system: each is verified before it counts; the oldest are deleted."""

import hashlib
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from stressvision.core.clock import to_wire
from stressvision.core.errors import Message, Unavailable
from stressvision.db.backup import copies, sealed
from stressvision.db.backup.dumps import stream_dump
from stressvision.db.backup.increments import Changes, Marks, read_marks
from stressvision.db.engine.connection import Database
from stressvision.services.backup.archive import (
    SUFFIX,
    Backup,
    BackupKind,
    create_backup_folder,
    database_stem,
    list_backups,
    newest_first,
    newest_in_chain,
    read_backup,
    read_pieces,
    rotate,
    translate_io_errors,
)
from stressvision.services.context import Context

_SCHEMA_VERSION = "alembic_version"


def make_backup(context: Context) -> Backup:
    """Make a whole backup, read it back and compare it, delete the oldest beyond `backup_keep`, and return it.

    Raises:
        DatabaseUnavailable: The database does not answer.
        ConfigurationError: The backup key cannot be read.
        Unavailable: The disk is full, or pg_dump is missing.
    """
    settings, created = context.settings, context.clock()
    key = sealed.read_key(settings.backup_key_file)
    with translate_io_errors(settings.backup_dir):
        folder = create_backup_folder(settings)
        path = folder / f"{database_stem(context.database.url)}-{created:%Y%m%d-%H%M%S-%f}{SUFFIX}"
        content = _content(context.database, BackupKind.WHOLE, uuid4().hex, 0, created)
        if context.database.is_sqlite:
            with TemporaryDirectory(dir=folder, prefix="copying-") as work:
                copy = Path(work) / "copy.db"
                copies.copy_whole(context.database, copy)
                content |= {"rows": copies.check_copy(copy), "marks": asdict(read_marks(copy))}
                _write_verified(path, content, copy, key)
        else:
            sealed.write_sealed(path, content | {"kind": BackupKind.DUMP}, stream_dump(context.database), key)
            for _ in sealed.read_sealed(path, key):
                pass
    rotate(settings)
    return read_backup(path)


def continue_backup(context: Context) -> Backup | None:
    """Add the changes since the newest backup to its chain, and return them; None where nothing has changed.

    Begins a chain where there is none. SQLite only (PostgreSQL archives its own log). Raises as make_backup does.
    """
    if not context.database.is_sqlite:
        return None
    last = newest_in_chain(context.settings)
    if last is None:
        return make_backup(context)
    key = sealed.read_key(context.settings.backup_key_file)
    marks = Marks(**sealed.read_seal(last.path).content["marks"])
    created = context.clock()
    changes = Changes(context.database, marks)
    with translate_io_errors(context.settings.backup_dir):
        lines = list(changes.lines())
        if not lines:
            return None
        if changes.reached.digests.get(_SCHEMA_VERSION) != marks.digests.get(_SCHEMA_VERSION):
            # Migrated since: changed rows do not contain changed tables and indexes.
            return make_backup(context)
        name = f"{database_stem(context.database.url)}-{created:%Y%m%d-%H%M%S-%f}-{last.number + 1:05d}{SUFFIX}"
        path = create_backup_folder(context.settings) / name
        content = _content(context.database, BackupKind.CHANGES, last.chain, last.number + 1, created)
        sealed.write_sealed(path, content | {"rows": {}, "marks": asdict(changes.reached)}, lines, key)
    return read_backup(path)


def restart_chain(context: Context) -> Backup | None:
    """Begin a new chain where one exists, after a mass deletion that changes would list row by row.

    Raises as make_backup does.
    """
    return make_backup(context) if newest_in_chain(context.settings) is not None else None


def is_due(context: Context) -> bool:
    """Return whether the newest whole backup is older than the setting `backup_hours`."""
    hours = context.settings.backup_hours
    if not hours:
        return False
    newest = next(newest_first(context.settings, is_whole=True), None)
    return newest is None or context.clock() - newest.created_at >= timedelta(hours=hours)


def renew_backups(context: Context) -> tuple[Path, ...]:
    """Make a whole backup, delete all others of this database, and return their paths. Raises as make_backup does."""
    new = make_backup(context)
    old = [backup.path for backup in list_backups(context.settings) if backup.path != new.path]
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(old)


def _write_verified(path: Path, content: dict[str, Any], copy: Path, key: bytes | None) -> None:
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "blake2b").digest()
    sealed.write_sealed(path, content, read_pieces(copy), key)
    written = hashlib.blake2b()
    for piece in sealed.read_sealed(path, key):
        written.update(piece)
    if written.digest() != digest:
        path.unlink()
        raise Unavailable(
            Message(
                es=f"La copia {path.name} no se leyó igual que se escribió y se borró. Revise el disco y repita.",
                en=f"Backup {path.name} did not read back as written and was deleted. Check the disk and try again.",
            )
        )


def _content(database: Database, kind: BackupKind, chain: str, number: int, created: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "database": database_stem(database.url),
        "chain": chain,
        "number": number,
        "created_at": to_wire(created),
        "rows": {},
        "marks": asdict(Marks()),
    }
