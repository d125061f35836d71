"""Replacement of an SQLite file that no program has open."""

from contextlib import closing
from pathlib import Path

from stressvision.core.errors import Conflict, Message
from stressvision.db.engine.connection import sqlite_driver

_PATIENCE_SECONDS = 1.0
_BESIDE = ("-wal", "-shm")


def require_unused(path: Path) -> None:
    """Raise Conflict where a program has the SQLite file open. Leaves the file without a write-ahead log."""
    driver = sqlite_driver()
    try:
        with closing(driver.connect(str(path), timeout=_PATIENCE_SECONDS)) as connection:
            # Requires exclusive access: in WAL mode each program that has the file open, even idle, keeps a lock on it.
            connection.execute("PRAGMA journal_mode=DELETE")
    except driver.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise Conflict(
                Message(
                    es=f"Algún programa tiene abierta {path}: detenga el sistema («python start_complete_system.py "
                    "stop») y repita.",
                    en=f"Some program has {path} open: stop the system (“python start_complete_system.py stop”) and "
                    "try again.",
                )
            ) from error
    except driver.DatabaseError:
        pass  # a damaged file may be replaced


def set_aside(path: Path, aside: Path) -> None:
    """Rename a database (also a damaged one) and its log. Raises Conflict where a program has it open."""
    require_unused(path)
    path.rename(aside)
    for suffix in _BESIDE:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))


def read_erased(path: Path) -> tuple[int, ...]:
    """Return the ids of the employees erased according to a file; none if it cannot be read."""
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return tuple(row[0] for row in connection.execute("SELECT subject_id FROM erasures ORDER BY id"))
    except driver.Error:
        return ()


def continue_ids(restored: Path, previous: Path) -> None:
    """Let the restored file give ids after those of the previous one; nothing changes if that one cannot be read.

    A device or a client that runs meanwhile may still hold the id of a session or an event that is lost: another one
    must not get it.
    """
    driver = sqlite_driver()
    try:
        with closing(driver.connect(f"{previous.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            known = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    except driver.Error:
        return
    with closing(driver.connect(str(restored), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for name, last in known:
            if name in tables and isinstance(last, int):
                row = connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))
                if not row.rowcount:
                    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (name, last))
        connection.execute("COMMIT")
