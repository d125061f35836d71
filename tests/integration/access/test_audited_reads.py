"""Audited reads of one person's data: on disk before the response, repetitions as a count."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from stressvision.api.app import create_app
from stressvision.api.backend import Pace
from stressvision.api.websocket import stream_audit
from stressvision.core.errors import DatabaseUnavailable, NotFound
from stressvision.db.queries.auth.accounts import NewAccount, insert_account
from stressvision.db.schema.tables import audit_log
from stressvision.domain.auth import Role
from stressvision.ingest.application import create_application
from stressvision.services.audit import record_repetitions
from stressvision.services.auth.tokens import add_token
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import read_employee, read_employee_state
from stressvision.services.reads import SPAN
from stressvision.services.reports.creation import write_due_reports
from stressvision.wire.access import TokenRequest
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import bearing
from tests.integration.conftest import enrol
from tests.integration.live_backend import LiveBackend, add_detection, raise_alert, serve
from tests.programs.running import wait_until

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
def live(usual_context: Context) -> Iterator[LiveBackend]:
    with serve(usual_context) as running:
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


def test_other_reader_person_or_action_is_not_a_repetition(usual_context: Context) -> None:
    context = usual_context
    first, second = enrol(context, "EMP001"), enrol(context, "EMP002")
    read_employee_state(context, first, 15, DOCTOR)
    read_employee_state(context, second, 15, DOCTOR)
    read_employee_state(context, first, 60, DOCTOR)
    read_employee_state(context, first, 15, replace(DOCTOR, user_id="otra"))
    read_employee_state(context, first, 15, replace(DOCTOR, ip_address="127.0.0.2"))
    read_employee(context, first, DOCTOR)
    assert len(looks(context)) == 6


def test_read_of_unknown_employee_is_not_audited(usual_context: Context) -> None:
    with pytest.raises(NotFound):
        read_employee_state(usual_context, 99, 15, DOCTOR)
    assert looks(usual_context) == []


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


def test_concurrent_reads_are_one_row_and_a_count(usual_context: Context) -> None:
    context, employee = usual_context, enrol(usual_context)
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


def accesses(context: Context) -> list[tuple[str | None, str | None, int | None]]:
    """Return the user, action and employee of every row about an employee, in order."""
    query = select(audit_log.c.user_id, audit_log.c.action, audit_log.c.entity_id)
    with context.database.read() as connection:
        rows = connection.execute(query.where(audit_log.c.entity_type == "employee").order_by(audit_log.c.id))
        return [(row.user_id, row.action, row.entity_id) for row in rows if row.action not in {"enrol"}]


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/api/alerts?status=all", "read_alerts"),
        ("/api/reports", "read_report"),
        ("/api/reports/1", "read_report"),
        ("/api/dashboard/stats", "read_statistics"),
        ("/api/reports/daily/2026-11-22", "read_daily_summary"),
        ("/stats", "read_statistics"),
    ],
)
def test_each_person_in_a_list_is_a_row_once_per_reader_and_some_minutes(
    usual_context: Context, clock: FakeClock, path: str, action: str
) -> None:
    context = usual_context
    people = [enrol(context, "EMP001"), enrol(context, "EMP002")]
    for employee_id in people:
        raise_alert(context, employee_id)
    clock.advance(minutes=15)
    write_due_reports(context, timedelta(minutes=15))
    clock.advance(seconds=1)
    doctors = [bearing(token) for token in give_two_doctors(context)]
    ingest = create_application(context).test_client()
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        for headers in (doctors[0], doctors[0], doctors[1]):
            answer = ingest.get(path, headers=headers) if path == "/stats" else client.get(path, headers=headers)
            assert answer.status_code == 200
        expected = [(f"dra.{name}", action, employee_id) for name in ("uno", "dos") for employee_id in people]
        assert accesses(context) == expected
        clock.advance(minutes=6)
        record_repetitions(context)
    assert len(accesses(context)) == len(expected) + len(people)


def give_two_doctors(context: Context) -> list[str]:
    now = context.clock()
    with context.database.write() as connection:
        for name in ("dra.uno", "dra.dos"):
            insert_account(connection, NewAccount(name, str(Role.HEALTH), "", None, now, now))
    return [add_token(context, TokenRequest(account=name), Actor()).token for name in ("dra.uno", "dra.dos")]


def test_gallery_read_of_a_device_is_a_row_per_version(usual_context: Context) -> None:
    context = usual_context
    person = enrol(context)
    client = create_application(context).test_client()
    answer = client.get("/gallery")
    for _ in range(3):
        assert client.get("/gallery", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    with context.database.read() as connection:
        query = select(audit_log.c.details).where(audit_log.c.action == "read_gallery")
        details = connection.execute(query).scalars().all()
    assert [each["employees"] for each in details] == [[person]]


def test_follower_is_a_row_at_start_and_end_with_the_people_it_saw(live: LiveBackend) -> None:
    context, person, other = live.context, enrol(live.context, "EMP001"), enrol(live.context, "EMP002")
    with live.follow() as follower:
        follower.receive()
        assert stream_rows(context) == [("stream_started", None)]
        add_detection(context, employee_id=person)
        follower.receive_events(1)
        follower.send({"type": "subscribe", "events": ["alert"]})
        while follower.receive()["type"] != "subscribed":
            pass
        add_detection(context, employee_id=other)
    wait_until(lambda: len(stream_rows(context)) == 2, "the end is recorded")
    assert stream_rows(context) == [("stream_started", None), ("stream_ended", [person])]
    wait_until(lambda: (None, "stream_events", person) in accesses(context), "the person's row")
    assert (None, "stream_events", other) not in accesses(context)


def test_long_follower_is_a_row_each_quarter_of_an_hour(
    usual_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_audit, "STREAM_SPAN", timedelta(milliseconds=50))
    person = enrol(usual_context)
    with serve(usual_context, Pace()) as live, live.follow() as follower:
        follower.receive()
        add_detection(usual_context, employee_id=person)
        follower.receive_events(1)
        wait_until(lambda: ("stream_continued", [person]) in stream_rows(usual_context), "progress is recorded")


def stream_rows(context: Context) -> list[tuple[str | None, list[int] | None]]:
    query = select(audit_log.c.action, audit_log.c.details).where(audit_log.c.entity_type == "stream")
    with context.database.read() as connection:
        rows = connection.execute(query.order_by(audit_log.c.id)).all()
    return [(row.action, (row.details or {}).get("employees")) for row in rows]
