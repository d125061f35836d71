"""Sealed files: backups made by versions 0.2 and 0.3, only read.

Layout: MAGIC, four bytes with the header's length, the header (JSON in plain text), then blocks of four bytes with a
length and that many bytes. With a key each block is encrypted with AES-256-GCM under a key derived for the file
(HKDF-SHA256 of the key and the header's salt); its nonce is the block's number and whether it is the last one, its
associated data the header. Without a key each block carries a BLAKE2b checksum instead.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, BinaryIO

from stressvision.db.backup.backup_files import require_key
from stressvision.db.backup.encryption import PIECE, SEALED_MAGIC, damaged, open_backup_file
from stressvision.db.backup.keys import KEY_BYTES, BackupKey

SEALED = ".svb"
"""Suffix of the files."""
_BLOCK = 1024 * 1024
_LARGEST_HEADER = 256 * 1024
_CHECKSUM = 16
_SALT = re.compile(rb'"salt": "([0-9a-f]{32})?"\}')
"""End of every header: its keys were sorted."""

_Open = Callable[[int, bytes, bool], bytes | None]
"""Returns the content of a block, None if it is not as it was written."""


def is_sealed_with_key(path: Path) -> bool:
    """Return whether a sealed file is encrypted. Raises InvalidInput for any other file."""
    with open_backup_file(path) as file:
        return bool(_read_header(file, path)[1])


def read_sealed_header(path: Path, key: BackupKey | None) -> dict[str, Any]:
    """Return the header's JSON, parsed after the file's first block has authenticated it.

    Raises:
        InvalidInput: The file is damaged, no sealed file, or its key is another.
        ConfigurationError: See backup_files.require_key.
    """
    with open_backup_file(path) as file:
        header, salt = _read_header(file, path)
        opened = _opener(path, header, salt, key)
        block = _read_block(file, path)
        if block is None or opened(0, block, _read_block(file, path) is None) is None:
            raise damaged(path)
    try:
        content = json.loads(header)["content"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged(path) from None
    if not isinstance(content, dict):
        raise damaged(path)
    return content


def read_sealed(path: Path, key: BackupKey | None) -> Generator[bytes]:
    """Yield the content piece by piece. Raises InvalidInput at the first block that is not as it was written."""
    with open_backup_file(path) as file:
        header, salt = _read_header(file, path)
        opened = _opener(path, header, salt, key)
        unpack = zlib.decompressobj()
        number, block = 0, _read_block(file, path)
        while block is not None:
            following = _read_block(file, path)
            packed = opened(number, block, following is None)
            if packed is None:
                raise damaged(path)
            yield from _unpacked(path, unpack, packed)
            number, block = number + 1, following
        if not number or not unpack.eof:
            raise damaged(path)


def _unpacked(path: Path, unpack: Any, packed: bytes) -> Generator[bytes]:
    try:
        piece = unpack.decompress(packed, PIECE)
        yield piece
        while not unpack.eof and (unpack.unconsumed_tail or len(piece) == PIECE):
            piece = unpack.decompress(unpack.unconsumed_tail, PIECE)
            yield piece
    except zlib.error:
        raise damaged(path) from None


def _opener(path: Path, header: bytes, salt: bytes, key: BackupKey | None) -> _Open:
    require_key(path, key, is_encrypted=bool(salt))
    if key is None:
        return _checking(hashlib.blake2b(header).digest())
    if key.sealed_key is None:
        raise damaged(path)
    return _decrypting(key.sealed_key, salt, header)


def _checking(header: bytes) -> _Open:
    def opened(number: int, block: bytes, is_last: bool) -> bytes | None:
        content, checksum = block[:-_CHECKSUM], block[-_CHECKSUM:]
        data = _block_id(number, is_last) + content
        return content if checksum == hashlib.blake2b(data, digest_size=_CHECKSUM, key=header).digest() else None

    return opened


def _decrypting(key: bytes, salt: bytes, header: bytes) -> _Open:
    # Imported only where used: 6 MB.
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    cipher = AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=SEALED_MAGIC).derive(key))

    def opened(number: int, block: bytes, is_last: bool) -> bytes | None:
        try:
            return cipher.decrypt(_block_id(number, is_last), block, header)
        except InvalidTag:
            return None

    return opened


def _block_id(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _read_block(file: BinaryIO, path: Path) -> bytes | None:
    size = file.read(4)
    if not size:
        return None
    length = int.from_bytes(size, "big")
    block = file.read(length) if length <= _BLOCK + _CHECKSUM else b""
    if len(size) < 4 or len(block) < length or length <= _CHECKSUM:
        raise damaged(path)
    return block


def _read_header(file: BinaryIO, path: Path) -> tuple[bytes, bytes]:
    """Return the header's text and its salt, empty without a key."""
    start = file.read(len(SEALED_MAGIC) + 4)
    length = int.from_bytes(start[len(SEALED_MAGIC) :], "big")
    if not start.startswith(SEALED_MAGIC) or length > _LARGEST_HEADER:
        raise damaged(path)
    header = file.read(length)
    salt = _SALT.fullmatch(header[header.rfind(b'"salt"') :])
    if salt is None:
        raise damaged(path)
    return header, bytes.fromhex((salt[1] or b"").decode())
