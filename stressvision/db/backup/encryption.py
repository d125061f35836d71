"""The bytes of a backup file: compressed with gzip and, with a key, encrypted in the age format."""

import io
import os
import threading
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from stressvision.core.errors import InvalidInput, Message
from stressvision.core.files import is_regular, open_regular
from stressvision.db.backup.keys import BackupKey

PIECE = 1024 * 1024
AGE_MAGIC = b"age-encryption.org/v1\n"
GZIP_MAGIC = b"\x1f\x8b"
SEALED_MAGIC = b"stressvision sealed 1\n"
"""First bytes of a backup file: with a key, without one, and of versions 0.2 and 0.3."""
_LARGEST_AGE_HEADER = 16 * 1024
_GZIP = 31
"""zlib's window bits for the gzip format."""
_FAST = 1
"""zlib's level: a full backup of a million rows is compressed in seconds, to about a quarter of its size."""


def write_protected(file: BinaryIO, data: Iterable[bytes], key: BackupKey | None) -> None:
    """Write the data compressed, and encrypted if there is a key."""
    packed = _compressed(data)
    if key is None:
        for piece in packed:
            file.write(piece)
        return
    # Imported only where used: 5 MB.
    import pyrage

    identity = pyrage.x25519.Identity.from_str(key.identity)
    pyrage.encrypt_io(io.BufferedReader(_Pieces(packed), PIECE), file, [identity.to_public()])


def read_protected(path: Path, key: BackupKey | None) -> Generator[bytes]:
    """Yield the data in pieces of at most PIECE bytes. Raises InvalidInput at the first damaged byte."""
    with closing(_read_packed(path) if key is None else _decrypted(path, key)) as packed:
        yield from _decompressed(path, packed)


def read_pieces(path: Path) -> Generator[bytes]:
    """Yield the content of a file in pieces of 1 MiB."""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _read_packed(path: Path) -> Generator[bytes]:
    with open_backup_file(path) as file:
        while piece := file.read(PIECE):
            yield piece


@contextmanager
def open_backup_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the backup folder to read. Raises InvalidInput for a link, or anything but a file."""
    try:
        file = open_regular(path)
    except OSError as error:
        if is_regular(path) or (not path.is_symlink() and not path.exists()):
            raise
        raise damaged(path) from error
    with file:
        yield file


def damaged(path: Path) -> InvalidInput:
    """Return the error for a file that is not as this key wrote it."""
    return InvalidInput(
        Message(
            es=f"{path.name} está dañada, incompleta, no es una copia de Stress Vision o su clave es otra. Use otra.",
            en=f"{path.name} is damaged, incomplete, no Stress Vision backup, or its key is another. Use another one.",
        )
    )


class _Pieces(io.RawIOBase):
    """A file whose content comes from an iterator."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's buffer type is wider
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _compressed(data: Iterable[bytes]) -> Iterator[bytes]:
    pack = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP)
    for piece in data:
        yield pack.compress(piece)
    yield pack.flush()


def _decompressed(path: Path, packed: Iterable[bytes]) -> Iterator[bytes]:
    unpack = zlib.decompressobj(_GZIP)
    try:
        for piece in packed:
            if unpack.eof:
                raise damaged(path)
            content = unpack.decompress(piece, PIECE)
            yield content
            while not unpack.eof and (unpack.unconsumed_tail or len(content) == PIECE):
                content = unpack.decompress(unpack.unconsumed_tail, PIECE)
                yield content
            if unpack.unused_data or unpack.unconsumed_tail:
                raise damaged(path)
    except zlib.error:
        raise damaged(path) from None
    if not unpack.eof:
        raise damaged(path)


def _decrypted(path: Path, key: BackupKey) -> Generator[bytes]:
    """Yield the decrypted bytes, each authenticated by age before it is yielded; age writes, and this reads, a pipe."""
    _refuse_large_header(path)
    reading, writing = os.pipe()
    failures: list[BaseException] = []
    thread = threading.Thread(target=_decrypt, args=(path, key, writing, failures), name="age", daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb", buffering=0) as source:
            while piece := source.read(PIECE):
                yield piece
    finally:
        # After the reading end is closed, so that a writer whose reader stopped early ends with a broken pipe.
        thread.join()
    if failures:
        raise damaged(path) from failures[0]


def _decrypt(path: Path, key: BackupKey, writing: int, failures: list[BaseException]) -> None:
    import pyrage

    with suppress(BrokenPipeError), os.fdopen(writing, "wb", buffering=0) as target:
        try:
            with open_backup_file(path) as file:
                pyrage.decrypt_io(file, target, [pyrage.x25519.Identity.from_str(key.identity)])
        except (OSError, ValueError, InvalidInput, pyrage.DecryptError) as error:
            failures.append(error)


def _refuse_large_header(path: Path) -> None:
    with open_backup_file(path) as file:
        start = file.read(_LARGEST_AGE_HEADER)
    if not start.startswith(AGE_MAGIC) or b"\n--- " not in start:
        raise damaged(path)
