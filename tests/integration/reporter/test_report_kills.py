"""Eight hours of reports with twenty kills of the reporter, while devices deliver up to an hour late."""

import os
import random
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from stressvision.core.config import PROJECT_ROOT
from stressvision.db.engine.types import UtcMoment
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.reports.summaries import read_day
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.programs.running import PATIENCE_SECONDS
from tests.programs.simulated_plant import BEGAN, HOURS, LATEST, QUARTER, deliver, report_all, simulate_shift

KILLS = 20
REAL_KILLS = 4
Sums = dict[datetime, Any]
"""Detections, recognised people and stress share by the start of the window."""
Figures = dict[datetime, tuple[int, Any]]


class Killed(Exception):
    """Simulates the end of the process: the open transaction is rolled back, as the database would."""


def kill_within(context: Context, statement: int) -> bool:
    """Run the reporter's work until before its n-th statement, and return whether it was reached."""
    own = open_context(context.settings, context.clock)
    done = 0

    def die_in_time(*_: object) -> None:
        nonlocal done
        done += 1
        if done == statement:
            raise Killed

    event.listen(own.database.engine, "before_cursor_execute", die_in_time)
    try:
        report_all(own)
    except Killed:
        return True
    finally:
        event.remove(own.database.engine, "before_cursor_execute", die_in_time)
        own.database.close()
    return False


def kill_process(context: Context, statement: int) -> bool:
    """Run the reporter in a process, and end it by SIGKILL."""
    url = context.settings.database_url
    command = [sys.executable, "-m", "tests.programs.small_reporter", url, context.clock().isoformat(), str(statement)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}
    ended = subprocess.run(command, env=environment, timeout=PATIENCE_SECONDS, check=False)
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode != 0


def read_figures(context: Context) -> Figures:
    """Return the revision and the figures of each scheduled report."""
    with context.database.read() as connection:
        rows = connection.execute(
            text(
                "SELECT start_timestamp, revision, total_detections, total_employees_detected, "
                "overall_stress_percentage, overall_fatigue_percentage, alerts_triggered, "
                "CAST(per_employee_summary AS TEXT) FROM reports_15min WHERE kind = 'scheduled'"
            )
        ).all()
    starts = [row[0] for row in rows]
    assert len(starts) == len(set(starts)), "one report a window"
    return {row[0]: (row[1], tuple(row[2:])) for row in rows}


def check_revisions(before: Figures, after: Figures) -> None:
    """Check that exactly the changed reports have one more revision, and that none disappears."""
    assert before.keys() <= after.keys()
    for start, (revision, figures) in after.items():
        if start not in before:
            assert revision == 0
        else:
            assert revision - before[start][0] == (figures != before[start][1])


def sums_by_report(context: Context, since: datetime) -> Sums:
    query = text(
        "SELECT start_timestamp, total_detections, total_employees_detected, overall_stress_percentage "
        "FROM reports_15min WHERE start_timestamp >= :since"
    ).columns(start_timestamp=UtcMoment())
    with context.database.read() as connection:
        return {row[0]: tuple(row[1:]) for row in connection.execute(query, {"since": _bound(context, since)})}


def sums_by_sql(context: Context, since: datetime) -> Sums:
    """Return the same figures from the detections, for each closed quarter hour that has any."""
    quarters = {}
    start = since
    with context.database.read() as connection:
        while start < context.clock():
            inside = {"start": _bound(context, start), "end": _bound(context, start + QUARTER)}
            row = connection.execute(
                text(
                    "SELECT count(*), count(DISTINCT employee_id), "
                    "round(100.0 * sum(CASE WHEN emotion IN ('stress', 'sad') THEN 1 ELSE 0 END) / count(*), 2) "
                    "FROM detection_events WHERE timestamp >= :start AND timestamp < :end HAVING count(*) > 0"
                ),
                inside,
            ).first()
            if row is not None:
                quarters[start] = (row[0], row[1], float(row[2]))
            start += QUARTER
    return quarters


def _bound(context: Context, moment: datetime) -> Any:
    return f"{moment:%Y-%m-%d %H:%M:%S}.000" if context.database.is_sqlite else moment


@pytest.fixture
def plant(context: Context, clock: FakeClock) -> Context:
    # Whole hours of UTC are whole hours of this zone, and the shift lies within one of its days.
    settings = context.settings.model_copy(update={"time_zone": "Etc/GMT+4"})
    clock.now = BEGAN
    return replace(context, settings=settings)


def test_every_window_has_one_correct_report_whenever_the_reporter_is_killed(plant: Context, clock: FakeClock) -> None:
    chance = random.Random(20)
    people = [enrol(plant, f"EMP00{number}", f"Persona {number}") for number in range(1, 4)]
    deliveries = simulate_shift(chance, people)
    quarters = int((timedelta(hours=HOURS) + LATEST) / QUARTER)
    kills = 0
    figures = read_figures(plant)
    for quarter in range(1, quarters + 1):
        before = clock()
        deliver(plant, deliveries, before, clock.advance(minutes=15))
        is_complete = False
        while not is_complete:
            if kills == KILLS:
                report_all(plant)
                is_complete = True
            else:
                kill = kill_process if plant.database.is_sqlite and kills < REAL_KILLS else kill_within
                is_complete = not kill(plant, chance.randrange(1, 150))
                kills += not is_complete
            check_revisions(figures, after := read_figures(plant))
            figures = after
        touched = max(BEGAN, clock() - LATEST - 2 * QUARTER)
        assert sums_by_report(plant, touched) == sums_by_sql(plant, touched), f"quarter {quarter}"
    report_all(plant)

    assert kills == KILLS
    expected = sums_by_sql(plant, BEGAN)
    assert len(expected) == 28, "an hour's break has none"
    assert sums_by_report(plant, BEGAN) == expected
    assert any(revision for revision, _ in read_figures(plant).values())
    settled = read_figures(plant)
    report_all(plant)
    assert read_figures(plant) == settled

    clock.advance(days=1)
    report_all(plant)
    summary = read_day(plant, "2026-11-22", Actor())
    assert summary.is_final
    assert summary.total_detections == sum(total for total, _, _ in expected.values()) == len(deliveries)
