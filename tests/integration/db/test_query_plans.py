"""Frequent queries read only their window through indexes, with and without SQLite's statistics."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from stressvision.db.queries.changes import select_report_changes
from stressvision.db.queries.detections.detections import DetectionFilter, count_detections, select_detections
from stressvision.db.schema.tables import detection_events
from stressvision.services.context import Actor, Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.feed import ChangeFeed
from stressvision.services.figures import find_stats, read_ingest_stats, read_overview
from stressvision.services.people.employees import read_employee_state
from stressvision.services.reports.creation import write_due_reports, write_manual_report
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection

NEWEST_FIRST = "SCAN detection_events USING INDEX ix_detection_events_timestamp"
"""Scans the index from its end and stops at the limit."""


def follow(context: Context) -> None:
    with closing(ChangeFeed(context)) as feed:
        feed.read_after(0)


def raise_alert(context: Context) -> None:
    """Raise an alert with all its evidence from one detection."""
    eager = replace(context, settings=context.settings.model_copy(update={"min_stress_events": 1}))
    assert store_detection(eager, detection(context.clock(), 1)).alert_created


ALL_DAY: dict[str, Callable[[Context], object]] = {
    "a detection": lambda context: store_detection(context, detection(context.clock(), 1)),
    "an alert": raise_alert,
    "overview": read_overview,
    "statistics": lambda context: find_stats(context, 24),
    "totals": lambda context: read_ingest_stats(context, 0.0),
    "one person": lambda context: read_employee_state(context, 1, 15, Actor()),
    "due reports": lambda context: write_due_reports(context, timedelta(minutes=15)),
    "a report by hand": lambda context: write_manual_report(context, timedelta(minutes=15)),
    "the feed": follow,
}


@pytest.mark.parametrize("name", ALL_DAY)
def test_no_query_scans_all_detections(sqlite_context: Context, clock: FakeClock, name: str) -> None:
    employee = enrol(sqlite_context)
    store_detection(sqlite_context, detection(clock() - timedelta(minutes=20), employee))
    asked: list[str] = []

    def note(connection: Any, _record: object) -> None:
        # Traced in the driver, because prepared statements bypass SQLAlchemy; triggers' statements appear as comments.
        connection.set_trace_callback(lambda sql: asked.append(sql) if "detection_events" in sql else None)

    sqlite_context.database.close()
    event.listen(sqlite_context.database.engine, "connect", note)
    ALL_DAY[name](sqlite_context)
    sqlite_context.database.close()
    event.remove(sqlite_context.database.engine, "connect", note)
    plans = []
    with sqlite_context.database.read() as connection:
        driver: Any = connection.connection.dbapi_connection
        for statement in asked:
            if not statement.startswith("--"):
                plans += [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
    walks = [step for step in plans if step.startswith("SCAN detection_events") or "(timestamp<?)" in step]
    assert asked or name == "totals"
    assert [step for step in walks if step != NEWEST_FIRST] == []


DETECTIONS, RARE_EVERY = 4000, 1000


def fill(connection: Connection, clock: FakeClock) -> None:
    """Store one detection per minute up to now; few show fatigue, none sadness."""
    rows = [
        {
            "timestamp": clock() - timedelta(minutes=number),
            "device_id": "pi-1",
            "emotion": "happy" if number % 9 == 0 else "fatigue" if number % RARE_EVERY == 5 else "neutral",
        }
        for number in range(DETECTIONS)
    ]
    connection.execute(insert(detection_events), rows)


def plans_of(connection: Connection, ask: Callable[[], object]) -> list[str]:
    """Return the query plan of each query of `ask`, one line per step."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    plans = [connection.exec_driver_sql(f"{explain} {statement}", values) for statement, values in asked]
    return [str(step[-1]) for plan in plans for step in plan]


@pytest.mark.parametrize("analyzed", [False, True], ids=["without statistics", "with statistics"])
def test_rare_expression_is_found_by_its_index(context: Context, clock: FakeClock, analyzed: bool) -> None:
    start, place = clock() - timedelta(days=2), clock() - timedelta(days=1)
    rare = DetectionFilter(emotion="fatigue")
    with context.database.write() as connection:
        fill(connection, clock)
        if analyzed:
            connection.execute(text("ANALYZE"))
        for wanted, found in (
            (rare, 4),
            (replace(rare, start=start, end=place), 1),
            (replace(rare, after=(place, 0)), 2),
            (replace(rare, start=start, after=(place, 0)), 1),
            (replace(rare, emotion="sad"), 0),
        ):
            assert len(select_detections(connection, wanted)) == found
            plan = plans_of(connection, partial(select_detections, connection, wanted))
            assert any("ix_detection_events_emotion_timestamp" in step for step in plan), plan
            assert not any("SCAN" in step or "Seq Scan" in step or "TEMP B-TREE" in step for step in plan), plan
        plan = plans_of(connection, lambda: count_detections(connection, replace(rare, start=start)))
        assert any("ix_detection_events_emotion_timestamp" in step for step in plan), plan


@pytest.mark.parametrize(
    ("emotion", "index"),
    [
        ("fatigue", "employee_id_emotion_timestamp (employee_id=? AND emotion=? AND timestamp>? AND timestamp<?)"),
        ("neutral", "employee_id_timestamp (employee_id=? AND timestamp>? AND timestamp<?)"),
    ],
)
def test_expression_of_one_employee_is_found_by_its_index(
    sqlite_context: Context, clock: FakeClock, emotion: str, index: str
) -> None:
    wanted = DetectionFilter(emotion=emotion, employee_id=1, start=clock() - timedelta(days=2), end=clock())
    with sqlite_context.database.read() as connection:
        plan = plans_of(connection, lambda: select_detections(connection, wanted))
    assert plan == [f"SEARCH detection_events USING INDEX ix_detection_events_{index}"]


def test_total_count_is_read_from_the_totals(context: Context, clock: FakeClock) -> None:
    with context.database.write() as connection:
        fill(connection, clock)
        for emotion, count in ((None, DETECTIONS), ("fatigue", 4), ("happy", 445), ("neutral", 3551), ("sad", 0)):
            wanted = DetectionFilter(emotion=emotion)
            assert count_detections(connection, wanted) == count
            assert count_detections(connection, replace(wanted, end=clock() + timedelta(seconds=1))) == count
            plan = plans_of(connection, partial(count_detections, connection, wanted))
            assert not any("detection_events" in step for step in plan), plan


def test_reports_of_the_feed_are_read_without_its_detections(sqlite_context: Context, clock: FakeClock) -> None:
    """Otherwise the time that a viewer waits to resume counts the detections of any minute."""
    write_manual_report(sqlite_context, timedelta(minutes=15))
    since = datetime(2000, 1, 1, tzinfo=UTC)
    with sqlite_context.database.read() as connection:
        assert [change.kind for change in select_report_changes(connection, since, 0)] == ["report"]
        assert select_report_changes(connection, datetime(9000, 1, 1, tzinfo=UTC), 0) == []
        plan = plans_of(connection, lambda: select_report_changes(connection, since, 0))
    assert plan == ["SEARCH changes USING INDEX ix_changes_reports (committed_at>?)"]
