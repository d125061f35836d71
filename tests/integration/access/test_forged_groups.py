"""Forged detections of further people do not disclose the figures of one person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from fastapi.testclient import TestClient

from stressvision.domain.auth import Role
from stressvision.http.permissions import EVENTS, PERMISSIONS, Learns
from stressvision.services.context import Context
from stressvision.services.reports.creation import write_due_reports
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import asking, bearing, give_tokens
from tests.integration.conftest import enrol

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
    people = [enrol(context, f"EMP00{number}") for number in range(1, 6)]
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
