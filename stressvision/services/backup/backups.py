"""Backups: made while everything runs, proven before they count, kept for as long as the settings say."""

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
    describe,
    list_backups,
    newest_first,
    newest_in_chain,
    own_folder,
    read_pieces,
    rotate,
    saying_what_failed,
    stem,
)
from stressvision.services.context import Context

_FORM = "alembic_version"


def make_backup(context: Context) -> Backup:
    """A whole backup, read back and compared before it counts; then the oldest beyond `backup_keep` go.

    Raises DatabaseUnavailable, ConfigurationError (no readable key), Unavailable (disk full, no pg_dump).
    """
    settings, created = context.settings, context.clock()
    key = sealed.read_key(settings.backup_key_file)
    with saying_what_failed(settings.backup_dir):
        folder = own_folder(settings)
        path = folder / f"{stem(context.database.url)}-{created:%Y%m%d-%H%M%S-%f}{SUFFIX}"
        content = _content(context.database, BackupKind.WHOLE, uuid4().hex, 0, created)
        if context.database.is_sqlite:
            with TemporaryDirectory(dir=folder, prefix="copying-") as work:
                copy = Path(work) / "copy.db"
                copies.copy_whole(context.database, copy)
                content |= {"rows": copies.check_copy(copy), "marks": asdict(read_marks(copy))}
                _seal_proven(path, content, copy, key)
        else:
            sealed.write_sealed(path, content | {"kind": BackupKind.DUMP}, stream_dump(context.database), key)
            for _ in sealed.read_sealed(path, key):
                pass
    rotate(settings)
    return describe(path)


def continue_backup(context: Context) -> Backup | None:
    """Adds to the newest chain what has changed since; begins one where there is none. None: nothing has changed.

    SQLite only (PostgreSQL archives its own log). Raises as make_backup does.
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
    with saying_what_failed(context.settings.backup_dir):
        lines = list(changes.lines())
        if not lines:
            return None
        if changes.reached.digests.get(_FORM) != marks.digests.get(_FORM):
            # Upgraded since: rows do not tell what became of tables and indexes.
            return make_backup(context)
        name = f"{stem(context.database.url)}-{created:%Y%m%d-%H%M%S-%f}-{last.number + 1:05d}{SUFFIX}"
        path = own_folder(context.settings) / name
        content = _content(context.database, BackupKind.CHANGES, last.chain, last.number + 1, created)
        sealed.write_sealed(path, content | {"rows": {}, "marks": asdict(changes.reached)}, lines, key)
    return describe(path)


def restart_chain(context: Context) -> Backup | None:
    """Begins a new chain where one is under way: after much was deleted at once, which changes would tell row by row.

    Raises as make_backup does.
    """
    return make_backup(context) if newest_in_chain(context.settings) is not None else None


def is_due(context: Context) -> bool:
    """Whether it is time for a whole backup, by the setting and the newest one there is."""
    hours = context.settings.backup_hours
    if not hours:
        return False
    newest = next(newest_first(context.settings, is_whole=True), None)
    return newest is None or context.clock() - newest.created_at >= timedelta(hours=hours)


def renew_backups(context: Context) -> tuple[Path, ...]:
    """Makes a backup of what is there now and deletes every other of this database; which ones those were."""
    new = make_backup(context)
    old = [backup.path for backup in list_backups(context.settings) if backup.path != new.path]
    for path in old:
        path.unlink(missing_ok=True)
    return tuple(old)


def _seal_proven(path: Path, content: dict[str, Any], copy: Path, key: bytes | None) -> None:
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
                en=f"Backup {path.name} did not read back as it was written and was deleted. Check the disk.",
            )
        )


def _content(database: Database, kind: BackupKind, chain: str, number: int, created: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "database": stem(database.url),
        "chain": chain,
        "number": number,
        "created_at": to_wire(created),
        "rows": {},
        "marks": asdict(Marks()),
    }
