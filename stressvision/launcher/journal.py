"""A component's log file: read as it grows, and kept from filling the disk."""

import shutil
from pathlib import Path

KEEP_BYTES = 10_000_000
"""A log that grows past this becomes `.1`, replacing the previous one: two of these per component at most."""

READ_BYTES = 65_536
"""Most that is read at a time: a component that floods its log must not hold up the launcher."""


class Journal:
    """Follows one file from where it ends now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def new_lines(self) -> list[str]:
        """Whole lines written since the last call, without control characters."""
        if not self.path.exists():
            return []
        size = self.path.stat().st_size
        if size < self._offset:
            self._offset, self._rest = 0, b""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            block = file.read(READ_BYTES)
        self._offset += len(block)
        *whole, self._rest = (self._rest + block).split(b"\n")
        if self._offset == size and size > KEEP_BYTES:
            self._turn_over()
        return [_printable(line) for line in whole if line.strip()]

    def _turn_over(self) -> None:
        """Empties the file in place: the component holds it open for appending."""
        shutil.copyfile(self.path, self.path.with_suffix(self.path.suffix + ".1"))
        with self.path.open("r+b") as file:
            file.truncate(0)
        self._offset = 0


def _printable(line: bytes) -> str:
    text = line.decode("utf-8", errors="replace").rstrip("\r").replace("\t", "    ")
    return "".join(character for character in text if character.isprintable())
