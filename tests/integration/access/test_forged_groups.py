"""Forged detections of further people do not disclose the figures of one person."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from stressvision.core.notice_routes import NoticeRoute
from stressvision.db.queries.reports.summaries import mark_stale
from stressvision.domain.auth import Role
from stressvision.http.permissions import EVENTS, PERMISSIONS, Learns
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import read_queue
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import asking, bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.reporter.test_notices import notifying

QUARTER = timedelta(minutes=15)


def post(client: TestClient, token: str, employee_id: int, at: str, emotion: str = "sad") -> None:
    body = {
        "device_id": "cam-1",
        "timestamp": at,
        "employee_id": employee_id,
        "recognition_confidence": 0.9,
        "emotion": emotion,
        "emotion_confidence": 0.9,
    }
    assert client.post("/api/detections", json=body, headers=bearing(token)).status_code == 200


@contextmanager
def plant_with_one_person(context: Context) -> Iterator[tuple[TestClient, dict[Role, str], list[int], str]]:
    """Yield a client, the tokens, five people of whom the first was seen, and the time at which."""
    tokens = give_tokens(context)
    people = [enrol(context, f"EMP00{number}") for number in range(1, 6)]  # of one department
    at = context.clock().isoformat()
    with asking(context) as client:
        post(client, tokens[Role.DEVICE], people[0], at)
        yield client, tokens, people, at


def test_no_answer_or_event_gives_an_administrator_figures_of_a_group() -> None:
    """An administrator can issue the token that makes any group large enough."""
    levels = {row.learns.get(Role.ADMIN) for row in PERMISSIONS if row.learns} | {
        event.get(Role.ADMIN) for event in EVENTS.values()
    }
    assert levels <= {None, Learns.NOTHING, Learns.ACCOUNTS, Learns.RECORDS}


def test_administrator_who_forges_a_group_gets_no_figure(usual_context: Context, clock: FakeClock) -> None:
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at, "neutral")
        clock.advance(minutes=15)
        write_due_reports(usual_context, QUARTER)
        own = bearing(tokens[Role.ADMIN])
        overview = client.get("/api/dashboard/overview", headers=own).json()
        reads = ("/api/dashboard/stats", "/api/reports", "/api/reports/daily/2026-11-22", "/api/plant/week/2026-11-22")
        assert {client.get(path, headers=own).status_code for path in reads} == {403}
    figures = ("detections_last_hour", "employees_detected_last_hour", "overall_stress_percentage", "pending_alerts")
    assert [overview[name] for name in figures] == [None] * 4
    assert (overview["withheld"], overview["total_employees"]) == (True, 5)


def read_all(client: TestClient, token: str) -> list[str]:
    """Return the figures that a plant manager gets of the day."""
    paths = (
        "/api/dashboard/stats?hours=48",
        "/api/reports",
        "/api/reports/daily/2026-11-22",
        "/api/plant/week/2026-11-22",
    )
    answers = [client.get(path, headers=bearing(token)) for path in paths]
    assert {answer.status_code for answer in answers} == {200}
    return [re.sub(r'"generated_at":"[^"]+"', "", answer.text) for answer in answers]


@pytest.mark.parametrize("late", [timedelta(minutes=2), timedelta(minutes=20), timedelta(hours=20)])
def test_late_detections_of_others_disclose_no_past_window(
    usual_context: Context, clock: FakeClock, late: timedelta
) -> None:
    """A window of one person stays withheld: who holds a device's token chooses the times of what it posts."""
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        clock.advance(minutes=15)
        write_due_reports(usual_context, QUARTER)
        clock.advance(seconds=late.total_seconds())
        before = read_all(client, tokens[Role.VIEWER])
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at, "neutral")
        write_due_reports(usual_context, QUARTER)
        write_due_summaries(usual_context)
        assert read_all(client, tokens[Role.VIEWER]) == before
        whole = client.get("/api/reports", headers=bearing(tokens[Role.HEALTH])).json()
    assert [report["total_employees_detected"] for report in whole["reports"]] == [5]


def test_window_first_reported_long_after_its_end_counts_what_arrived_in_time(
    usual_context: Context, clock: FakeClock
) -> None:
    """No reporter ran meanwhile: the window has no earlier decision that could be kept."""
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        clock.advance(minutes=60)
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at, "neutral")
        write_due_reports(usual_context, QUARTER)
        shown = client.get("/api/reports", headers=bearing(tokens[Role.VIEWER])).json()
    assert (shown["reports"], shown["total"]) == ([], 0)


