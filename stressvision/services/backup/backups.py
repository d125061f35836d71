"""Making of backups beside the running system: each is read back before it counts; the oldest are deleted."""

import glob
import hashlib
import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from uuid import uuid4

from stressvision.core.clock import to_wire
from stressvision.db.backup import copies
from stressvision.db.backup.backup_files import (
    ENCRYPTED,
    PLAIN,
    BackupKind,
    Digested,
    Manifest,
    delete_backup_file,
    read_content,
    write_backup_file,
)
from stressvision.db.backup.dumps import stream_dump
from stressvision.db.backup.encryption import PIECE, read_pieces, read_protected, write_protected
from stressvision.db.backup.increments import Changes, Marks, read_marks
from stressvision.db.backup.keys import BackupKey
from stressvision.db.engine.connection import Database, sqlite_path
from stressvision.services.backup.archive import (
    Backup,
    BackupName,
    configured_key,
    database_label,
    database_stem,
    delete_links,
    file_name,
    find_renamed,
    is_from_the_future,
    list_backups,
    list_names,
    lock_folder,
    read_backup,
    translate_io_errors,
    writing_key,
)
from stressvision.services.backup.chains import find_head, find_newest, find_newest_whole, follow_bases, rotate
from stressvision.services.backup.head import ChainHead, begin_head, write_head
from stressvision.services.context import Context

MERGED = 60
"""Backups of changes that the next one replaces; 60 of those are replaced again, and so on."""
_SCHEMA_VERSION = "alembic_version"
_COPYING = "copying-"
_LARGEST_LEAP = 1_000_000
"""Whole backups since the head was written, at most."""


def make_backup(context: Context) -> Backup:
    """Make a whole backup, read it back, delete the oldest beyond `backup_keep`, and return it.

    Raises:
        DatabaseUnavailable: The database does not answer.
        ConfigurationError: The backup key cannot be read, or is missing beside encrypted backups.
        Unavailable: The disk is full, pg_dump is missing, or another process does not end its backup.
    """
    key = writing_key(context.settings)
    with translate_io_errors(context.settings.backup_dir), lock_folder(context.settings) as folder:
        return _make_whole(context, folder, key)


def continue_backup(context: Context) -> Backup | None:
    """Add the changes since the newest backup to its chain, and return them; None where nothing has changed.

    Makes a whole backup where there is no chain to continue: none, one of another schema or another database, or one
    that the key does not authenticate. SQLite only (PostgreSQL archives its own log). Raises as make_backup does.
    """
    if not context.database.is_sqlite:
        return None
    key = writing_key(context.settings)
    with translate_io_errors(context.settings.backup_dir), lock_folder(context.settings) as folder:
        last = find_newest(context.settings, key)
        if last is None:
            return _make_whole(context, folder, key)
        base = _base_of_next(context, last, key)
        changes = Changes(context.database, base.manifest.marks)
        with _spooled(changes.lines(), _beside(context.database) or folder) as content:
            if changes.is_other or changes.reached.digests.get(_SCHEMA_VERSION) != base.manifest.marks.digests.get(
                _SCHEMA_VERSION
            ):
                # Replaced or migrated: changed rows do not contain changed tables and indexes.
                return _make_whole(context, folder, key)
            if not content.bytes or changes.reached == last.manifest.marks:
                return None
            manifest = replace(
                _describe(context, BackupKind.CHANGES, last.manifest.generation, last.number + 1),
                chain=last.chain,
                base=base.number,
                base_seal=base.seal,
                marks=changes.reached,
            )
            made = _write(context, folder, manifest, content, key)
        if base.number != last.number:
            _delete_merged(context, made)
        return made


def restart_chain(context: Context) -> Backup | None:
    """Begin a new chain where one exists, after a mass deletion that changes would list row by row.

    Raises as make_backup does.
    """
    return make_backup(context) if list_names(context.settings) else None


def is_due(context: Context) -> bool:
    """Return whether the newest whole backup is older than the setting `backup_hours`, or from the future."""
    hours = context.settings.backup_hours
    if not hours:
        return False
    newest, now = find_newest_whole(context.settings, configured_key(context.settings)), context.clock()
    if newest is None or is_from_the_future(newest.created_at, now):
        return True
    return now - newest.created_at >= timedelta(hours=hours)


def renew_backups(context: Context) -> tuple[Path, ...]:
    """Make a whole backup, delete all others of this database, and return their paths. Raises as make_backup does."""
    key = writing_key(context.settings)
    with translate_io_errors(context.settings.backup_dir), lock_folder(context.settings) as folder:
        new = _make_whole(context, folder, key)
        write_head(context.settings, folder, begin_head(context.settings, (new,)), key)
        return delete_backups(context, key, keep=new)


def delete_backups(context: Context, key: BackupKey | None, keep: Backup | None = None) -> tuple[Path, ...]:
    """Delete all backups of this database except `keep`, renamed and unreadable ones too, and return their paths."""
    named = [name.path for name in list_names(context.settings)]
    old = [path for path in (*named, *find_renamed(context.settings, key)) if keep is None or path != keep.path]
    for path in old:
        delete_backup_file(path)
    delete_links(context.settings)
    return tuple(old)


