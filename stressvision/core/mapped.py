"""Content that the system can read again from disk, so that it need not stay in memory once it has been used."""

import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path("/var/tmp")  # noqa: S108  the file has no name there
"""On disk; /tmp may lie in memory."""
_MAPS = Path("/proc/self/maps")
_DONTNEED = 4
"""MADV_DONTNEED of Linux."""


@dataclass(frozen=True)
class MappedContent:
    """A file without a name, by its descriptor."""

    descriptor: int

    @property
    def path(self) -> str:
        """Return a path by which this process can open it."""
        return f"/proc/self/fd/{self.descriptor}"

    def release(self) -> None:
        """Drop its mapped pages from this process's memory: what is read again comes from the file."""
        advise = ctypes.CDLL(None).madvise
        for start, end in self._find_mappings():
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONTNEED)

    def _find_mappings(self) -> Iterator[tuple[int, int]]:
        inode = str(os.fstat(self.descriptor).st_ino)
        for line in _MAPS.read_text().splitlines():
            # start-end permissions offset device inode path
            addresses, _, _, _, found, *path = line.split(maxsplit=5)
            if found == inode and path and path[0].endswith("(deleted)"):
                start, end = addresses.split("-")
                yield int(start, 16), int(end, 16)


@contextmanager
def map_content(content: bytes) -> Iterator[MappedContent]:
    """Return a file that holds `content` while it is open or mapped.

    Raises OSError where it cannot be written, as on a full disk or on a system without /proc.
    """
    if not _MAPS.exists():
        raise OSError("no /proc")
    with tempfile.TemporaryFile(dir=_FOLDER if os.access(_FOLDER, os.W_OK) else None) as file:
        file.write(content)
        file.flush()
        yield MappedContent(file.fileno())
