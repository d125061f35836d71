"""Log files of the components: new lines and rotation."""

import shutil
from pathlib import Path

from stressvision.core.files import make_private

MAX_BYTES = 10_000_000
"""A larger log is rotated to `.1`, which replaces the previous one: at most twice this size per component."""

READ_BYTES = 65_536
"""Maximum read at a time: a component that floods its log must not delay the launcher."""


class LogFollower:
    """Reads the lines that are appended to a file from now on, and rotates it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def read_new_lines(self) -> list[str]:
        """Return the complete lines written since the last call, without control characters. Raises OSError."""
        if not self.path.exists():
            return []
        size = self.path.stat().st_size
        if size < self._offset:
            self._offset, self._rest = 0, b""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            block = file.read(READ_BYTES)
        self._offset += len(block)
        *lines, self._rest = (self._rest + block).split(b"\n")
        if self._offset == size and size > MAX_BYTES:
            self._rotate()
        return [_printable(line) for line in lines if line.strip()]

    def _rotate(self) -> None:
        """Copy the file and truncate it in place: the component keeps it open for appending."""
        copy = self.path.with_suffix(self.path.suffix + ".1")
        make_private(copy)
        shutil.copyfile(self.path, copy)
        with self.path.open("r+b") as file:
            file.truncate(0)
        self._offset = 0


def _printable(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace").rstrip("\r").replace("\t", "    ")
    return "".join(character for character in text if character.isprintable())
