"""Policy `eu`: no route answers with an emotion, also not of rows stored under an earlier policy."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Policy
from stressvision.http.permissions import PERMISSIONS, Server
from stressvision.services.context import Context
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.summaries import write_due_summaries
from tests.conftest import FakeClock
from tests.integration.conftest import configured, enrol
from tests.integration.live_backend import add_detection, raise_alert

QUARTER = timedelta(minutes=15)
PLACES = {
    "{employee_id}": "1",
    "{alert_id}": "1",
    "{report_id}": "1",
    "{date}": "2026-11-16",
    "{device_id}": "cam-1",
}
WITH_EMOTIONS = frozenset(
    {
        "/api/agreement",
        "/api/alerts",
        "/api/alerts/{alert_id}",
        "/api/dashboard/overview",
        "/api/dashboard/stats",
        "/api/employees/{employee_id}/figures",
        "/api/employees/{employee_id}/status",
        "/api/employees/{employee_id}/timeline",
        "/api/export/detections",
        "/api/own",
        "/api/plant/month/{date}",
        "/api/plant/week/{date}",
        "/api/reports",
        "/api/reports/daily/{date}",
        "/api/reports/weekly/{date}",
        "/api/reports/{report_id}",
    }
)
"""Routes that answer with emotions under the other policies."""
NOT_READ: Mapping[str, str] = {
    "/api/docs": "a document about the API",
    "/docs/oauth2-redirect": "a document about the API",
    "/api/docs/assets/{path:path}": "a document about the API",
    "/api/openapi.json": "a document about the API",
    "/api/enrolment/consent": "the text of the consent",
    "/metrics": "counters of the process",
    "/api/employees/{employee_id}/data": "the right of access: everything that is stored about the person",
    "/api/settings": "names and values of settings, no measurement",
    "/api/backups/{name}/file": "an encrypted file",
    "/api/devices/{device_id}/picture": "a picture, without a measurement",
    "/api/session": "needs an account, and has its name and role alone",
    "/api/kiosk": "needs a kiosk's link, and has its location alone",
    "/api/alert-link": "needs the link of a message, and has severity and time alone",
}
EMOTIONS = frozenset({"neutral", "happy", "stress", "sad"})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 16, 15, 0, tzinfo=UTC))


def fill(context: Context, clock: FakeClock) -> None:
    """Store, under a policy that allows emotions, what each route answers with."""
    people = [enrol(context, f"EMP{number:03}", f"Persona {number}") for number in range(1, 7)]
    for person in people:
        for emotion in ("stress", "happy", "sad", "neutral", "fatigue"):
            add_detection(context, employee_id=person, emotion=emotion, emotion_confidence=0.9)
    raise_alert(context, people[0])
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    clock.advance(days=1)
    write_due_summaries(context)
    for person in people:
        add_detection(context, employee_id=person, emotion="stress", emotion_confidence=0.9)
    clock.advance(minutes=15)
    write_due_reports(context, QUARTER)
    clock.advance(minutes=1)
    add_detection(context, employee_id=people[0], emotion="sad", emotion_confidence=0.9, emotion_vector={"sad": 0.9})


def find_emotions(value: Any, place: str = "") -> Iterator[str]:
    """Yield the places of a JSON document with an emotion other than fatigue."""
    if isinstance(value, dict):
        for name, own in value.items():
            if own is not None and any(emotion in name for emotion in EMOTIONS):
                yield f"{place}.{name}"
            yield from find_emotions(own, f"{place}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from find_emotions(item, place)
    elif isinstance(value, str) and (value in EMOTIONS | {"tension"} or "estrés" in value or "stress_" in value):
        yield f"{place}={value}"


def ask_every_route(client: TestClient) -> dict[str, list[str]]:
    """Return the emotions in the answer of each route that reads, by its path."""
    issued = client.post("/api/employees/1/link?user_id=enfermera").json()["secret"]
    own = client.post("/api/own/open", headers={"Authorization": f"Bearer {issued}"}).json()["secret"]
    found = {}
    for row in PERMISSIONS:
        if row.server is not Server.BACKEND or row.method != "GET" or row.path in NOT_READ:
            continue
        path = row.path
        for name, example in PLACES.items():
            path = path.replace(name, example)
        headers = {"Authorization": f"Bearer {own}"} if row.path.startswith("/api/own") else {}
        query = {"by": "hour", "hours": "48"} if path.endswith("/figures") else {}
        query = {"minutes": "60"} if path.endswith("/status") else query
        query = {"status": "all"} if path == "/api/alerts" else query
        answer = client.get(path, headers=headers, params=query)
        assert answer.status_code in {200, 503}, f"{path}: {answer.text}"
        found[row.path] = list(find_emotions(answer.json()))
    return found


def test_no_route_answers_with_an_emotion(usual_context: Context, clock: FakeClock) -> None:
    fill(usual_context, clock)
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        usual = ask_every_route(client)
    assert {path for path, places in usual.items() if places} == WITH_EMOTIONS, "the test sees what is answered"
    with TestClient(create_app(under_eu(usual_context)), base_url="http://localhost:8000") as client:
        found = ask_every_route(client)
        states = {path: client.get(path).json().get("infers_emotions") for path in STATING}
        assert client.get("/api/alerts?kind=stress").status_code == 422
        assert client.get("/api/alerts?kind=fatigue").status_code == 200
        week = client.get("/api/plant/week/2026-11-16").json()
        events = read_events(client)
    assert {path: places for path, places in found.items() if places} == {}
    assert set(states.values()) == {False}, states
    assert week["total"]["total_detections"] > 0, "the detections and the fatigue stay"
    assert week["total"]["fatigue_pct"] > 0
    assert {event["type"] for event in events} >= {"connected", "detection", "alert", "report"}
    assert events[0]["infers_emotions"] is False
    assert [place for event in events for place in find_emotions(event)] == []


STATING = (
    "/api/agreement",
    "/api/alerts",
    "/api/alerts/1",
    "/api/dashboard/overview",
    "/api/employees/1/figures",
    "/api/employees/1/status",
    "/api/employees/1/timeline",
    "/api/plant/week/2026-11-16",
    "/api/reports/1",
    "/api/reports/daily/2026-11-16",
)


def under_eu(context: Context) -> Context:
    return configured(context, policy=Policy.EU)


def read_events(client: TestClient) -> list[Any]:
    with client.websocket_connect("/ws?since=0", headers={"Host": "localhost"}) as socket:
        socket.send_json({"type": "ping"})
        events = []
        while (message := socket.receive_json())["type"] != "pong":
            events.append(message)
    return events
