"""Full disk, read-only or locked file, clock set back: reported, and no lost write is acknowledged."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.engine import connection as connections
from stressvision.db.engine.connection import Database, sqlite_driver, sqlite_path
from stressvision.services.context import Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.figures import read_overview
from stressvision.services.reports.creation import write_due_reports
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection, post_stress


def file_of(context: Context) -> Path:
    path = sqlite_path(context.database.url)
    assert path is not None
    return path


def count_stored(path: Path) -> int:
    with closing(sqlite_driver().connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM detection_events").fetchone()[0])


@contextmanager
def limit_pages(database: Database, further: int) -> Iterator[None]:
    """Limit the file to this many more pages, a setting of the writing connection, to imitate a full disk."""
    with database.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + further}"))
    yield
    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1073741823"))


def test_full_disk_stores_exactly_the_acknowledged_detections(sqlite_context: Context, clock: FakeClock) -> None:
    context, acknowledged, failures = sqlite_context, [], []
    events = [detection(clock(), None, None, track_id="x" * 60) for _ in range(400)]

    def store(number: int) -> None:
        try:
            acknowledged.append(store_detection(context, events[number]).detection_id)
        except DatabaseUnavailable as error:
            failures.append(error.message.es)

    with limit_pages(context.database, further=8), ThreadPoolExecutor(8) as pool:
        list(pool.map(store, range(len(events))))
    assert len(acknowledged) + len(failures) == len(events)
    assert failures
    assert all("espacio en el disco" in failure for failure in failures)
    assert len(set(acknowledged)) == len(acknowledged) == count_stored(file_of(context))
    store_detection(context, events[0])
    assert count_stored(file_of(context)) == len(acknowledged) + 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_file_is_reported(tmp_path: Path, clock: FakeClock) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path}/g.db")
    open_context(settings, clock).database.close()
    (tmp_path / "g.db").chmod(0o400)
    with pytest.raises(DatabaseUnavailable, match="permisos"):
        open_context(settings, clock)


def test_database_that_cannot_be_written_acknowledges_nothing_and_stays_readable(
    sqlite_context: Context, clock: FakeClock
) -> None:
    with sqlite_context.database.write() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(DatabaseUnavailable, match="escribir"):
        store_detection(sqlite_context, detection(clock(), None, None))
    assert read_overview(sqlite_context).detections_last_hour == 0
    assert count_stored(file_of(sqlite_context)) == 0


def test_locked_file_is_reported_and_used_again_when_unlocked(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_TIMEOUT_MS", 100)
    context = open_context(Settings(database_url=f"sqlite:///{tmp_path}/g.db"), clock)
    with closing(sqlite_driver().connect(file_of(context), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(4) as pool:
            posts = [pool.submit(store_detection, context, detection(clock(), None, None)) for _ in range(4)]
        for post in posts:
            assert isinstance(failure := post.exception(), DatabaseUnavailable)
            assert "ocupada" in failure.message.es
        assert read_overview(context).detections_last_hour == 0
        other.execute("ROLLBACK")
    store_detection(context, detection(clock(), None, None))
    assert count_stored(file_of(context)) == 1
    context.database.close()


def test_clock_set_back_an_hour_loses_no_detection_and_repeats_no_alert(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    post_stress(context, clock, employee, 10)
    clock.advance(minutes=15)
    (first,) = write_due_reports(context, timedelta(minutes=15))
    clock.advance(hours=-1)
    assert post_stress(context, clock, employee, 3) == [False] * 3
    assert write_due_reports(context, timedelta(minutes=15)) == ()
    clock.advance(hours=2)
    later = write_due_reports(context, timedelta(minutes=15))
    assert first.total_detections == 10
    assert sum(report.total_detections for report in later) == 3
