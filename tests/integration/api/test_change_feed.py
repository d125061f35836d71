"""The change feed: every commit of any program, once and in order."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select

from stressvision.db.engine.connection import sqlite_driver
from stressvision.db.queries.changes import prune_changes
from stressvision.db.schema.tables import changes
from stressvision.services.alerts.decisions import acknowledge_alert, resolve_alert
from stressvision.services.context import Actor, Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.feed import ChangeFeed
from stressvision.services.reports.creation import write_due_reports
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection, post_stress

DOCTOR = Actor(user_id="doctora")


def test_feed_lists_alert_changes_in_order(context: Context, clock: FakeClock) -> None:
    feed = ChangeFeed(context)
    employee = enrol(context)
    post_stress(context, clock, employee, 10)
    acknowledge_alert(context, 1, DOCTOR)
    resolve_alert(context, 1, DOCTOR, "ok")
    clock.advance(minutes=15)
    write_due_reports(context, timedelta(minutes=15))
    page = feed.read_after(0)
    feed.close()
    assert [event.type for event in page.events] == [
        *["detection"] * 10,
        "alert",
        "alert_acknowledged",
        "alert_resolved",
        "report",
    ]
    ids = [event.id for event in page.events]
    assert ids == sorted(set(ids))
    assert page.position == ids[-1]


def test_feed_pages_neither_repeat_nor_skip_events(context: Context, clock: FakeClock) -> None:
    for _ in range(25):
        store_detection(context, detection(clock.advance(seconds=1), None, None))
    feed = ChangeFeed(context)
    seen: list[int] = []
    position = 0
    while (page := feed.read_after(position, limit=10)).position > position:
        seen += [event.id for event in page.events]
        position = page.position
    feed.close()
    assert seen == list(range(1, 26))


def test_has_news_reports_each_commit_once(context: Context, clock: FakeClock) -> None:
    feed = ChangeFeed(context)
    feed.has_news()
    assert not feed.has_news()
    store_detection(context, detection(clock(), None, None))
    assert feed.has_news()
    assert not feed.has_news()
    feed.close()


def test_commit_wakes_waiting_reader(context: Context, clock: FakeClock) -> None:
    patience = 0.001 if context.database.is_sqlite else 60.0
    feed = ChangeFeed(context)
    feed.wait(patience)
    feed.has_news()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(feed.wait, patience)
        store_detection(context, detection(clock(), None, None))
        waiting.result(timeout=10)
    assert feed.has_news()
    feed.close()


def test_feed_includes_rows_written_with_sqlite3(sqlite_context: Context, tmp_path: Path) -> None:
    feed = ChangeFeed(sqlite_context)
    feed.has_news()
    with closing(sqlite_driver().connect(tmp_path / "gloria_stress_system.db")) as by_hand:
        by_hand.execute(
            "INSERT INTO detection_events(timestamp, device_id) VALUES (strftime('%Y-%m-%d %H:%M:%f', 'now'), 'a-mano')"
        )
        by_hand.commit()
    assert feed.has_news()
    (event,) = feed.read_after(0).events
    feed.close()
    assert event.type == "detection"
    assert event.data["device_id"] == "a-mano"


def test_feed_skips_erased_entities(usual_context: Context, clock: FakeClock) -> None:
    for _ in range(3):
        store_detection(usual_context, detection(clock(), None, None))
    with usual_context.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM detection_events WHERE id = 3")
    feed = ChangeFeed(usual_context)
    page = feed.read_after(0)
    feed.close()
    assert (len(page.events), page.position) == (2, 3)


def test_old_changes_are_deleted_but_newest_is_kept(context: Context, clock: FakeClock) -> None:
    with context.database.write() as connection:
        assert prune_changes(connection, 5, 10) == 0
        for number in range(1, 21):
            connection.execute(insert(changes).values(kind="detection", entity_id=number, committed_at=clock()))

    def kept_from(change_id: int) -> list[int]:
        with context.database.write() as connection:
            prune_changes(connection, change_id, 10)
            return list(connection.execute(select(changes.c.id).order_by(changes.c.id)).scalars())

    assert kept_from(2) == list(range(2, 21))
    assert kept_from(12) == list(range(12, 21))
    assert kept_from(100) == [20]
