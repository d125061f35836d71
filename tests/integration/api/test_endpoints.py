"""Answers of each endpoint over real rows, with the keys that earlier clients read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.services.context import Context
from stressvision.services.reports.creation import write_manual_report
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)


@pytest.fixture
def context(usual_context: Context, clock: FakeClock) -> Context:
    clock.now = NOW
    return usual_context


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def get(client: TestClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def test_root_lists_addresses(client: TestClient) -> None:
    card = get(client, "/")
    assert card["service"] == "stressvision-backend"
    assert card["docs"].endswith("/api/docs")
    assert card["websocket"].endswith("/ws")
    assert card["dashboard"].endswith(":8501")


def test_health_and_readiness(client: TestClient) -> None:
    assert get(client, "/health").items() >= {"status": "healthy", "database": "connected"}.items()
    assert get(client, "/ready") == {"ready": True, "missing": []}


def test_employees_are_returned_without_embeddings(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    listed = get(client, "/api/employees")
    assert listed["total"] == 1
    assert listed["employees"] == [get(client, f"/api/employees/{employee}")]
    assert listed["employees"][0].items() >= {"id": employee, "employee_code": "EMP001", "is_active": True}.items()
    assert "face_embedding" not in listed["employees"][0]


def test_employee_status(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    add_detection(context, employee_id=employee, emotion="sad", emotion_confidence=0.7)
    add_detection(context, employee_id=employee, emotion="happy", emotion_confidence=0.9)
    hours_ago = NOW - timedelta(hours=2)
    add_detection(context, employee_id=employee, emotion="sad", emotion_confidence=0.9, timestamp=hours_ago)
    state = get(client, f"/api/employees/{employee}/status?minutes=15")
    assert state["employee_id"] == employee
    assert state["live_status"]["emotion"] == "happy"
    assert len(state["recent_detections"]) == 2
    assert state["summary"] == {
        "total_detections": 2,
        "emotion_counts": {"happy": 1, "sad": 1},
        "stress_percentage": 50.0,
        "period_minutes": 15,
    }
    assert get(client, f"/api/employees/{employee}/status?minutes=150")["summary"]["total_detections"] == 3


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("?device_id=cam-7&location=Linea", None),
        ("", {"device_id": "cam-7", "location": "Linea"}),
        ("?device_id=cam-7", {"location": "Linea"}),
    ],
)
def test_session_opens_from_query_or_body_and_ends(client: TestClient, query: str, body: object) -> None:
    opened = client.post(f"/api/sessions{query}", json=body)
    assert opened.status_code == 200, opened.text
    session = opened.json()["session_id"]
    assert opened.json() == {"session_id": session, "device_id": "cam-7"}
    assert get(client, "/api/devices")["devices"][0].items() >= {"device_id": "cam-7", "location": "Linea"}.items()
    ended = client.post(f"/api/sessions/{session}/end", json={"fps_avg": 24.5, "frames_processed": 300})
    assert ended.json() == {"status": "ok", "session_id": session}
    assert get(client, "/api/devices")["devices"][0]["active_session_id"] is None


def test_session_without_device_names_missing_field(client: TestClient) -> None:
    response = client.post("/api/sessions", json={"location": "Linea"})
    assert response.status_code == 422
    assert response.json()["errors"] == [{"field": "device_id", "message": "falta este campo"}]


def test_detection_is_stored_once(client: TestClient) -> None:
    detection = {
        "type": "detection",
        "event_id": "7f8c2b60-1f1e-4a3e-9f57-0d9b5c3f8a11",
        "device_id": "cam-1",
        "timestamp": "2026-11-22T10:29:58-05:00",
        "bounding_box": {"x": 1, "y": 2, "w": 3, "h": 4},
    }
    first, second = (client.post("/api/detections", json=detection) for _ in range(2))
    assert first.json().items() >= {"status": "ok", "alert_created": False}.items()
    assert second.json()["detection_id"] == first.json()["detection_id"]
    exported = get(client, "/api/export/detections")
    assert exported["total"] == 1
    assert exported["detections"][0]["timestamp"] == "2026-11-22T15:29:58.000Z"


def test_alerts_are_pending_by_default_and_all_on_request(client: TestClient, context: Context) -> None:
    ana, luis = enrol(context), enrol(context, "EMP002", "Luis Rojas")
    raise_alert(context, ana)
    raise_alert(context, luis)
    first = get(client, f"/api/alerts?employee_id={ana}")["alerts"][0]
    assert first.items() >= {"employee_id": ana, "severity": "high", "status": "pending"}.items()
    client.post(f"/api/alerts/{first['id']}/resolve", json={"user_id": "doctora", "notes": "Conversado"})
    assert [alert["employee_id"] for alert in get(client, "/api/alerts")["alerts"]] == [luis]
    everything = get(client, "/api/alerts?status=all&limit=1")
    assert (len(everything["alerts"]), everything["total"]) == (1, 2)
    assert get(client, "/api/alerts?status=resolved")["alerts"][0]["resolution_notes"] == "Conversado"


@pytest.mark.parametrize("step", ["acknowledge", "resolve"])
@pytest.mark.parametrize(("query", "body"), [("", {"user_id": "admin"}), ("?user_id=admin", None)])
def test_author_of_decision_is_read_from_body_or_query(
    client: TestClient, context: Context, step: str, query: str, body: object
) -> None:
    raise_alert(context, enrol(context))
    changed = client.post(f"/api/alerts/1/{step}{query}", json=body)
    assert changed.status_code == 200, changed.text
    assert changed.json()["alert_id"] == 1
    assert "admin" in {changed.json()["alert"]["acknowledged_by"], changed.json()["alert"]["resolved_by"]}


def test_decision_without_author_is_rejected(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    response = client.post("/api/alerts/1/acknowledge")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "user_id"


def test_resolved_alert_cannot_be_acknowledged(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    assert client.post("/api/alerts/1/resolve?user_id=a").status_code == 200
    assert client.post("/api/alerts/1/resolve?user_id=b").json()["alert"]["resolved_by"] == "a"
    assert client.post("/api/alerts/1/acknowledge?user_id=a").status_code == 409


def test_overview(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    add_detection(context)
    add_detection(context, timestamp=NOW - timedelta(hours=2))
    assert get(client, "/api/dashboard/overview") == {
        "total_employees": 1,
        "detections_last_hour": 11,
        "employees_detected_last_hour": 1,
        "pending_alerts": 1,
        "overall_stress_percentage": 90.91,
        "active_devices": 1,
        "timestamp": "2026-11-22T15:30:00.000Z",
        "withheld": False,
        "newest_high_alert": 1,
        "infers_emotions": True,
    }


def test_statistics(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    raise_alert(context, employee)
    add_detection(context, device_id="cam-2", timestamp=NOW - timedelta(hours=2))
    stats = get(client, "/api/dashboard/stats?hours=24")
    assert stats == {
        "period_hours": 24,
        "emotions_distribution": [{"emotion": "stress", "count": 10}, {"emotion": None, "count": 1}],
        "detections_by_hour": [
            {"hour": "2026-11-22T13:00:00.000Z", "count": 1},
            {"hour": "2026-11-22T15:00:00.000Z", "count": 10},
        ],
        "top_employees": [
            {"id": employee, "full_name": "Ana Torres Vega", "employee_code": "EMP001", "detection_count": 10}
        ],
        "detections_by_device": [{"device_id": "cam-1", "count": 10}, {"device_id": "cam-2", "count": 1}],
        "withheld": False,
    }
    assert sum(device["count"] for device in get(client, "/api/dashboard/stats?hours=1")["detections_by_device"]) == 10


def test_reports(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    raise_alert(context, employee)
    written = write_manual_report(context, timedelta(minutes=15))
    listed = get(client, "/api/reports?limit=20")
    report = get(client, f"/api/reports/{written.id}")
    assert listed == {"reports": [report], "total": 1, "next_cursor": None}
    assert report["per_employee_summary"][str(employee)].items() >= {"employee_id": employee, "code": "EMP001"}.items()


def test_export_filters_by_each_parameter(client: TestClient, context: Context) -> None:
    employee = enrol(context)
    add_detection(context, employee_id=employee, emotion="sad", emotion_confidence=0.8)
    add_detection(context, employee_id=employee, emotion="happy", emotion_confidence=0.8)
    add_detection(context, timestamp=NOW - timedelta(days=1))

    def total(query: str) -> int:
        exported = get(client, f"/api/export/detections?{query}")
        assert len(exported["detections"]) == exported["total"]
        count: int = exported["total"]
        return count

    assert total("") == 3
    assert total("emotion=sad") == 1
    assert total(f"employee_id={employee}") == 2
    assert total("start_date=2026-11-22T00:00:00Z") == 2
    assert total("end_date=2026-11-22T00:00:00Z") == 1
    assert total("start_date=2026-11-22&end_date=2026-11-22") == 2
    assert total("start_date=2026-11-22T15:30:00%2B05:00&end_date=2026-11-22T10:30:00-05:00") == 0


def test_metrics_are_labelled_by_route_not_by_path(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    client.get("/api/employees/1")
    client.get("/api/employees/2")
    client.get("/nothing/here")
    metrics = client.get("/metrics").text
    assert 'requests_total{method="GET",route="/api/employees/{employee_id}",status="200"} 1.0' in metrics
    assert 'requests_total{method="GET",route="/api/employees/{employee_id}",status="404"} 1.0' in metrics
    assert 'route="unmatched",status="404"' in metrics
    assert "nothing" not in metrics
    assert "stressvision_pending_alerts 1.0" in metrics
    assert "stressvision_database_up 1.0" in metrics
