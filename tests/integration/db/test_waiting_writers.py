"""Deletions and the emptying of the log leave writers short waits only."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from stressvision.core.config import Settings
from stressvision.db.backup.space import empty_log
from stressvision.db.engine.connection import BUSY_TIMEOUT_MS, Connection, sqlite_driver
from stressvision.db.queries.privacy.erasure import delete_some
from stressvision.db.schema.tables import employee_hours
from stressvision.services.context import Context, open_context
from stressvision.services.privacy.chunks import FIRST_CHUNK, LARGEST_CHUNK, PAUSE_SECONDS, delete_in_chunks

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
