"""Chains of backups: a whole one and the changes after it, linked by their seals."""

from collections.abc import Sequence
from pathlib import Path

import structlog

from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message, NotFound
from stressvision.db.backup.backup_files import BackupKind, delete_backup_file
from stressvision.db.backup.keys import BackupKey
from stressvision.services.backup.archive import (
    Backup,
    BackupName,
    configured_key,
    list_names,
    read_backup,
)
from stressvision.services.backup.head import ChainHead, read_head

log = structlog.get_logger()


def find_chain(settings: Settings, path: Path | None) -> tuple[Backup, ...]:
    """Return a whole backup and the changes after it, up to `path` or to the newest.

    Raises:
        NotFound: There is no such backup.
        InvalidInput: A backup is missing, or is not authentic.
        ConfigurationError: The key is missing, or a backup is not encrypted although a key is configured.
    """
    key, folder = configured_key(settings), path.parent if path else settings.backup_dir
    names = list_names(settings, folder)
    if path is not None:
        wanted = next((name for name in names if name.path.name == path.name), None)
    else:
        wanted = names[-1] if names else None
    if wanted is None:
        raise NotFound(
            Message(
                es=f"No hay ninguna copia de esta base en {path or folder}.",
                en=f"There is no backup of this database at {path or folder}.",
            )
        )
    if path is None and not wanted.is_sealed:
        return _follow(settings, names, _require_end(settings, names, folder, key), key)
    backup = read_backup(settings, wanted, key)
    if wanted.is_sealed:
        return _collect_sealed(settings, names, backup, key, is_whole_chain=path is None)
    return _follow(settings, names, backup, key)


def find_newest(settings: Settings, key: BackupKey | None) -> Backup | None:
    """Return the backup that the next backup of changes continues, None where a whole one must be made.

    Files that are not authentic are skipped; a missing end of the newest chain is logged.
    """
    head = find_head(settings, key)
    if head is None:
        return None
    end = head.ends[-1]
    for name in reversed(list_names(settings)):
        if name.is_sealed or (name.generation, name.number) < (end.generation, end.number):
            break
        try:
            backup = read_backup(settings, name, key)
        except (InvalidInput, ConfigurationError, OSError):
            log.warning("backup skipped, not authentic", file=name.path.name)
            continue
        is_end = (backup.manifest.generation, backup.number) == (end.generation, end.number)
        if backup.kind is not BackupKind.DUMP and (not is_end or backup.seal == end.seal):
            return backup
    log.warning("newest backup missing", generation=end.generation, number=end.number)
    return None


def find_newest_whole(settings: Settings, key: BackupKey | None) -> Backup | None:
    """Return the newest authentic whole backup or dump, None where there is none."""
    for name in reversed(list_names(settings)):
        if name.number == 0:
            try:
                return read_backup(settings, name, key)
            except (InvalidInput, ConfigurationError, OSError):
                continue
    return None


def find_head(settings: Settings, key: BackupKey | None) -> ChainHead | None:
    """Return the head of the backup folder; None, logged, where it is missing or not authentic."""
    try:
        return read_head(settings, settings.backup_dir, key)
    except InvalidInput as error:
        log.warning("backup head not authentic", reason=error.message.en)
        return None


def rotate(settings: Settings, head: ChainHead) -> None:
    """Delete the backups older than the newest `backup_keep` chains.

    Those of the head, which is authenticated, come first: files of an earlier key, or only named so, displace none.
    """
    names = list_names(settings)
    kept = [end.generation for end in head.ends[-settings.backup_keep :]]
    others = sorted({name.generation for name in names if not name.is_sealed and name.generation < kept[0]})
    kept = others[max(0, len(others) + len(kept) - settings.backup_keep) :] + kept
    sealed = [name for name in names if name.is_sealed]
    left = settings.backup_keep - len(kept)
    wholes = [name for name in sealed if name.number == 0]
    oldest = wholes[-left:][0].path.name if left > 0 and wholes else None
    for name in names:
        is_old = name.generation < kept[0] and (not name.is_sealed or oldest is None or name.path.name < oldest)
        if is_old:
            delete_backup_file(name.path)


