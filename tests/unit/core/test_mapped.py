"""Content of a nameless file: readable through a mapping, also after its pages were dropped from memory."""

import mmap
import os
from pathlib import Path

import pytest

from stressvision.core.mapped import map_content

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux only")

CONTENT = os.urandom(1 << 20)


def resident_kib(inode: int) -> int:
    """Return how much of the mappings of a file is in this process's memory."""
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            inside = rest[3] == str(inode)
        elif inside and first == "Rss:":
            total += int(rest[0])
    return total


def test_released_pages_leave_memory_and_are_read_again() -> None:
    with map_content(CONTENT) as content, Path(content.path).open("rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        inode = os.fstat(file.fileno()).st_ino
        assert mapping[:] == CONTENT
        assert resident_kib(inode) == len(CONTENT) // 1024

        content.release()

        assert resident_kib(inode) == 0
    assert mapping[:] == CONTENT


def test_the_file_has_no_name() -> None:
    with map_content(CONTENT) as content:
        assert Path(content.path).stat().st_nlink == 0


def test_a_full_disk_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Path("/dev/full").open("wb"))  # noqa: SIM115  closed by its user
    with pytest.raises(OSError, match="No space left"), map_content(CONTENT):
        pass
