"""Concurrent requests over real HTTP: one decision, one alert, no error."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import requests

from stressvision.services.context import Context
from tests.integration.conftest import enrol
from tests.integration.live_backend import raise_alert, serve

CALLERS = 12


def test_first_acknowledgement_is_recorded(context: Context) -> None:
    raise_alert(context, enrol(context))
    with serve(context) as live:

        def acknowledge(person: int) -> requests.Response:
            return requests.post(
                f"{live.url}/api/alerts/1/acknowledge", json={"user_id": f"persona-{person}"}, timeout=30
            )

        with ThreadPoolExecutor(CALLERS) as callers:
            answers = list(callers.map(acknowledge, range(CALLERS)))
        with live.context.database.read() as connection:
            decided = connection.exec_driver_sql("SELECT user_id FROM audit_log WHERE action = 'alert_acknowledged'")
            deciders = decided.scalars().all()
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["alert"]["acknowledged_by"] for answer in answers} == set(deciders)
    assert len(deciders) == 1


def test_concurrent_detections_create_one_alert(context: Context) -> None:
    employee = enrol(context)
    moment = datetime(2026, 11, 22, 15, 7, 30, tzinfo=UTC).isoformat()
    detection = {
        "device_id": "cam-1",
        "timestamp": moment,
        "employee_id": employee,
        "emotion": "stress",
        "emotion_confidence": 0.9,
    }
    with serve(context) as live:

        def post(_: int) -> dict[str, object]:
            answer: dict[str, object] = requests.post(f"{live.url}/api/detections", json=detection, timeout=30).json()
            return answer

        with ThreadPoolExecutor(CALLERS) as callers:
            answers = list(callers.map(post, range(3 * CALLERS)))
        alerts = requests.get(f"{live.url}/api/alerts", timeout=30).json()
    assert sum(bool(answer["alert_created"]) for answer in answers) == 1
    assert len({answer["detection_id"] for answer in answers}) == 3 * CALLERS
    assert alerts["total"] == 1