def _make_whole(context: Context, folder: Path, key: BackupKey | None) -> Backup:
    _delete_drafts(context, folder)
    manifest = _describe(context, BackupKind.WHOLE, _next_generation(context, key), 0)
    beside = _beside(context.database)
    if beside is None:
        with _dumped(context.database, folder, key) as content:
            return _write(context, folder, replace(manifest, kind=BackupKind.DUMP), content, key)
    # Beside the database, whose disk holds its content in plain already.
    with TemporaryDirectory(dir=beside, prefix=f"{_COPYING}{database_stem(context.database.url)}-") as work:
        copy = Path(work) / "copy.db"
        copies.copy_whole(context.database, copy)
        manifest = replace(manifest, rows=copies.check_copy(copy), marks=read_marks(copy))
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        content = Digested(read_pieces(copy), copy.stat().st_size, digest)
        return _write(context, folder, manifest, content, key)


def _write(context: Context, folder: Path, manifest: Manifest, content: Digested, key: BackupKey | None) -> Backup:
    """Write a backup, read it back, add it to the head, and delete the oldest chains."""
    settings = context.settings
    path = folder / file_name(settings, manifest, is_encrypted=key is not None)
    write_backup_file(path, manifest, content, key)
    try:
        for _ in read_content(path, key):
            pass
    except Exception:
        path.unlink(missing_ok=True)
        raise
    made = read_backup(settings, BackupName(path, manifest.generation, manifest.number, key is not None), key)
    head = find_head(settings, key) or begin_head(settings, _readable(context, made))
    head = head.with_backup(made, settings.backup_keep)
    write_head(settings, folder, head, key)
    if made.number == 0:
        rotate(settings, head)
    return made


def _readable(context: Context, made: Backup) -> tuple[Backup, ...]:
    """Return the authentic backups before `made`, to begin a head where there is none; then `made`."""
    return (*(backup for backup in list_backups(context.settings) if backup.seal), made)


def _next_generation(context: Context, key: BackupKey | None) -> int:
    """Return the number of the next whole backup: after the head's, and after the files of an earlier key.

    Names are not authenticated: one far beyond the head is none of ours, and does not use up the numbers.
    """
    head: ChainHead | None = find_head(context.settings, key)
    newest = head.ends[-1].generation if head else 0
    named = (name.generation for name in list_names(context.settings))
    return 1 + max((number for number in named if number <= newest + _LARGEST_LEAP), default=newest)


def _base_of_next(context: Context, last: Backup, key: BackupKey | None) -> Backup:
    """Return the backup whose changes the next one lists.

    Every MERGED-th one repeats the changes since the MERGED-th before, so that the smaller ones between can be deleted:
    a day has about a hundred files instead of 2880.
    """
    following, step = last.number + 1, 1
    while following % (step * MERGED) == 0:
        step *= MERGED
    if step == 1:
        return last
    return next(base for base in reversed(follow_bases(context.settings, last, key)) if base.number % step == 0)


def _delete_merged(context: Context, made: Backup) -> None:
    for name in list_names(context.settings):
        if name.generation == made.manifest.generation and made.manifest.base < name.number < made.number:
            delete_backup_file(name.path)


def _describe(context: Context, kind: BackupKind, generation: int, number: int) -> Manifest:
    return Manifest(
        database=database_label(context.settings),
        kind=kind,
        chain=uuid4().hex,
        generation=generation,
        number=number,
        base=0,
        base_seal="",
        created_at=to_wire(context.clock()),
        marks=Marks(),
    )


def _beside(database: Database) -> Path | None:
    """Return the folder of the SQLite file, behind symbolic links; None for PostgreSQL."""
    path = sqlite_path(database.url)
    return path.resolve().parent if path else None


@contextmanager
def _spooled(lines: Iterable[bytes], folder: Path) -> Iterator[Digested]:
    """Yield the lines as content with a known digest, kept in an unnamed file instead of in memory."""
    digest, length = hashlib.sha256(), 0
    with TemporaryFile(dir=folder) as spool:
        for line in lines:
            digest.update(line)
            length += spool.write(line)
        spool.seek(0)
        yield Digested(iter(lambda: spool.read(PIECE), b""), length, digest.hexdigest())


@contextmanager
def _dumped(database: Database, folder: Path, key: BackupKey | None) -> Iterator[Digested]:
    """Yield a dump as content with a known digest, kept in a file encrypted like the backup."""
    digest, length = hashlib.sha256(), 0

    def counted() -> Generator[bytes, None, None]:
        nonlocal length
        for piece in stream_dump(database):
            digest.update(piece)
            length += len(piece)
            yield piece

    with TemporaryDirectory(dir=folder, prefix="dumping-") as work:
        spool = Path(work) / f"dump{ENCRYPTED if key else PLAIN}"
        with spool.open("wb") as file, closing(counted()) as pieces:
            write_protected(file, pieces, key)
        yield Digested(read_protected(spool, key), length, digest.hexdigest())


def _delete_drafts(context: Context, folder: Path) -> None:
    """Delete what processes left that were killed while they wrote a backup; called while the folder is locked."""
    stem = glob.escape(database_stem(context.database.url))
    beside = _beside(context.database)
    for path in folder.glob(f"{stem}-*.part"):
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
    # Version 0.3 made its copies in the backup folder.
    left = [*folder.glob(f"{_COPYING}*"), *(beside.glob(f"{_COPYING}{stem}-*") if beside else ())]
    for work in left:
        if work.is_symlink():
            work.unlink(missing_ok=True)
        elif work.is_dir():
            shutil.rmtree(work)  # does not follow links