def test_figures_of_a_shown_window_are_not_revised(usual_context: Context, clock: FakeClock) -> None:
    """The difference of two versions would be the person whose device was late."""
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at, "neutral")
        clock.advance(minutes=15)
        write_due_reports(usual_context, QUARTER)
        clock.advance(minutes=20)
        before = read_all(client, tokens[Role.VIEWER])
        post(client, tokens[Role.DEVICE], people[0], at)
        write_due_reports(usual_context, QUARTER)
        assert read_all(client, tokens[Role.VIEWER]) == before
        assert '"total":1' in before[1]
        whole, events = (
            client.get("/api/reports", headers=bearing(tokens[Role.HEALTH])).json()["reports"][0],
            read_report_events(client, tokens[Role.VIEWER]),
        )
    assert (whole["total_detections"], whole["revision"]) == (6, 1)
    assert [event["revision"] for event in events] == [0]


def test_erasure_changes_no_shown_figure(usual_context: Context, clock: FakeClock) -> None:
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at, "neutral")
        clock.advance(minutes=15)
        write_due_reports(usual_context, QUARTER)
        clock.advance(hours=26)
        write_due_summaries(usual_context)
        before = read_all(client, tokens[Role.VIEWER])
        erase_person(usual_context, people[0], Actor(role=Role.HEALTH))
        with usual_context.database.write() as connection:
            mark_stale(connection, date(2026, 11, 22))
            (stored,) = connection.exec_driver_sql("SELECT CAST(public_figures AS TEXT) FROM reports_15min").scalars()
        write_due_summaries(usual_context)
        assert read_all(client, tokens[Role.VIEWER]) == before
    assert f'"{people[0]}"' not in stored
    assert '"departments":[{' in before[2]


def test_window_that_overlaps_a_shown_one_of_another_length_is_not_shown(
    usual_context: Context, clock: FakeClock
) -> None:
    """Twenty minutes minus a quarter of an hour would be five minutes, of one person."""
    with plant_with_one_person(usual_context) as (_, tokens, people, at), asking(usual_context) as client:
        for employee_id in people[1:]:
            post(client, tokens[Role.DEVICE], employee_id, at)
        clock.advance(minutes=20)
        write_due_reports(usual_context, QUARTER)
        write_due_reports(usual_context, timedelta(minutes=20))
        with usual_context.database.read() as connection:
            query = "SELECT window_minutes, public_figures IS NOT NULL FROM reports_15min ORDER BY window_minutes"
            assert connection.exec_driver_sql(query).all() == [(15, 1), (20, 0)]


def test_answer_to_a_device_states_no_alert(usual_context: Context) -> None:
    """The number of further detections after which an alert is due would be that of the person's own ones."""
    with plant_with_one_person(usual_context) as (client, tokens, people, at):
        body = {"device_id": "cam-1", "timestamp": at, "employee_id": people[0], "emotion": "sad"}
        answers = [
            client.post(
                "/api/detections", json={**body, "emotion_confidence": 0.9}, headers=bearing(tokens[Role.DEVICE])
            ).json()
            for _ in range(12)
        ]
        alerts = client.get("/api/alerts", headers=bearing(tokens[Role.HEALTH])).json()
    assert {answer["alert_created"] for answer in answers} == {None}
    assert alerts["total"] == 1


def read_report_events(client: TestClient, token: str) -> list[dict[str, Any]]:
    events = []
    with client.websocket_connect("/ws?since=0", headers={**bearing(token), "Host": "localhost"}) as socket:
        socket.send_json({"type": "ping"})
        while (message := socket.receive_json())["type"] != "pong":
            events += [message] if message["type"] == "report" else []
    return events


def test_message_announces_only_reports_that_are_shown(usual_context: Context, clock: FakeClock) -> None:
    """An administrator chooses the recipients: each message would state that somebody was seen in the window."""
    manager = NoticeRoute(
        name="Jefatura", account="cuenta.viewer", events=("reports",), address=SecretStr("json://127.0.0.1:9/x")
    )
    telling = notifying(usual_context, notify_routes=(manager,))
    with plant_with_one_person(telling) as (client, tokens, people, _):
        clock.advance(minutes=15)
        write_due_reports(telling, QUARTER)
        assert read_queue(telling).waiting == 0
        for employee_id in people:
            post(client, tokens[Role.DEVICE], employee_id, clock().isoformat(), "neutral")
        clock.advance(minutes=15)
        write_due_reports(telling, QUARTER)
    assert read_queue(telling).waiting == 1
