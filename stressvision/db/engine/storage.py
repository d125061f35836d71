"""What the database takes on the disk, and whether there is room to write."""

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL

from stressvision.core.errors import Message
from stressvision.db.engine.connection import sqlite_path

LEAST_FREE = 64 * 2**20
"""Bytes: an hour of twenty detections a second, with the write-ahead log at its largest."""


def read_size(connection: Connection, url: URL) -> int:
    """Bytes, on SQLite with the write-ahead log."""
    path = sqlite_path(url)
    if path is None:
        return connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
    return file_bytes(path)


def file_bytes(path: Path) -> int:
    """Of an SQLite file with its write-ahead log."""
    return sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())


def find_storage_fault(url: URL, least_free: int = LEAST_FREE) -> Message | None:
    """What keeps an SQLite file from being written, found without writing: that would wait for whoever does."""
    path = sqlite_path(url)
    if path is None:
        return None
    return _not_writable(path) or _short_of_space(path, least_free)


def _not_writable(path: Path) -> Message | None:
    for place in (path.absolute().parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            return Message(
                es=f"No se puede escribir en {place}: se puede leer, pero nada nuevo se guarda. Revise sus permisos.",
                en=f"{place} cannot be written: reading works, but nothing new is stored. Check its permissions.",
            )
    return None


def _short_of_space(path: Path, least_free: int) -> Message | None:
    free = shutil.disk_usage(path.absolute().parent).free
    if free >= least_free:
        return None
    return Message(
        es=f"Quedan {free // 2**20} MiB en el disco de {path}: libere espacio antes de que nada se pueda guardar.",
        en=f"{free // 2**20} MiB are left on the disk of {path}: free some space before nothing can be stored.",
    )
