"""What is done all day reads the window that is asked for, never the whole history, also without statistics."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from stressvision.services.context import Actor, Context
from stressvision.services.detections import store_detection
from stressvision.services.employees import read_employee_state
from stressvision.services.feed import Feed
from stressvision.services.figures import read_ingest_stats, read_overview, read_stats
from stressvision.services.reports import write_due_reports, write_manual_report
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.test_detections_stored import detection

NEWEST_FIRST = "SCAN detection_events USING INDEX ix_detection_events_timestamp"
"""Walks the index from its end, and stops at the limit."""


def follow(context: Context) -> None:
    with closing(Feed(context)) as feed:
        feed.read_after(0)


def raise_alert(context: Context) -> None:
    """With one detection, and with all the evidence that is kept."""
    eager = replace(context, settings=context.settings.model_copy(update={"min_stress_events": 1}))
    assert store_detection(eager, detection(context.clock(), 1)).alert_created


ALL_DAY: dict[str, Callable[[Context], object]] = {
    "a detection": lambda context: store_detection(context, detection(context.clock(), 1)),
    "an alert": raise_alert,
    "overview": read_overview,
    "statistics": lambda context: read_stats(context, 24),
    "totals": lambda context: read_ingest_stats(context, 0.0),
    "one person": lambda context: read_employee_state(context, 1, 15, Actor()),
    "due reports": lambda context: write_due_reports(context, timedelta(minutes=15)),
    "a report by hand": lambda context: write_manual_report(context, timedelta(minutes=15)),
    "the feed": follow,
}


@pytest.mark.parametrize("name", ALL_DAY)
def test_no_query_walks_all_detections(sqlite_context: Context, clock: FakeClock, name: str) -> None:
    employee = enrol(sqlite_context)
    store_detection(sqlite_context, detection(clock() - timedelta(minutes=20), employee))
    asked: list[str] = []

    def note(connection: Any, _record: object) -> None:
        # Below SQLAlchemy, which the busiest statement goes past; what triggers do is told as a comment.
        connection.set_trace_callback(lambda said: asked.append(said) if "detection_events" in said else None)

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
