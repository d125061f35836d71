"""What a viewer and an administrator can learn: nothing about windows with few people, on any address or event.

The observer collects every answer, header, total, event id and metric in two worlds that differ in one person, or in
none being there at all. Both must be equal byte by byte, for each of the random histories: an observer that receives
the same in both worlds cannot do better than chance, whatever test it applies.
"""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stressvision.core.config import Settings
from stressvision.core.files import PROJECT_ROOT
from stressvision.domain.auth import PEOPLE, Role, sees_persons
from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.http.access_document import render_document
from stressvision.http.permissions import EVENTS, PERMISSIONS, Learns, Server
from stressvision.ingest.application import create_application
from stressvision.services.context import Context, open_context
from stressvision.services.devices import record_health
from stressvision.services.reports.creation import write_due_reports
from stressvision.wire.detections import DeviceHealth
from stressvision.wire.events import EVENT_TYPES
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import asking, bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

QUARTER = timedelta(minutes=15)
HISTORIES = 20
_WITH_PATH = {"{employee_id}": "1", "{alert_id}": "1", "{report_id}": "1", "{date}": "2026-11-22"}
_VARYING = ("process_", "stressvision_http_request_seconds", "# ")
_PEOPLE = SMALLEST_GROUP + 1


def live(context: Context, clock: FakeClock, presence: list[set[int]], alerts: set[int]) -> None:
    """Let quarter hours pass. `presence`: the people of each, by index; `alerts`: quarters with an alert."""
    people = [enrol(context, f"EMP{number:03}", f"Persona {number}") for number in range(1, _PEOPLE + 1)]
    for number, present in enumerate(presence):
        for person in sorted(present):
            add_detection(context, employee_id=people[person], emotion="sad", emotion_confidence=0.9)
        if number in alerts and present:
            raise_alert(context, people[min(present)])
        record_health(context, DeviceHealth(device_id="cam-1", state="watching"))
        clock.advance(minutes=15)
        write_due_reports(context, QUARTER)
    record_health(context, DeviceHealth(device_id="cam-1", state="watching"))


def observe(context: Context, role: Role) -> dict[str, Any]:
    """Return everything the role receives: answers, headers and events."""
    token = give_tokens(context)[role]
    seen: dict[str, Any] = {}
    with asking(context) as client:
        for row in PERMISSIONS:
            if row.server is Server.BACKEND and row.method == "GET" and role in (row.roles or ()):
                path = row.path
                for name, value in _WITH_PATH.items():
                    path = path.replace(name, value)
                if "accounts" in path or "tokens" in path or "audit" in path or "docs" in path:
                    continue  # rows of random tokens, and files
                answer = client.get(path, headers=bearing(token))
                seen[path] = (answer.status_code, stable(answer.text), sorted(answer.headers))
        with client.websocket_connect("/ws?since=0", headers={**bearing(token), "Host": "localhost"}) as socket:
            socket.send_json({"type": "ping"})
            events = []
            while (message := socket.receive_json())["type"] != "pong":
                events.append(message)
            seen["/ws"] = events
    ingest = create_application(context).test_client()
    stats = ingest.get("/stats", headers=bearing(token)).get_json()
    seen["/stats"] = {name: value for name, value in stats.items() if name != "uptime_seconds"}
    return seen


def stable(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith(_VARYING))


def world(folder: Path, name: str, presence: list[set[int]], alerts: set[int]) -> dict[Role, dict[str, Any]]:
    clock = FakeClock()
    context = open_context(Settings(database_url=f"sqlite:///{folder}/{name}.db"), clock)
    live(context, clock, presence, alerts)
    found = {}
    for role in (Role.VIEWER, Role.ADMIN):
        with context.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM access_tokens")
            connection.exec_driver_sql("DELETE FROM accounts")
        found[role] = observe(context, role)
    context.database.close()
    return found


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_observer_cannot_tell_whether_one_person_was_there(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    history = [set(chance.sample(range(_PEOPLE), chance.randrange(SMALLEST_GROUP))) for _ in range(4)]
    quarter = chance.randrange(len(history))
    with_person = [set(present) for present in history]
    without = [set(present) for present in history]
    without[quarter] = set() if chance.random() < 0.5 else without[quarter] - {0}
    with_person[quarter] = {*list(with_person[quarter])[: SMALLEST_GROUP - 2], 0}
    first = world(tmp_path, "with", with_person, {quarter})
    second = world(tmp_path, "without", without, set())
    for role in first:
        for place, seen in first[role].items():
            assert seen == second[role][place], f"{role} {place}"


def test_windows_of_enough_people_are_shown_and_announced(tmp_path: Path) -> None:
    everyone = set(range(SMALLEST_GROUP))
    seen = world(tmp_path, "large", [everyone, {0}, everyone], set())[Role.VIEWER]
    reports = [event for event in seen["/ws"] if event["type"] == "report"]
    assert len(reports) == 2
    assert len({event["id"] for event in reports}) == 2
    assert '"detections_last_hour":10' in seen["/api/dashboard/overview"][1]
    assert '"total":2' in seen["/api/reports"][1]
    assert all(f'"id":{event["report_id"]},' in seen["/api/reports"][1] for event in reports)


def test_only_roles_without_access_to_persons_have_less_than_persons() -> None:
    for row in PERMISSIONS:
        for role, level in (row.learns or {}).items():
            if not sees_persons(role):
                assert level is not Learns.PERSONS, f"{row.method} {row.path}"
    assert set(EVENTS) == set(EVENT_TYPES)
    assert {role for learns in EVENTS.values() for role in learns} == PEOPLE


def test_access_document_is_the_generated_one() -> None:
    assert (PROJECT_ROOT / "docs" / "access.md").read_text(encoding="utf-8") == render_document()
