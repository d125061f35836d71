"""One person over REST: figures by minute, hour and day, their usual level, and the time line of their alerts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.services.context import Context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def see(context: Context, employee_id: int, emotion: str | None, times: int) -> None:
    for ago in range(times):
        confidence = 0.9 if emotion else None
        at = context.clock() - timedelta(seconds=ago % 25)
        add_detection(context, employee_id=employee_id, emotion=emotion, emotion_confidence=confidence, timestamp=at)


def test_every_detection_counts_not_the_last_hundred(client: TestClient, context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    see(context, ana, "fatigue", 120)
    clock.advance(hours=3)
    see(context, ana, "neutral", 60)
    see(context, ana, None, 2)
    for unit, points in (("minute", 2), ("hour", 2), ("day", 1)):
        hours = 48 if unit == "day" else 24
        answer = client.get(f"/api/employees/{ana}/figures?by={unit}&hours={hours}").json()
        assert answer["total_detections"] == 182
        assert answer["emotion_counts"] == {"neutral": 60, "happy": 0, "stress": 0, "sad": 0, "fatigue": 120}
        assert answer["fatigue_pct"] == 65.93
        assert [point["total_detections"] for point in answer["points"]] in ([120, 62], [182])
        assert len(answer["points"]) == points


def test_hours_are_compared_with_the_same_hour_of_earlier_days(
    client: TestClient, context: Context, clock: FakeClock
) -> None:
    ana = enrol(context)
    for stressed in (10, 20, 30):
        see(context, ana, "stress", stressed)
        see(context, ana, "neutral", 100 - stressed)
        clock.advance(days=1)
    see(context, ana, "stress", 60)
    (point,) = client.get(f"/api/employees/{ana}/figures?by=hour&hours=1").json()["points"]
    assert point["stress_pct"] == 100.0
    assert point["usual"] == {"stress_pct": 20.0, "fatigue_pct": 0.0, "days": 3}
    clock.advance(hours=1)
    see(context, ana, "stress", 60)
    assert client.get(f"/api/employees/{ana}/figures?by=hour&hours=1").json()["points"][-1]["usual"] is None


def test_period_is_limited_by_unit(client: TestClient, context: Context) -> None:
    ana = enrol(context)
    refused = client.get(f"/api/employees/{ana}/figures?by=minute&hours=49")
    assert refused.status_code == 422
    assert "Por minuto" in refused.json()["detail"]
    assert client.get("/api/employees/99/figures").status_code == 404
    assert client.get("/api/employees/99/timeline").status_code == 404


def test_timeline_has_alerts_notes_and_pauses(client: TestClient, context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    raise_alert(context, ana)
    clock.advance(minutes=5)
    note = {"user_id": "dra", "notes": "Conversación en planta"}
    assert client.post("/api/alerts/1/notes", json=note).status_code == 200
    clock.advance(minutes=5)
    ends = (context.clock() + timedelta(hours=1)).isoformat()
    pause = {"employee_id": ana, "ends_at": ends, "reason": "Pausa acordada", "user_id": "dra"}
    assert client.post("/api/silences", json=pause).status_code == 200
    clock.advance(hours=2)
    answer = client.get(f"/api/employees/{ana}/timeline?days=1").json()
    found = [(event["kind"], event["notes"]) for event in answer["events"]]
    assert found[:3] == [
        ("pause_ended", None),
        ("pause_begun", "Pausa acordada"),
        ("noted", "Conversación en planta"),
    ]
    assert ("raised", None) in found
    assert answer["total"] == len(found)
    actions = [
        entry["action"] for entry in client.get(f"/api/audit?entity_type=employee&entity_id={ana}").json()["entries"]
    ]
    assert "read_person_events" in actions
