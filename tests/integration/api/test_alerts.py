"""Alerts over REST and WebSocket: history, notes, silences, escalation, notification state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from stressvision.api.app import create_app
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.context import Context
from tests.conftest import FakeClock
from tests.integration.conftest import configured, enrol
from tests.integration.live_backend import add_detection, raise_alert, serve

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.fixture
def context(usual_context: Context, clock: FakeClock) -> Context:
    clock.now = NOW
    addresses = (SecretStr("json://usuario:clave-secreta@127.0.0.1:9/gancho"),)
    return configured(usual_context, notify_urls=addresses)


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def get(client: TestClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def test_alert_detail_has_history_and_notes(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    client.post("/api/alerts/1/acknowledge", json={"user_id": "doctora"})
    noted = client.post("/api/alerts/1/notes", json={"user_id": "enfermera", "notes": "Pausa"})
    assert noted.status_code == 200, noted.text
    alert = get(client, "/api/alerts/1")
    assert alert == noted.json()
    assert [(step["kind"], step["user_id"]) for step in alert["history"]] == [
        ("raised", None),
        ("acknowledged", "doctora"),
        ("noted", "enfermera"),
    ]
    assert sum(minute["events"] for minute in alert["evidence_minutes"]) == alert["evidence_events"] == 10
    assert client.get("/api/alerts/2").status_code == 404


@pytest.mark.parametrize(
    "body", [{"user_id": "a"}, {"user_id": "a", "notes": "  "}, {"notes": "x"}, {"user_id": "a", "notes": "x\0"}]
)
def test_note_without_text_or_author_is_rejected(client: TestClient, context: Context, body: object) -> None:
    raise_alert(context, enrol(context))
    assert client.post("/api/alerts/1/notes", json=body).status_code == 422
    assert client.post("/api/alerts/1/notes?user_id=%00", json={"notes": "x"}).status_code == 422


def test_device_alerts_are_listed_on_request(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    with context.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO alerts (timestamp, device_id, alert_type, status)"
            " VALUES ('2026-11-22 15:00:00.000', 'cam-1', 'device_silent', 'pending')"
        )
    counts = {about: get(client, f"/api/alerts?about={about}")["total"] for about in ("people", "devices", "all")}
    assert counts == {"people": 1, "devices": 1, "all": 2}
    assert get(client, "/api/alerts")["total"] == 1
    assert get(client, "/api/dashboard/overview")["pending_alerts"] == 1


def test_silence_is_created_listed_and_ended(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    add_detection(context)
    wanted = {"employee_id": employee, "ends_at": "2026-11-22T18:00:00-05:00", "reason": "Ya atendido"}
    assert client.post("/api/silences", json=wanted).json()["errors"][0]["field"] == "user_id"
    begun = client.post("/api/silences?user_id=doctora", json=wanted)
    assert begun.status_code == 200, begun.text
    assert begun.json().items() >= {"created_by": "doctora", "ends_at": "2026-11-22T23:00:00.000Z"}.items()
    raise_alert(context, employee)
    (silence,) = get(client, "/api/silences")["silences"]
    assert silence["silenced"][0]["details"]["alert_type"] == "high_stress_prolonged"
    assert get(client, "/api/alerts")["total"] == 0
    ended = client.delete(f"/api/silences/{silence['id']}?user_id=enfermera")
    assert ended.json()["ended_by"] == "enfermera"
    assert get(client, "/api/silences")["total"] == 0
    assert get(client, "/api/silences?past=true")["total"] == 1
    assert client.delete("/api/silences/99?user_id=a").status_code == 404


def test_notification_state_has_no_addresses(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    queue = get(client, "/api/notifications")
    assert queue.items() >= {"configured": True, "waiting": 1, "failed": 0, "failing_since": None}.items()
    assert queue["targets"][0]["label"] == "json://127.0.0.1:9"
    metrics = client.get("/metrics").text
    assert 'stressvision_notifications{state="waiting"} 1.0' in metrics
    assert "stressvision_notifications_failing_seconds 0.0" in metrics
    assert not [secret for secret in ("clave-secreta", "gancho") if secret in metrics + str(queue)]


def test_escalation_reaches_websocket_once(context: Context, clock: FakeClock) -> None:
    with serve(context) as live, live.follow() as follower:
        assert follower.receive()["type"] == "connected"
        raise_alert(context, enrol(context))
        clock.advance(minutes=20)
        assert escalate_due(context) == (1,)
        assert escalate_due(context) == ()
        add_detection(context)
        *_, escalated, last = follower.receive_events(13)
    assert escalated.items() >= {"type": "alert_escalated", "alert_id": 1, "escalation_level": 1}.items()
    assert last["type"] == "detection"
