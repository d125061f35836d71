"""Overwriting of the gaps in an SQLite file's pages, beside the running system.

`secure_delete` overwrites deleted rows and freed pages. Where rows move between pages, it leaves copies in the gap
between a page's cell pointers and its cells (https://sqlite.org/fileformat2.html, section 1.6), which no program reads.
Decision 24 explains why they can be overwritten in the file, under the conditions that `_clear` establishes.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stressvision.db.backup.space import PAUSE_FACTOR, move_log
from stressvision.db.engine.connection import BUSY_TIMEOUT_MS, Database, sqlite_driver, sqlite_path
from stressvision.db.engine.driver_errors import explain_driver_error

PAGES = 100
"""Pages overwritten in one transaction, for which writers wait."""
_PASSES = 5
"""Searches of the file at most: other programs leave new gaps meanwhile, none of which contains deleted rows."""
PATIENCE_SECONDS = 30.0
_RETRY_SECONDS = 0.05
_PIECE = 256
"""Pages read at once."""
_HEADERS = {2: 12, 5: 12, 10: 8, 13: 8}
"""Bytes of the header of a b-tree's page by its first byte."""
_MOST_PAGES = 2**25
"""From here on an overflow page, which begins with the number of the next, could look like one of a b-tree."""
_PENDING_BYTE = 2**30

_descriptors: dict[tuple[int, int], int] = {}
"""By device and inode. Never closed: closing any descriptor of a file releases the locks that SQLite holds on it."""
_opening = threading.Lock()


@dataclass(frozen=True)
class _File:
    """An SQLite file, with the layout that its first page states."""

    descriptor: int
    page_size: int
    usable: int
    has_map: bool

    def read(self, number: int, count: int = 1) -> bytes:
        """Return `count` pages from page `number` on; fewer at the end of the file."""
        return os.pread(self.descriptor, count * self.page_size, (number - 1) * self.page_size)

    def overwrite(self, number: int, begin: int, end: int) -> None:
        """Write zeros into a range of a page."""
        os.pwrite(self.descriptor, bytes(end - begin), (number - 1) * self.page_size + begin)

    def find_gap(self, number: int, page: bytes) -> tuple[int, int] | None:
        """Return the range of a page's gap where it contains anything; None also where the page is no b-tree's."""
        header = _HEADERS.get(page[0]) if len(page) == self.page_size else None
        if header is None or number == 1 or self._is_special(number):
            return None
        begin, end = header + 2 * int.from_bytes(page[3:5]), int.from_bytes(page[5:7]) or 2**16
        if not begin <= end <= self.usable or page.count(0, begin, end) == end - begin:
            return None
        return begin, end

    def _is_special(self, number: int) -> bool:
        """Return whether a page is the one that SQLite locks, or one of its map of pages."""
        pending, step = _PENDING_BYTE // self.page_size + 1, self.usable // 5 + 1
        first = (number - 2) // step * step + 2
        return number == pending or (self.has_map and number == first + (first == pending))


def clear_gaps(database: Database, patience: float = PATIENCE_SECONDS) -> bool:
    """Overwrite the gaps of all pages with zeros, so that none contains a row deleted before.

    Writers wait for one transaction of PAGES pages at a time. Returns False where it cannot: on PostgreSQL, on systems
    other than POSIX, in files of 128 GiB, and where a reader keeps the write-ahead log from being moved into the file
    for `patience` seconds. Raises DatabaseUnavailable.
    """
    path = sqlite_path(database.url)
    if path is None or not hasattr(os, "pwrite"):
        return False
    try:
        for _ in range(_PASSES):
            cleared = _clear_once(database, path, patience)
            if cleared is None or cleared <= PAGES:
                return cleared is not None
    except sqlite_driver().Error as error:
        raise explain_driver_error(error, database.url) from error
    return True


def _clear_once(database: Database, path: Path, patience: float) -> int | None:
    """Search the file once, and return the number of pages cleared; None where it cannot."""
    if not _wait_until(lambda: move_log(database), patience):
        return None
    file = _open(path)
    if file.read(_MOST_PAGES):
        return None
    found = list(_search(file))
    for start in range(0, len(found), PAGES):
        part = found[start : start + PAGES]
        if not _wait_until(partial(_clear, database, path, file, part), patience):
            return None
        os.fsync(file.descriptor)
    return len(found)


def _wait_until(attempt: Callable[[], bool], patience: float) -> bool:
    """Repeat an attempt until it succeeds; return False where it has not for `patience` seconds."""
    deadline = time.monotonic() + patience
    while not attempt():
        if time.monotonic() > deadline:
            return False
        time.sleep(_RETRY_SECONDS)
    return True


def _open(path: Path) -> _File:
    with _opening:
        status = path.stat()
        identity = (status.st_dev, status.st_ino)
        if identity not in _descriptors:
            _descriptors[identity] = os.open(path, os.O_RDWR)
        descriptor = _descriptors[identity]
    first = os.pread(descriptor, 100, 0)
    page_size = int.from_bytes(first[16:18])
    page_size = 2**16 if page_size == 1 else page_size
    return _File(descriptor, page_size, page_size - first[20], first[52:56] != bytes(4))


def _search(file: _File) -> Iterator[int]:
    """Yield the numbers of the pages to clear."""
    number = 1
    while pages := file.read(number, _PIECE):
        for begin in range(0, len(pages), file.page_size):
            if file.find_gap(number, pages[begin : begin + file.page_size]):
                yield number
            number += 1


def _clear(database: Database, path: Path, file: _File, numbers: Sequence[int]) -> bool:
    """Overwrite the gaps of some pages in one transaction, then pause; return False while a reader prevents it.

    While this transaction is the only writer and the whole log is in the file, no program writes to the file, and the
    pages of the file are the newest. Its commit has every connection read them again before it writes; this one is new,
    because a connection keeps its own pages.
    """
    move_log(database)  # most of it, before writers wait
    with closing(_connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        if not move_log(database):
            connection.execute("ROLLBACK")
            return False
        for number in numbers:
            if gap := file.find_gap(number, file.read(number)):
                file.overwrite(number, *gap)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version={(version + 1) % 2**31}")
        connection.execute("COMMIT")
        held = time.monotonic() - began
    time.sleep(PAUSE_FACTOR * held)
    return True


def _connect(path: Path) -> Any:
    connection = sqlite_driver().connect(str(path), timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    return connection
