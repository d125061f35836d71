"""Prometheus metrics: named by its conventions, about the system and never about a person."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from stressvision.api.app import create_app
from stressvision.db.engine.storage import find_storage_fault
from stressvision.services.context import Context
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

UNITS = ("_seconds", "_bytes", "_messages", "_id", "_total", "_info")
UNITLESS = {
    "stressvision_database_up",
    "stressvision_pending_alerts",
    "stressvision_alerts",
    "stressvision_notifications",
    "stressvision_websocket_clients",
    "stressvision_feed_position",
    "stressvision_expensive_running",
    "stressvision_expensive_waiting",
    "stressvision_devices",
    "stressvision_devices_silent",
    "stressvision_repairs",
}


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def test_metrics_describe_the_system(client: TestClient, context: Context) -> None:
    raise_alert(context, enrol(context))
    add_detection(context)
    client.post("/api/alerts/1/acknowledge?user_id=doctora")
    for path in ("/api/employees/1", "/api/employees/2", "/api/export/detections", "/nada", "/api/reports/7"):
        client.get(path)
    families = list(text_string_to_metric_families(client.get("/metrics").text))
    samples = {
        (sample.name, *sorted(sample.labels.items())): sample.value for family in families for sample in family.samples
    }
    assert samples["stressvision_alerts", ("status", "acknowledged")] == 1
    assert samples["stressvision_alerts", ("status", "pending")] == samples["stressvision_pending_alerts",] == 0
    assert samples["stressvision_feed_last_event_id",] == 13
    assert samples["stressvision_database_size_bytes",] > 50_000
    assert samples["stressvision_websocket_queue_messages",] == 0
    assert samples["stressvision_websocket_dropped_total",] == 0
    route = ("method", "GET"), ("route", "/api/employees/{employee_id}")
    assert samples["stressvision_http_requests_total", *route, ("status", "404")] == 1
    for family in (family for family in families if family.name.startswith("stressvision_")):
        names = {sample.name for sample in family.samples}
        assert family.documentation
        assert family.name in UNITLESS or any(name.endswith(UNITS) for name in {family.name, *names}), family.name
    routes = {sample.labels["route"] for family in families for sample in family.samples if "route" in sample.labels}
    assert routes <= {"unmatched", *client.get("/api/openapi.json").json()["paths"]}


def test_nearly_full_disk_is_reported(sqlite_context: Context) -> None:
    url = sqlite_context.database.url
    assert find_storage_fault(url) is None
    fault = find_storage_fault(url, least_free=2**62)
    assert fault is not None
    assert "gloria_stress_system.db" in fault.es
