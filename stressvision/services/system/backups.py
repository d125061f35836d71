"""Backups in the console: list, make, verify, and download of encrypted ones. Each action is audited.

Administrators may not learn how many detections there are: sizes and numbers of rows are powers of two.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from os import SEEK_END
from typing import BinaryIO

from stressvision.core.errors import Conflict, Message, NotFound
from stressvision.core.files import open_regular
from stressvision.core.restoration import RestoreRequest, is_launcher_running, request_restoration
from stressvision.db.backup.backup_files import BackupKind
from stressvision.db.backup.encryption import AGE_MAGIC, PIECE
from stressvision.domain.auth import sees_persons
from stressvision.domain.disclosure import FEWEST_ROWS, round_size
from stressvision.services.audit import record
from stressvision.services.backup.archive import Backup, list_backups, translate_io_errors
from stressvision.services.backup.backups import make_backup
from stressvision.services.backup.restoring import USE_PG_RESTORE, verify_backup
from stressvision.services.context import Actor, Context
from stressvision.wire.system import BackupItem, BackupList, BackupVerified

_KINDS = {BackupKind.WHOLE: "whole", BackupKind.CHANGES: "changes", BackupKind.DUMP: "dump"}


def list_items(context: Context) -> BackupList:
    """Return the backups, the newest first. Raise ConfigurationError where the key cannot be read."""
    items = [_describe(backup) for backup in list_backups(context.settings)]
    items.sort(key=lambda item: (item.created_at, item.number), reverse=True)
    return BackupList(backups=items, total=len(items))


def make_item(context: Context, actor: Actor) -> BackupItem:
    """Make a whole backup, which is read back before it counts. Raise ConfigurationError, Unavailable."""
    made = make_backup(context)
    _record(context, actor, "backup_made", made.path.name)
    return _describe(made)


def verify_item(context: Context, name: str, actor: Actor) -> BackupVerified:
    """Restore a backup into a temporary file and read all of it. Raise NotFound, InvalidInput, Unavailable."""
    backup = _find(context, name)
    chain, rows = verify_backup(context.settings, backup.path)
    _record(context, actor, "backup_verified", name)
    if not sees_persons(actor.role):
        rows = {table: round_size(count, FEWEST_ROWS) for table, count in rows.items()}
    return BackupVerified(name=name, files=len(chain), until=chain[-1].created_at, rows=rows)


def request_restoration_of(context: Context, name: str, actor: Actor) -> BackupVerified:
    """Verify a backup, and ask the launcher to stop the programs, restore it and start them again.

    Raises:
        NotFound: There is no such backup.
        InvalidInput: It is damaged.
        Conflict: No launcher runs, or the database is PostgreSQL.
    """
    run_dir = context.settings.run_dir
    backup = _find(context, name)
    if not context.database.is_sqlite or backup.kind is BackupKind.DUMP:
        raise Conflict(USE_PG_RESTORE)
    if not is_launcher_running(run_dir):
        raise Conflict(
            Message(
                es="Estos programas no los inició el lanzador, que debe detenerlos: restaure en el servidor con "
                f"«python -m stressvision restore --file {name}».",
                en="These programs were not started by the launcher, which has to stop them: restore on the server "
                f"with “python -m stressvision restore --file {name}”.",
            )
        )
    verified = verify_item(context, name, actor)
    _record(context, actor, "restoration_requested", name)
    request_restoration(run_dir, RestoreRequest(str(backup.path.resolve()), actor.user_id or "-"))
    return verified


@dataclass(frozen=True)
class OpenedBackup:
    """An encrypted backup, opened for a download. `length`: in bytes."""

    file: BinaryIO
    length: int

    def read_pieces(self) -> Iterator[bytes]:
        """Yield the content, and close the file."""
        with self.file:
            left = self.length
            while left and (piece := self.file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece


def open_item(context: Context, name: str, actor: Actor) -> OpenedBackup:
    """Open an encrypted backup for a download.

    Raises:
        NotFound: There is no such backup.
        Conflict: It is not encrypted: an administrator may not see measurements of persons.
    """
    backup = _find(context, name)
    if not backup.is_encrypted:
        raise Conflict(_NOT_ENCRYPTED)
    with ExitStack() as stack, translate_io_errors(context.settings.backup_dir):
        # Another file may have taken the name since: what is sent is what is encrypted, and never what a link leads to.
        file = stack.enter_context(open_regular(backup.path))
        if file.read(len(AGE_MAGIC)) != AGE_MAGIC:
            raise Conflict(_NOT_ENCRYPTED)
        length = file.seek(0, SEEK_END)
        file.seek(0)
        _record(context, actor, "backup_downloaded", name)
        stack.pop_all()
        return OpenedBackup(file, length)


_NOT_ENCRYPTED = Message(
    es="Solo se descargan copias cifradas: contienen datos de salud. Configure STRESSVISION_BACKUP_KEY_FILE en el "
    "servidor.",
    en="Only encrypted backups may be downloaded: they contain health data. Set STRESSVISION_BACKUP_KEY_FILE on the "
    "server.",
)


def _find(context: Context, name: str) -> Backup:
    """Return the backup of this name, which is compared with the names in the folder and never used as a path."""
    found = next((backup for backup in list_backups(context.settings) if backup.path.name == name), None)
    if found is None:
        raise NotFound(Message(es=f"No existe la copia {name}.", en=f"There is no backup {name}."))
    return found


def _describe(backup: Backup) -> BackupItem:
    return BackupItem(
        name=backup.path.name,
        kind=_KINDS[backup.kind],
        created_at=backup.created_at,
        bytes=round_size(backup.bytes),
        number=backup.number,
        is_encrypted=backup.is_encrypted,
    )


def _record(context: Context, actor: Actor, action: str, name: str) -> None:
    with context.database.write() as connection:
        record(connection, context, actor, action, "backup", None, {"name": name})
