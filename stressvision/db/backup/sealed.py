"""Sealed files, the format of backups: compressed, in authenticated blocks, encrypted if there is a key.

Layout: MAGIC, four bytes with the header's length, the header (JSON in plain text, without personal data), then
blocks of four bytes with a length and that many bytes. With a key each block is encrypted with AES-256-GCM under a
key derived for the file (HKDF-SHA256 of the key and the header's salt); its nonce is the block's number and whether it
is the last one, its associated data the header. A changed, omitted, moved or truncated block is detected. This is the
construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance" (2015). Without a key each block carries a BLAKE2b checksum instead.
"""

import base64
import binascii
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from stressvision.core.errors import ConfigurationError, InvalidInput, Message

MAGIC = b"stressvision sealed 1\n"
KEY_BYTES = 32
BLOCK = 1024 * 1024
_LARGEST_HEADER = 1024 * 1024
_CHECKSUM = 16
_FAST = 1
"""zlib's level: a full backup of a million rows is compressed in seconds, to about a quarter of its size."""


@dataclass(frozen=True)
class Seal:
    """The header of a sealed file. `content`: JSON values of the writer; `salt`: hexadecimal, empty without a key."""

    content: dict[str, Any]
    salt: str

    @property
    def is_encrypted(self) -> bool:
        """Whether the blocks are encrypted; otherwise they carry checksums only."""
        return bool(self.salt)


def new_key() -> str:
    """Return a new key as the text of a key file: 32 random bytes in base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def read_key(path: Path | None) -> bytes | None:
    """Return the key in the file (None for no file). Raises ConfigurationError where it is missing or invalid."""
    if path is None:
        return None
    try:
        key = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            Message(
                es=f"{path} no es un archivo de clave válido. Cree una clave con «python -m stressvision backup key "
                "--output ARCHIVO» y guárdela también fuera de este equipo.",
                en=f"{path} is not a valid key file. Create a key with “python -m stressvision backup key --output "
                "FILE” and keep it outside this machine too.",
            ),
            field="STRESSVISION_BACKUP_KEY_FILE",
        )
    return key


def write_sealed(path: Path, content: dict[str, Any], data: Iterable[bytes], key: bytes | None) -> None:
    """Write a sealed file, renamed to `path` when it is complete on disk; only its owner may read it."""
    seal = Seal(content, os.urandom(16).hex() if key else "")
    header = json.dumps(asdict(seal), sort_keys=True).encode()
    lock = _lock_of(seal, header, key)
    draft = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(MAGIC + len(header).to_bytes(4, "big") + header)
            number, held = 0, b""
            for block in _blocks(_compressed(data)):
                if held:
                    _write_block(file, lock.close(number, held, is_last=False))
                    number += 1
                held = block
            _write_block(file, lock.close(number, held, is_last=True))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    draft.replace(path)


def read_seal(path: Path) -> Seal:
    """Return the header of a sealed file. Raises InvalidInput for any other file."""
    with path.open("rb") as file:
        return _read_header(file, path)[0]


def read_sealed(path: Path, key: bytes | None) -> Iterator[bytes]:
    """Yield the content piece by piece. Raises InvalidInput at the first block that is not as it was written."""
    with path.open("rb") as file:
        seal, header = _read_header(file, path)
        lock = _lock_of(seal, header, key)
        unpack = zlib.decompressobj()
        number, block = 0, _read_block(file, path)
        while block is not None:
            following = _read_block(file, path)
            try:
                packed = lock.open(number, block, is_last=following is None)
                piece = unpack.decompress(packed)
            except (_NotWholeError, zlib.error):
                raise _damaged(path) from None
            if piece:
                yield piece
            number, block = number + 1, following
        if not number or not unpack.eof:
            raise _damaged(path)


class _NotWholeError(Exception):
    """A block is not as it was written."""


class _Lock(Protocol):
    def close(self, number: int, block: bytes, *, is_last: bool) -> bytes: ...

    def open(self, number: int, block: bytes, *, is_last: bool) -> bytes:
        """Raises _NotWholeError."""


class _Cipher:
    def __init__(self, key: bytes, salt: bytes, header: bytes) -> None:
        # Imported only with a key: 6 MB.
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=MAGIC).derive(key)
        self._cipher, self._header, self._invalid_tag = AESGCM(derived), header, InvalidTag

    def close(self, number: int, block: bytes, *, is_last: bool) -> bytes:
        return self._cipher.encrypt(_block_id(number, is_last), block, self._header)

    def open(self, number: int, block: bytes, *, is_last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_block_id(number, is_last), block, self._header)
        except self._invalid_tag as error:
            raise _NotWholeError from error


class _Checksum:
    def __init__(self, header: bytes) -> None:
        self._header = hashlib.blake2b(header).digest()

    def close(self, number: int, block: bytes, *, is_last: bool) -> bytes:
        return block + self._sum(number, block, is_last)

    def open(self, number: int, block: bytes, *, is_last: bool) -> bytes:
        content, checksum = block[:-_CHECKSUM], block[-_CHECKSUM:]
        if checksum != self._sum(number, content, is_last):
            raise _NotWholeError
        return content

    def _sum(self, number: int, block: bytes, is_last: bool) -> bytes:
        return hashlib.blake2b(_block_id(number, is_last) + block, digest_size=_CHECKSUM, key=self._header).digest()


def _block_id(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _lock_of(seal: Seal, header: bytes, key: bytes | None) -> _Lock:
    if not seal.is_encrypted:
        return _Checksum(header)
    if key is None:
        raise ConfigurationError(
            Message(
                es="Esta copia está cifrada: indique su clave en STRESSVISION_BACKUP_KEY_FILE.",
                en="This backup is encrypted: name its key in STRESSVISION_BACKUP_KEY_FILE.",
            ),
            field="STRESSVISION_BACKUP_KEY_FILE",
        )
    return _Cipher(key, bytes.fromhex(seal.salt), header)


def _compressed(data: Iterable[bytes]) -> Iterator[bytes]:
    pack = zlib.compressobj(_FAST)
    for piece in data:
        yield pack.compress(piece)
    yield pack.flush()


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= BLOCK:
            yield bytes(waiting[:BLOCK])
            del waiting[:BLOCK]
    if waiting:
        yield bytes(waiting)


def _write_block(file: BinaryIO, block: bytes) -> None:
    file.write(len(block).to_bytes(4, "big") + block)


def _read_block(file: BinaryIO, path: Path) -> bytes | None:
    size = file.read(4)
    if not size:
        return None
    length = int.from_bytes(size, "big")
    block = file.read(length) if length <= BLOCK + _CHECKSUM else b""
    if len(size) < 4 or len(block) < length or length <= _CHECKSUM:
        raise _damaged(path)
    return block


def _read_header(file: BinaryIO, path: Path) -> tuple[Seal, bytes]:
    start = file.read(len(MAGIC) + 4)
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if not start.startswith(MAGIC) or length > _LARGEST_HEADER:
        raise _damaged(path)
    header = file.read(length)
    try:
        seal = Seal(**json.loads(header))
        bytes.fromhex(seal.salt)
        return seal, header
    except (ValueError, TypeError):
        raise _damaged(path) from None


def _damaged(path: Path) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"{path.name} está dañada, incompleta, no es una copia de Stress Vision o su clave es otra. Use otra.",
            en=f"{path.name} is damaged, incomplete, no Stress Vision backup, or its key is another. Use another one.",
        )
    )