def follow_bases(settings: Settings, newest: Backup, key: BackupKey | None) -> tuple[Backup, ...]:
    """Return the whole backup and the changes that `newest` rests on, and itself. Raises InvalidInput."""
    return _follow(settings, list_names(settings), newest, key)


def _require_end(settings: Settings, names: Sequence[BackupName], folder: Path, key: BackupKey | None) -> Backup:
    """Return the newest backup; each file from the end of the newest chain on must be authentic."""
    newest = names[-1]
    if key is None:
        read_backup(settings, newest, key)  # explains that a key is missing
    head = read_head(settings, folder, key)
    if head is None:
        raise InvalidInput(_HEAD_MISSING)
    end = head.ends[-1]
    later = [name for name in names if (name.generation, name.number) >= (end.generation, end.number)]
    backups = [_require_authentic(settings, name, key) for name in later]
    seals = [
        backup.seal for backup in backups if (backup.manifest.generation, backup.number) == (end.generation, end.number)
    ]
    if not backups or (seals and seals != [end.seal]):
        raise _missing(f"{end.generation:06d}-{end.number:05d}")
    return backups[-1]


def _require_authentic(settings: Settings, name: BackupName, key: BackupKey | None) -> Backup:
    try:
        return read_backup(settings, name, key)
    except (InvalidInput, ConfigurationError) as error:
        reason = error.message
        raise InvalidInput(
            Message(
                es=f"{reason.es} Para usar otra copia, elíjala con --file.",
                en=f"{reason.en} To use another backup, choose it with --file.",
            )
        ) from error


def _follow(
    settings: Settings, names: Sequence[BackupName], newest: Backup, key: BackupKey | None
) -> tuple[Backup, ...]:
    chain = [newest]
    while (top := chain[-1]).kind is BackupKind.CHANGES:
        wanted = (top.manifest.generation, top.manifest.base)
        candidates = [name for name in names if (name.generation, name.number) == wanted and not name.is_sealed]
        bases = [base for name in candidates if (base := _read_base(settings, name, top, key)) is not None]
        if not bases:
            raise _missing(newest.path.name)
        chain.append(bases[0])
    return tuple(reversed(chain))


def _read_base(settings: Settings, name: BackupName, top: Backup, key: BackupKey | None) -> Backup | None:
    try:
        base = read_backup(settings, name, key)
    except (InvalidInput, ConfigurationError):
        return None
    is_base = (base.seal, base.chain) == (top.manifest.base_seal, top.chain) and base.number < top.number
    return base if is_base else None


def _collect_sealed(
    settings: Settings, names: Sequence[BackupName], wanted: Backup, key: BackupKey | None, *, is_whole_chain: bool
) -> tuple[Backup, ...]:
    """Return the chain of a backup of version 0.2 or 0.3, whose files are linked by numbers alone."""
    found = []
    for name in names:
        if name.is_sealed:
            try:
                found.append(read_backup(settings, name, key))
            except (InvalidInput, ConfigurationError):
                continue
    own = [backup for backup in found if backup.chain == wanted.chain]
    chain = sorted((b for b in own if is_whole_chain or b.number <= wanted.number), key=lambda backup: backup.number)
    if [backup.number for backup in chain] != list(range(len(chain))):
        raise _missing(wanted.path.name)
    return tuple(chain)


def _missing(name: str) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"A la serie de {name} le falta alguna copia, o hay una que no es suya: elija otra con --file.",
            en=f"A backup of the chain of {name} is missing, or is not its own: choose another with --file.",
        )
    )


_HEAD_MISSING = Message(
    es="Falta el archivo .head de las copias: no se sabe si faltan las últimas. Elija una con --file.",
    en="The .head file of the backups is missing: the last ones may be missing too. Choose one with --file.",
)
