"""The head of a backup folder: the end of each kept chain, authenticated by the key.

Without it the newest backups could be removed unnoticed: every remaining one is authentic by itself.
"""

import hmac
import os
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.core.files import create_private
from stressvision.db.backup.encryption import open_backup_file
from stressvision.db.backup.keys import BackupKey, seal
from stressvision.db.engine.connection import parse_url
from stressvision.services.backup.archive import Backup, database_label, database_stem

_PURPOSE = b"head"
_LARGEST = 1024 * 1024


@dataclass(frozen=True)
class ChainEnd:
    """The newest backup of a chain."""

    generation: int
    chain: str
    number: int
    seal: str


@dataclass(frozen=True)
class ChainHead:
    """The ends of the kept chains, oldest first; never empty."""

    database: str
    ends: tuple[ChainEnd, ...]

    def with_backup(self, backup: Backup, keep: int) -> "ChainHead":
        """Return the head after a backup was added, with the newest `keep` chains."""
        end = _end_of(backup)
        ends = (*(known for known in self.ends if known.generation != end.generation), end)
        return replace(self, ends=tuple(sorted(ends, key=lambda known: known.generation))[-keep:])


def begin_head(settings: Settings, backups: tuple[Backup, ...]) -> ChainHead:
    """Return a head with the ends of the chains that the backups, in order, belong to."""
    ends = {backup.manifest.generation: _end_of(backup) for backup in backups}
    return ChainHead(database_label(settings), tuple(ends[generation] for generation in sorted(ends)))


def read_head(settings: Settings, folder: Path, key: BackupKey | None) -> ChainHead | None:
    """Return the head of a folder, None where there is none. Raises InvalidInput where the key did not write it."""
    path = head_path(settings, folder)
    try:
        with open_backup_file(path) as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    digits, _, text = content.rstrip(b"\n").partition(b" ")
    if len(content) <= _LARGEST and hmac.compare_digest(digits, seal(key, _PURPOSE, text).encode()):
        try:
            head = _HEAD.validate_json(text, strict=True)
        except ValidationError:
            head = None
        if head is not None and head.ends and head.database == database_label(settings):
            return head
    raise InvalidInput(
        Message(
            es=f"{path.name} no fue escrito con la clave configurada: no se sabe si faltan copias. Elija una con "
            "--file, o haga una nueva con «python -m stressvision backup make».",
            en=f"{path.name} was not written with the configured key: whether backups are missing is unknown. Choose "
            "one with --file, or make a new one with “python -m stressvision backup make”.",
        )
    )


def write_head(settings: Settings, folder: Path, head: ChainHead, key: BackupKey | None) -> None:
    """Write the head, complete on disk before it replaces the previous one."""
    text = _HEAD.dump_json(head)
    path = head_path(settings, folder)
    draft = path.with_name(path.name + ".part")
    with create_private(draft) as file:
        file.write(seal(key, _PURPOSE, text).encode() + b" " + text + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def head_path(settings: Settings, folder: Path) -> Path:
    """Return the file of a folder's head."""
    return folder / f"{database_stem(parse_url(settings.database_url))}.head"


def _end_of(backup: Backup) -> ChainEnd:
    return ChainEnd(backup.manifest.generation, backup.chain, backup.number, backup.seal)


_HEAD = TypeAdapter(ChainHead)
