"""Deletions and the emptying of the log leave writers short waits only."""

import os
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import func, insert, select

from stressvision.core.config import Settings
from stressvision.db.backup import copies
from stressvision.db.backup.space import empty_log
from stressvision.db.engine.connection import BUSY_TIMEOUT_MS, Connection, sqlite_driver
from stressvision.db.queries.privacy.erasure import delete_some
from stressvision.db.schema.tables import employee_hours, stored_settings
from stressvision.domain.retention import RetentionKind
from stressvision.services.audit import record, verify_audit
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.privacy import retention
from stressvision.services.privacy.chunks import (
    CHUNK_SECONDS,
    FIRST_CHUNK,
    LARGEST_CHUNK,
    PAUSE_SECONDS,
    delete_in_chunks,
    write_in_chunks,
)
from stressvision.services.privacy.retention import apply_retention
from tests.conftest import FakeClock

HOUR = datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_rows_are_deleted_in_parts_with_pauses(usual_context: Context) -> None:
    left, limits, pauses = 5000, list[int](), list[float]()

    def delete(_connection: Connection, limit: int) -> int:
        nonlocal left
        limits.append(limit)
        deleted = min(limit, left)
        left -= deleted
        return deleted

    assert delete_in_chunks(usual_context, delete, pauses.append) == 5000
    assert limits[0] == FIRST_CHUNK
    assert max(limits) <= LARGEST_CHUNK
    assert len(pauses) == len(limits) - 1
    assert min(pauses) >= PAUSE_SECONDS


def test_pause_is_longer_than_the_lock_was_held(usual_context: Context) -> None:
    """A waiting writer of another process looks for the lock now and then: it has to be free most of the time."""
    pauses, amounts = list[float](), iter([FIRST_CHUNK, 0])

    def delete(_connection: Connection, _limit: int) -> int:
        time.sleep(0.03)
        return next(amounts)

    delete_in_chunks(usual_context, delete, pauses.append)
    assert pauses[0] >= 3 * 0.03


def test_rows_are_rewritten_in_parts_with_pauses(usual_context: Context) -> None:
    """A year has 35,000 reports: without pauses a waiting writer rarely found the lock free."""
    pauses, written = list[float](), list[int]()

    def write(_connection: Connection, item: int) -> int:
        written.append(item)
        time.sleep(CHUNK_SECONDS)
        return 2

    assert write_in_chunks(usual_context, range(3), write, pauses.append) == 6
    assert written == [0, 1, 2]
    assert len(pauses) == 2
    assert min(pauses) >= PAUSE_SECONDS


def test_backup_copy_is_flushed_in_parts_and_contains_no_later_commit(
    usual_context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flushed at once, a copy of a million rows had writers wait for the disk up to 1.7 s."""
    context, parts = usual_context, list[int]()
    with context.database.write() as connection:
        connection.execute(insert(stored_settings).values(name="x", value="z" * 2**21, recorded_at=HOUR))

    def commit_beside(file: BinaryIO) -> None:
        parts.append(os.fstat(file.fileno()).st_size)
        with context.database.write() as connection:
            connection.execute(stored_settings.update().values(value=f"later {len(parts)}"))

    monkeypatch.setattr(copies, "flush_part", commit_beside)
    copies.copy_whole(context.database, tmp_path / "copy.db")
    assert len(parts) > 2
    with closing(sqlite_driver().connect(str(tmp_path / "copy.db"))) as copy:
        assert copy.execute("SELECT length(value) FROM stored_settings").fetchall() == [(2**21,)]


def test_audit_log_is_trimmed_in_parts(
    usual_context: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AUDIT_ROWS", 3)
    for number in range(7):
        with usual_context.database.write() as connection:
            record(connection, usual_context, Actor(), "list", "employee", number)
    clock.advance(days=4000)
    pauses = list[float]()
    result = apply_retention(usual_context, pause=pauses.append)
    assert {term.kind: rows for term, rows in result.terms}[RetentionKind.AUDIT] == 7
    assert len(pauses) == 2
    assert verify_audit(usual_context).is_whole


def test_counts_of_a_person_are_deleted_in_parts(context: Context) -> None:
    """A person has thousands of hours a year, and their table has no column `id`."""
    hours = [{"employee_id": 1, "hour": HOUR + timedelta(hours=n), "emotion": "", "count": 1} for n in range(10)]
    with context.database.write() as connection:
        connection.execute(insert(employee_hours), hours)
        assert delete_some(connection, employee_hours, 1, 3) == 3
        assert connection.execute(select(func.count()).select_from(employee_hours)).scalar_one() == 7


def test_log_that_a_reader_holds_blocks_no_writer_for_long(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Truncating the log waited for the reader ten seconds at a time, with the lock that writers need."""
    path = tmp_path_factory.mktemp("held") / "plant.db"
    context = open_context(Settings(database_url=f"sqlite:///{path}"))
    with closing(sqlite_driver().connect(str(path), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM employees").fetchone()
        with context.database.write() as connection:
            connection.execute(
                insert(employee_hours).values({"employee_id": 1, "hour": HOUR, "emotion": "", "count": 1})
            )
        began = time.monotonic()
        assert not empty_log(context.database, patience=0)
        assert time.monotonic() - began < BUSY_TIMEOUT_MS / 2000
    assert empty_log(context.database)
    with closing(context.database.engine.raw_connection()) as pooled:
        cursor = pooled.cursor()
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (BUSY_TIMEOUT_MS,)
    context.database.close()
