"""Lists of alerts over REST: filters, search, order, pages; outcomes, and decisions that are taken back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.db.queries.alerts.alerts import NewAlert, insert_alert
from stressvision.services.alerts.decisions import acknowledge_alert, undo_decision
from stressvision.services.context import Actor, Context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import serve

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
STORY = (
    # hours ago, employee, type, severity
    (30, "EMP001", "high_stress_prolonged", "medium"),
    (5, "EMP002", "high_stress_prolonged", "high"),
    (4, "EMP001", "fatigue_prolonged", "low"),
    (3, "EMP001", "high_stress_prolonged", "high"),
    (1, None, "device_silent", "medium"),
)


@pytest.fixture
def context(usual_context: Context, clock: FakeClock) -> Context:
    clock.now = NOW
    people = {"EMP001": enrol(usual_context), "EMP002": enrol(usual_context, "EMP002", "Íñigo Núñez Peña")}
    with usual_context.database.write() as connection:
        connection.exec_driver_sql("UPDATE employees SET department = 'Envasado', shift = 'night' WHERE id = 2")
        for hours, code, alert_type, severity in STORY:
            at = NOW - timedelta(hours=hours)
            device = None if code else "pi-envasado-02"
            insert_alert(
                connection,
                NewAlert(at, alert_type, severity, "x", at, employee_id=people.get(code or ""), device_id=device),
            )
    return usual_context


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def get(client: TestClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def ids(client: TestClient, query: str) -> list[int]:
    answer = get(client, f"/api/alerts?{query}")
    found = [alert["id"] for alert in answer["alerts"]]
    assert answer["total"] >= len(found)
    return found


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4, 3, 2, 1]),
        ("order=urgent", [2, 4, 1, 3]),
        ("severity=high", [4, 2]),
        ("kind=fatigue", [3]),
        ("kind=stress", [4, 2, 1]),
        ("department=Envasado", [2]),
        ("shift=morning&severity=high", [4]),
        ("search=inigo%20PENA", [2]),
        ("search=emp001", [4, 3, 1]),
        ("search=nobody", []),
        ("search=ENVASADO-02&about=devices", [5]),
        ("search=ENVASADO-02&about=all", [5]),
        ("start_date=2026-11-22T10:30:00Z", [4, 3, 2]),
        ("end_date=2026-11-21", [1]),
        ("id=1&id=3", [3, 1]),
        ("id=999", []),
        ("status=open", [4, 3, 2, 1]),
        ("employee_id=2&status=all", [2]),
        ("limit=2&page=1&order=urgent", [1, 3]),
        ("limit=3&page=1", [1]),
    ],
)
def test_list_is_filtered_on_the_server(client: TestClient, query: str, expected: list[int]) -> None:
    assert ids(client, query) == expected


def test_total_counts_what_the_filter_finds(client: TestClient) -> None:
    assert get(client, "/api/alerts?department=Envasado&limit=1")["total"] == 1
    assert get(client, "/api/alerts?search=torres&limit=1")["total"] == 3


def test_cursor_works_within_a_filter(client: TestClient) -> None:
    first = get(client, "/api/alerts?severity=high&limit=1")
    assert [alert["id"] for alert in first["alerts"]] == [4]
    second = get(client, f"/api/alerts?severity=high&limit=1&cursor={first['next_cursor']}")
    assert [alert["id"] for alert in second["alerts"]] == [2]
    assert second["next_cursor"] is None


def test_alert_names_area_and_shift(client: TestClient) -> None:
    (alert,) = get(client, "/api/alerts?employee_id=2")["alerts"]
    assert (alert["department"], alert["shift"]) == ("Envasado", "night")


@pytest.mark.parametrize("query", ["id=0", "severity=grave", "page=-1", "start_date=ayer"])
def test_wrong_filter_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/api/alerts?{query}").status_code == 422


def decide(client: TestClient, alert_id: int, action: str, **body: object) -> Any:
    return client.post(f"/api/alerts/{alert_id}/{action}", json={"user_id": "doctora", **body})


def test_outcomes_are_counted_with_their_interval(client: TestClient) -> None:
    none = get(client, "/api/alerts/outcomes")
    assert (none["useful_share"], none["useful_share_low"], none["unstated"]) == (None, None, 0)
    for alert_id, outcome in ((1, "useful"), (2, "useful"), (3, "false_alarm")):
        assert decide(client, alert_id, "resolve", outcome=outcome).json()["alert"]["outcome"] == outcome
    decide(client, 4, "resolve")
    found = get(client, "/api/alerts/outcomes?days=7")
    assert (found["useful"], found["false_alarm"], found["unclear"], found["unstated"]) == (2, 1, 0, 1)
    assert found["useful_share"] == pytest.approx(2 / 3)
    assert (found["useful_share_low"], found["useful_share_high"]) == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert decide(client, 4, "resolve", outcome="perhaps").status_code == 422


def test_decisions_are_taken_back_step_by_step(client: TestClient) -> None:
    decide(client, 1, "acknowledge")
    resolved = decide(client, 1, "resolve", notes="Pausa", outcome="useful").json()["alert"]
    undone = decide(client, 1, "undo", version=resolved["version"]).json()["alert"]
    assert (undone["status"], undone["outcome"], undone["resolution_notes"]) == ("acknowledged", None, None)
    assert undone["version"] > resolved["version"]
    again = decide(client, 1, "undo").json()["alert"]
    assert (again["status"], again["acknowledged_by"], again["acknowledged_at"]) == ("pending", None, None)
    history = get(client, "/api/alerts/1")["history"]
    assert [step["kind"] for step in history][-4:] == ["acknowledged", "resolved", "reopened", "reopened"]
    assert [step["notes"] for step in history if step["kind"] == "resolved"] == ["Pausa"]
    assert decide(client, 1, "acknowledge", version=again["version"]).status_code == 200


def test_only_the_author_takes_back_for_minutes(client: TestClient, clock: FakeClock) -> None:
    assert decide(client, 1, "undo").status_code == 409, "nothing was decided"
    decide(client, 1, "acknowledge")
    assert decide(client, 1, "undo", user_id="otra").status_code == 409
    assert decide(client, 1, "undo", version=0).status_code == 409, "another version was seen"
    clock.advance(minutes=11)
    late = decide(client, 1, "undo")
    assert late.status_code == 409
    assert "diez minutos" in late.json()["detail"]


def test_decision_of_a_version_before_an_undo_is_a_conflict(client: TestClient) -> None:
    seen = get(client, "/api/alerts/1")["version"]
    decide(client, 1, "acknowledge")
    decide(client, 1, "undo")
    assert decide(client, 1, "acknowledge", user_id="enfermera", version=seen).status_code == 409


def test_reopened_alert_is_announced(context: Context) -> None:
    doctor = Actor(user_id="doctora")
    with serve(context) as live, live.follow() as follower:
        assert follower.receive()["type"] == "connected"
        acknowledge_alert(context, 1, doctor)
        undo_decision(context, 1, doctor)
        acknowledged, reopened = follower.receive_events(2)
    assert acknowledged["type"] == "alert_acknowledged"
    assert reopened.items() >= {"type": "alert_reopened", "alert_id": 1, "status": "pending"}.items()


def test_newest_pending_alert_of_high_severity(client: TestClient) -> None:
    assert get(client, "/api/dashboard/overview")["newest_high_alert"] == 4
    decide(client, 4, "acknowledge")
    assert get(client, "/api/dashboard/overview")["newest_high_alert"] == 2
