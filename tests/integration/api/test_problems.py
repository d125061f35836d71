"""Every error is problem+json in the client's language, without internal details."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_driver
from stressvision.http.request_policy import BODY_LIMIT
from stressvision.services.context import Context, open_context
from tests.integration.conftest import enrol

HOST = "http://localhost:8000"


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url=HOST, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nope", 404),
        ("GET", "/api/employees/7", 404),
        ("GET", "/api/employees/7/status", 404),
        ("GET", "/api/reports/7", 404),
        ("POST", "/api/alerts/7/acknowledge?user_id=a", 404),
        ("POST", "/api/sessions/7/end", 404),
        ("POST", "/api/sessions/session_cam-1_99/end", 404),
        ("DELETE", "/api/employees", 405),
        ("GET", "/api/detections", 405),
        ("POST", "/api/detections", 422),
        ("GET", "/api/employees/0", 422),
        ("GET", f"/api/employees/{2**63}", 422),
        ("GET", "/api/employees/1/status?minutes=0", 422),
        ("GET", "/api/dashboard/stats?hours=0", 422),
        ("GET", "/api/alerts?limit=1001", 422),
        ("GET", "/api/reports?limit=0", 422),
        ("GET", "/api/export/detections?emotion=angry", 422),
    ],
)
def test_failed_requests_return_problems(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["title"]
    assert problem["detail"]


def test_wrong_method_lists_allowed_methods(client: TestClient) -> None:
    response = client.delete("/api/alerts")
    assert response.headers["allow"] == "GET"
    assert "admite GET" in response.json()["detail"]


def test_problem_language_follows_accept_language_and_defaults_to_spanish(client: TestClient) -> None:
    assert client.get("/api/employees/7").json()["detail"] == "No existe el empleado 7."
    english = client.get("/api/employees/7", headers={"Accept-Language": "en-GB,en;q=0.9,es;q=0.5"})
    assert english.json()["detail"] == "There is no employee 7."
    neither = client.get("/api/employees/7", headers={"Accept-Language": "qu"})
    assert neither.json()["detail"] == "No existe el empleado 7."


def test_unknown_status_lists_known_ones(client: TestClient) -> None:
    problem = client.get("/api/alerts?status=closed").json()
    assert problem["errors"][0]["field"] == "status"
    for accepted in ("pending", "acknowledged", "open", "resolved", "all"):
        assert accepted in problem["detail"]


@pytest.mark.parametrize("field", ["start_date", "end_date"])
@pytest.mark.parametrize("text", ["ayer", "2026-13-01", "22/11/2026"])
def test_invalid_date_names_field_and_format(client: TestClient, field: str, text: str) -> None:
    response = client.get("/api/export/detections", params={field: text})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field
    assert "2026-11-22T10:30:00Z" in response.json()["detail"]


def test_export_end_before_start_is_rejected(client: TestClient) -> None:
    response = client.get("/api/export/detections?start_date=2026-11-22T10:00:00Z&end_date=2026-11-22T09:00:00Z")
    assert response.status_code == 422


def test_detection_without_consent_is_rejected(client: TestClient, usual_context: Context) -> None:
    employee = enrol(usual_context)
    with usual_context.database.write() as connection:
        connection.exec_driver_sql("UPDATE employees SET consent_given = false")
    detection = {"device_id": "cam-1", "timestamp": "2026-11-22T15:00:00Z", "employee_id": employee}
    response = client.post("/api/detections", json=detection)
    assert response.status_code == 403
    assert response.json()["errors"][0]["field"] == "employee_id"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[1]", b"null", b'"text"'])
def test_body_that_is_not_a_json_object_is_rejected(client: TestClient, body: bytes) -> None:
    response = client.post("/api/detections", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in {400, 422}
    assert response.headers["content-type"] == "application/problem+json"


def test_too_large_body_is_rejected_with_or_without_content_length(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(BODY_LIMIT // 1024 + 1):
            yield b" " * 1024

    announced = client.post("/api/detections", content=b" " * (BODY_LIMIT + 1))
    unannounced = client.post("/api/detections", content=pieces())
    for response in (announced, unannounced):
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"


def test_unexpected_error_shows_no_internal_details(usual_url: str) -> None:
    def broken_clock() -> None:
        raise RuntimeError("the secret of the inside")

    opened = open_context(Settings(database_url=usual_url))
    broken = Context(opened.database, opened.settings, broken_clock)  # type: ignore[arg-type]
    with TestClient(create_app(broken), base_url=HOST, raise_server_exceptions=False) as client:
        response = client.get("/api/dashboard/overview")
    opened.database.close()
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert "secret" not in response.text


def test_unavailable_database_is_reported_and_recovered(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    context = open_context(Settings(database_url=f"sqlite:///{file}"))
    with TestClient(create_app(context), base_url=HOST) as client:
        assert client.get("/api/employees").status_code == 200
        with closing(sqlite_driver().connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        context.database.close()
        sound = file.read_bytes()
        for companion in tmp_path.glob("test.db-*"):
            companion.unlink()
        file.write_bytes(b"this is not a database" * 1000)
        refused = client.get("/api/employees")
        ready, health = client.get("/ready"), client.get("/health")
        metrics = client.get("/metrics").text
        context.database.close()
        file.write_bytes(sound)
        recovered = client.get("/api/employees")
    context.database.close()
    assert refused.status_code == 503
    assert refused.json()["title"] == "No disponible por ahora"
    assert ready.status_code == 503
    assert str(file) in ready.json()["missing"][0]
    assert health.status_code == 200
    assert str(file) in health.json()["database"]
    assert "stressvision_database_up 0.0" in metrics
    assert recovered.status_code == 200


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "0966-11-16T04:46:22Z", "9999-12-31T23:59:59-10:00", 0, 1e300, True, [], None],
)
def test_out_of_range_timestamp_is_rejected(client: TestClient, moment: object) -> None:
    response = client.post("/api/detections", json={"device_id": "cam-1", "timestamp": moment})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "timestamp"
