"""Totals of a window by indexes equal totals counted row by row, on both databases."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import insert, select

from stressvision.db.queries.detections import figures
from stressvision.db.schema.tables import detection_events
from stressvision.domain.emotions import Emotion
from stressvision.services.context import Context
from stressvision.services.figures import find_stats, read_overview
from stressvision.services.people.employees import find_employee_state
from tests.conftest import FakeClock
from tests.integration.conftest import enrol

EMOTIONS = [*map(str, Emotion), None, "angry", ""]
"""Emotions of the rows, including two that only a manual edit can write."""


def fill(context: Context, now: datetime, people: list[int | None]) -> None:
    chance = Random(5)
    rows = [
        {
            "timestamp": now
            - timedelta(milliseconds=chance.choice([0, 1, 3_600_000, chance.randrange(30 * 3_600_000)])),
            "device_id": chance.choice(["pi-1", "pi-2"]),
            "employee_id": chance.choice(people),
            "emotion": chance.choice(EMOTIONS),
        }
        for _ in range(400)
    ]
    with context.database.write() as connection:
        connection.execute(insert(detection_events), rows)


def test_figures_of_a_window(context: Context, clock: FakeClock) -> None:
    people = [enrol(context, f"EMP00{number}") for number in range(1, 4)]
    fill(context, clock(), [*people[:2], None])
    with context.database.read() as connection:
        every = connection.execute(select(detection_events)).all()
        now, hour = clock(), timedelta(hours=1)
        for since, until in (
            (now - 24 * hour, now),
            (now - hour, now),
            (now - 9 * hour, now - hour),
            (now, now + hour),
        ):
            rows = [row for row in every if since < row.timestamp <= until]
            assert figures.count_emotions(since, until).fetch(connection) == Counter(
                row.emotion or None for row in rows
            )
            assert figures.count_people(since, until).fetch(connection) == len(
                {row.employee_id for row in rows} - {None}
            )
            assert figures.count_by_hour(since, until).fetch(connection) == Counter(
                row.timestamp.replace(minute=0, second=0, microsecond=0) for row in rows
            )
            assert figures.count_by_device(since, until).fetch(connection) == Counter(row.device_id for row in rows)
            seen = Counter(row.employee_id for row in rows if row.employee_id)
            most = [
                (row.id, row.detection_count) for row in figures.count_by_employee(since, until, 1).fetch(connection)
            ]
            assert most == sorted(seen.items(), key=lambda item: (-item[1], item[0]))[:1]


def test_detections_of_a_clock_that_was_ahead_are_not_recent(context: Context, clock: FakeClock) -> None:
    employee = enrol(context, "EMP001")
    rows = [
        {
            "timestamp": clock() + timedelta(minutes=minutes),
            "device_id": "d1",
            "employee_id": employee,
            "emotion": "sad",
        }
        for minutes in (-1, 4, 6, 1440)
    ]
    with context.database.write() as connection:
        connection.execute(insert(detection_events), rows)
    overview, stats = read_overview(context), find_stats(context, 24)
    state = find_employee_state(context, employee, 15)
    assert (overview.detections_last_hour, overview.employees_detected_last_hour) == (2, 1)
    assert [stats.emotions_distribution[0].count, stats.detections_by_device[0].count] == [2, 2]
    assert (sum(hour.count for hour in stats.detections_by_hour), stats.top_employees[0].detection_count) == (2, 2)
    assert (state.summary.total_detections, len(state.recent_detections)) == (2, 2)


def test_most_frequent_comes_first(context: Context, clock: FakeClock) -> None:
    fill(context, clock(), [None])
    with context.database.read() as connection:
        counts = list(figures.count_emotions(clock() - timedelta(hours=24), clock()).fetch(connection).values())
    assert counts == sorted(counts, reverse=True)
