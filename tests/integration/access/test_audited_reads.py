"""Audited reads of one person's data: on disk before the response, repetitions as a count."""

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
    """Return the user and the number of repetitions of every row, in order."""
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


def test_first_read_is_a_row_and_repetitions_are_one_more(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    for _ in range(4):
        read_employee_state(context, employee, 15, DOCTOR)
    assert looks(context) == [("doctora", None)]
    clock.advance(seconds=SPAN.total_seconds())
    record_repetitions(context)
    record_repetitions(context)
    assert looks(context) == [("doctora", None), ("doctora", 3)]


def test_read_after_the_span_is_a_new_row_and_writes_the_repetitions(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    for _ in range(3):
        read_employee_state(context, employee, 15, DOCTOR)
    clock.advance(seconds=SPAN.total_seconds())
    read_employee_state(context, employee, 15, DOCTOR)
    assert looks(context) == [("doctora", None), ("doctora", 2), ("doctora", None)]


def test_other_reader_person_or_action_is_not_a_repetition(sqlite_context: Context) -> None:
    context = sqlite_context
    first, second = enrol(context, "EMP001"), enrol(context, "EMP002")
    read_employee_state(context, first, 15, DOCTOR)
    read_employee_state(context, second, 15, DOCTOR)
    read_employee_state(context, first, 60, DOCTOR)
    read_employee_state(context, first, 15, replace(DOCTOR, user_id="otra"))
    read_employee_state(context, first, 15, replace(DOCTOR, ip_address="127.0.0.2"))
    read_employee(context, first, DOCTOR)
    assert len(looks(context)) == 6


def test_read_of_unknown_employee_is_not_audited(sqlite_context: Context) -> None:
    with pytest.raises(NotFound):
        read_employee_state(sqlite_context, 99, 15, DOCTOR)
    assert looks(sqlite_context) == []


def test_read_that_cannot_be_audited_is_refused_and_not_counted(sqlite_context: Context) -> None:
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


def test_concurrent_reads_are_one_row_and_a_count(sqlite_context: Context) -> None:
    context, employee = sqlite_context, enrol(sqlite_context)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: read_employee_state(context, employee, 15, DOCTOR), range(20)))
    record_repetitions(context, is_ending=True)
    assert looks(context) == [("doctora", None), ("doctora", 19)]


def test_polling_client_sees_new_data_and_is_counted_when_the_backend_stops(
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
