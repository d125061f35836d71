"""Detection of an SQLite file that was removed or replaced while it is open.

SQLite keeps writing to the file that it opened, under whatever name: rows would be acknowledged and lost.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from stressvision.core.errors import DatabaseUnavailable, Message

_Identity = tuple[int, int]
"""Device and inode."""


class FileIdentity:
    """The file behind a path, as first seen; None as the path means that there is nothing to watch."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: _Identity | None = None
        self.generation = 0
        """Number of replacements seen: a connection opened at another one belongs to a previous file."""
        self._lock = threading.Lock()

    def require_same(self, reopen: Callable[[], None], generation: int | None = None) -> None:
        """Raise DatabaseUnavailable where the file was removed, once where another has its place.

        Args:
            reopen: Closes the connections to the previous file, and raises DatabaseUnavailable where the new one
                cannot be used; it is then tried again.
            generation: That of the caller's connection, where it keeps one.
        """
        if self._path is None:
            return
        if generation is not None and generation != self.generation:
            raise self._explain(is_replaced=True)
        present = self._read()
        if present is not None and (self._known is None or present == self._known):
            self._known = present
            return
        if self._known is None:
            return
        with self._lock:
            reopen()
            if present is None:
                raise self._explain(is_replaced=False)
            if self._known is not None:
                self._known = None
                self.generation += 1
        raise self._explain(is_replaced=True)

    def is_present(self) -> bool:
        """Return whether the file that was opened still has its place."""
        return self._known is not None and self._read() == self._known

    def forget(self) -> None:
        """Accept any file next, after the connections were closed."""
        self._known = None

    def _read(self) -> _Identity | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        # An empty file is the beginning of a copy.
        return (found.st_dev, found.st_ino) if found is not None and found.st_size else None

    def _explain(self, *, is_replaced: bool) -> DatabaseUnavailable:
        if is_replaced:
            return DatabaseUnavailable(
                Message(
                    es=f"El archivo {self._path} fue reemplazado mientras el programa lo usaba. Se abre el nuevo: "
                    "repita.",
                    en=f"{self._path} was replaced while the program was using it. The new file is opened: try again.",
                )
            )
        return DatabaseUnavailable(
            Message(
                es=f"El archivo {self._path} fue borrado o movido mientras el programa lo usaba: no se guarda nada. "
                "Devuélvalo a su lugar, o restaure una copia con el sistema detenido.",
                en=f"{self._path} was removed or moved while the program was using it: nothing is stored. Put it back, "
                "or restore a backup with the system stopped.",
            )
        )
