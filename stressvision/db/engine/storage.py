"""Size of the database on disk, and faults that prevent writing to it."""

import os
import shutil
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import URL

from stressvision.core.errors import Message
from stressvision.db.engine.connection import sqlite_path

LEAST_FREE = 64 * 2**20
"""Bytes: an hour of twenty detections a second with the largest write-ahead log."""


def read_size(connection: Connection, url: URL) -> int:
    """Return the database's size in bytes, on SQLite with the write-ahead log."""
    path = sqlite_path(url)
    if path is None:
        return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
    return file_bytes(path)


def file_bytes(path: Path) -> int:
    """Return the size in bytes of an SQLite file and its write-ahead log."""
    return sum(file.stat().st_size for file in (path, path.with_name(f"{path.name}-wal")) if file.exists())


def find_storage_fault(url: URL, least_free: int = LEAST_FREE) -> Message | None:
    """Return the fault that prevents writing to an SQLite file, None if there is none or on PostgreSQL.

    Nothing is written to find out, because that would wait for the current writer. `least_free`: bytes.
    """
    path = sqlite_path(url)
    if path is None:
        return None
    return _find_permission_fault(path) or _find_space_fault(path, least_free)


def _find_permission_fault(path: Path) -> Message | None:
    for place in (path.absolute().parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            return Message(
                es=f"No se puede escribir en {place}: se puede leer, pero nada nuevo se guarda. Revise sus permisos.",
                en=f"{place} cannot be written: reading works, but nothing new is stored. Check its permissions.",
            )
    return None


def _find_space_fault(path: Path, least_free: int) -> Message | None:
    free = shutil.disk_usage(path.absolute().parent).free
    if free >= least_free:
        return None
    return Message(
        es=f"Quedan {free // 2**20} MiB en el disco de {path}: libere espacio antes de que se llene.",
        en=f"{free // 2**20} MiB are left on the disk of {path}: free some space before it is full.",
    )
