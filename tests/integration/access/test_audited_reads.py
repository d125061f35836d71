"""Looks at one person's data: on disk before they are granted, and repeated ones as a number."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from sqlalchemy import select, text

from stressvision.core.errors import DatabaseUnavailable, NotFound
from stressvision.db.schema.tables import audit_log
from stressvision.services.audit import record_repetitions
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import read_employee, read_employee_state
from stressvision.services.reads import SPAN
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import LiveBackend, add_detection, serve

DOCTOR = Actor(user_id="doctora", ip_address="127.0.0.1")


def looks(context: Context) -> list[tuple[str | None, int | None]]:
    """Who looked, and of how many repetitions it tells, of every row in order."""
    query = (
        select(audit_log.c.user_id, audit_log.c.details)
        .where(audit_log.c.action.like("read_employee%"))
        .order_by(audit_log.c.id)
    )
    with context.database.read() as connection:
        return [(row.user_id, (row.details or {}).get("times")) for row in connection.execute(query)]


@pytest.fixture
def live(sqlite_context: Context) -> Iterator[LiveBackend]:
    with serve(sqlite_context) as running:
        yield running


def test_the_first_look_is_a_row_and_its_repetitions_one_more(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    for _ in range(4):
        read_employee_state(context, employee, 15, DOCTOR)
    assert looks(context) == [("doctora", None)]
    clock.advance(seconds=SPAN.total_seconds())
    record_repetitions(context)
    record_repetitions(context)
    assert looks(context) == [("doctora", None), ("doctora", 3)]


def test_a_look_after_the_span_is_a_row_of_its_own_and_brings_what_was_repeated(
    context: Context, clock: FakeClock
) -> None:
    employee = enrol(context)
    for _ in range(3):
        read_employee_state(context, employee, 15, DOCTOR)
    clock.advance(seconds=SPAN.total_seconds())
    read_employee_state(context, employee, 15, DOCTOR)
    assert looks(context) == [("doctora", None), ("doctora", 2), ("doctora", None)]


def test_another_reader_person_or_question_does_not_repeat(sqlite_context: Context) -> None:
    context = sqlite_context
    first, second = enrol(context, "EMP001"), enrol(context, "EMP002")
    read_employee_state(context, first, 15, DOCTOR)
    read_employee_state(context, second, 15, DOCTOR)
    read_employee_state(context, first, 60, DOCTOR)
    read_employee_state(context, first, 15, replace(DOCTOR, user_id="otra"))
    read_employee_state(context, first, 15, replace(DOCTOR, ip_address="127.0.0.2"))
    read_employee(context, first, DOCTOR)
    assert len(looks(context)) == 6


def test_who_does_not_exist_is_not_written_down_as_looked_at(sqlite_context: Context) -> None:
    with pytest.raises(NotFound):
        read_employee_state(sqlite_context, 99, 15, DOCTOR)
    assert looks(sqlite_context) == []


def test_what_cannot_be_written_down_is_not_shown_and_not_taken_for_written(sqlite_context: Context) -> None:
    context, employee = sqlite_context, enrol(sqlite_context)
    with context.database.write() as connection:
        connection.execute(text("PRAGMA query_only = ON"))
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            read_employee_state(context, employee, 15, DOCTOR)
    with context.database.engine.connect() as connection:
        connection.execute(text("PRAGMA query_only = OFF"))
    context.database.engine.dispose()
    read_employee_state(context, employee, 15, DOCTOR)
    assert looks(context) == [("doctora", None)]


def test_readers_at_once_are_one_row_and_their_number(sqlite_context: Context) -> None:
    context, employee = sqlite_context, enrol(sqlite_context)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read_employee_state(context, employee, 15, DOCTOR), range(20)))
    record_repetitions(context, is_ending=True)
    assert looks(context) == [("doctora", None), ("doctora", 19)]


def test_a_screen_that_asks_again_sees_what_is_new_and_is_counted_when_the_backend_stops(
    live: LiveBackend, clock: FakeClock
) -> None:
    employee = enrol(live.context)
    for count in range(5):
        state = requests.get(f"{live.url}/api/employees/{employee}/status", timeout=10).json()
        assert state["summary"]["total_detections"] == count
        add_detection(live.context, employee_id=employee, emotion="happy", emotion_confidence=0.9)
    assert looks(live.context) == [(None, None)]
    record_repetitions(live.context, is_ending=True)
    assert looks(live.context) == [(None, None), (None, 4)]
