"""Backup files: a sealed manifest line and the content, compressed and, with a key, encrypted (decision 27).

`age -d -i KEY FILE | gunzip | tail -n +2` prints the content. The first line is 64 hexadecimal digits (the seal of the
manifest), a space and the manifest in JSON, which holds the length and the SHA-256 of the content.
"""

import hashlib
import hmac
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import create_private, flush_part, open_regular
from stressvision.db.backup.encryption import (
    AGE_MAGIC,
    GZIP_MAGIC,
    PIECE,
    SEALED_MAGIC,
    damaged,
    read_protected,
    write_protected,
)
from stressvision.db.backup.increments import Marks
from stressvision.db.backup.keys import BackupKey, seal

ENCRYPTED, PLAIN = ".svb.age", ".svb.gz"
"""Suffixes of backup files."""
_LARGEST_MANIFEST = 256 * 1024
_SEAL_DIGITS = 64
_PURPOSE = b"manifest"


class BackupKind(StrEnum):
    """Content of a backup file."""

    WHOLE = "whole"
    """The whole SQLite database."""
    CHANGES = "changes"
    """The rows added or changed since the backup `base` of the same chain."""
    DUMP = "dump"
    """Output of pg_dump for a PostgreSQL database."""


@dataclass(frozen=True)
class Manifest:
    """Description of a backup: its place in the order of all backups, and the digest of its content.

    `generation` counts whole backups and `number` the changes after each; both only grow, whatever the clock shows.
    `base`, `base_seal`: number and seal of the backup that the changes apply to; 0 and empty for a whole one.
    `created_at`: ISO 8601, for people; nothing is ordered by it. `rows`: counts by table of a whole backup.
    """

    database: str
    kind: BackupKind
    chain: str
    generation: int
    number: int
    base: int
    base_seal: str
    created_at: str
    rows: dict[str, int] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    content_bytes: int = 0
    content_sha256: str = ""


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True)
class Sealed:
    """An authenticated manifest, and its seal."""

    manifest: Manifest
    seal: str


@dataclass(frozen=True)
class Digested:
    """Content to write, with its length and SHA-256, known before."""

    pieces: Iterable[bytes]
    bytes: int
    sha256: str


def write_backup_file(path: Path, manifest: Manifest, content: Digested, key: BackupKey | None) -> Sealed:
    """Write a backup file, renamed to `path` when it is complete on disk; only its owner may read it."""
    manifest = replace(manifest, content_bytes=content.bytes, content_sha256=content.sha256)
    text = _MANIFEST.dump_json(manifest)
    digits = seal(key, _PURPOSE, text)
    draft = path.with_name(path.name + ".part")
    try:
        with create_private(draft) as file:
            pieces = chain([f"{digits} ".encode() + text + b"\n"], content.pieces)
            write_protected(file, _flush_after_each(pieces, file), key)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:  # an incomplete file must not stay, whatever ended the writing
        draft.unlink(missing_ok=True)
        raise
    draft.replace(path)
    return Sealed(manifest, digits)


def _flush_after_each(pieces: Iterable[bytes], file: BinaryIO) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        if len(piece) == PIECE:
            flush_part(file)


def read_manifest(path: Path, key: BackupKey | None) -> Sealed:
    """Return the manifest, authenticated by the key. Raises InvalidInput, ConfigurationError (see require_key)."""
    with closing(_open(path, key)) as pieces:
        return _parse(path, _read_line(path, pieces)[0], key)


def read_content(path: Path, key: BackupKey | None) -> Iterator[bytes]:
    """Yield the content piece by piece. Raises InvalidInput where it is not as it was written, at the end at latest."""
    with closing(_open(path, key)) as pieces:
        line, rest = _read_line(path, pieces)
        manifest = _parse(path, line, key).manifest
        length, digest = 0, hashlib.sha256()
        for piece in chain([rest] if rest else [], pieces):
            length += len(piece)
            if length > manifest.content_bytes:
                raise damaged(path)
            digest.update(piece)
            yield piece
    if (length, digest.hexdigest()) != (manifest.content_bytes, manifest.content_sha256):
        raise damaged(path)


def delete_backup_file(path: Path) -> None:
    """Delete a file of the backup folder, and its content where it has other names; links are not followed.

    What has not the form of a backup keeps its content: its name may be one that somebody gave to another file.
    """
    try:
        with open_regular(path, is_changed=True) as file:
            is_backup = file.read(len(AGE_MAGIC)).startswith((GZIP_MAGIC, AGE_MAGIC, SEALED_MAGIC))
            if is_backup and os.fstat(file.fileno()).st_nlink > 1:
                file.truncate(0)
    except OSError:
        pass  # no regular file, or not ours to read
    path.unlink(missing_ok=True)


def require_key(path: Path, key: BackupKey | None, *, is_encrypted: bool) -> None:
    """Raise ConfigurationError for an encrypted file without a key, and for any other file with one."""
    if is_encrypted == (key is not None):
        return
    if is_encrypted:
        message = Message(
            es=f"{path.name} está cifrada: indique su clave en STRESSVISION_BACKUP_KEY_FILE.",
            en=f"{path.name} is encrypted: name its key in STRESSVISION_BACKUP_KEY_FILE.",
        )
    else:
        message = Message(
            es=f"{path.name} no está cifrada y hay una clave configurada: no se acepta, porque cualquiera pudo "
            "escribirla. Si sabe que es suya, repita sin STRESSVISION_BACKUP_KEY_FILE.",
            en=f"{path.name} is not encrypted although a key is configured: it is refused, because anyone could have "
            "written it. If you know that it is yours, repeat without STRESSVISION_BACKUP_KEY_FILE.",
        )
    raise ConfigurationError(message, field="STRESSVISION_BACKUP_KEY_FILE")


def _open(path: Path, key: BackupKey | None) -> Generator[bytes]:
    require_key(path, key, is_encrypted=path.name.endswith(ENCRYPTED))
    return read_protected(path, key)


def _read_line(path: Path, pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return the manifest line, and what was read after it."""
    start = b""
    for piece in pieces:
        start += piece
        if b"\n" in start[: _LARGEST_MANIFEST + 1]:
            line, _, rest = start.partition(b"\n")
            return line, rest
        if len(start) > _LARGEST_MANIFEST:
            break
    raise damaged(path)


def _parse(path: Path, line: bytes, key: BackupKey | None) -> Sealed:
    digits, separator, text = line[:_SEAL_DIGITS], line[_SEAL_DIGITS : _SEAL_DIGITS + 1], line[_SEAL_DIGITS + 1 :]
    # Authenticated before it is parsed.
    expected = seal(key, _PURPOSE, text)
    if separator != b" " or not hmac.compare_digest(digits, expected.encode()):
        raise damaged(path)
    try:
        return Sealed(_MANIFEST.validate_json(text, strict=True), expected)
    except ValidationError:
        raise damaged(path) from None
