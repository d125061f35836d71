"""A plant with few people, and an observer that keeps everything a role receives from it."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from starlette.testclient import TestClient

from stressvision.core.config import Settings
from stressvision.domain.auth import Role
from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.http.permissions import PERMISSIONS, Server
from stressvision.ingest.application import create_application
from stressvision.services.audit import record_repetitions
from stressvision.services.context import Context, open_context
from stressvision.services.devices import record_health
from stressvision.services.reports.creation import write_due_reports
from stressvision.wire.detections import DeviceHealth
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import asking, bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

QUARTER = timedelta(minutes=15)
PEOPLE = SMALLEST_GROUP + 1
_VARYING_LINES = ("process_", "stressvision_http_request_seconds", "# ")
"""Of /metrics: what differs between two equal servers."""
FORGED_SHARE = 0.2
"""Histories in which somebody adds detections of four people to windows that are over."""
ATTENDED_SHARE = 0.2
"""Histories after which the health service reads and decides."""
_DOCUMENTS = ("docs", "openapi")
_DOCTORS_READS = ("/api/alerts", "/api/dashboard/stats", "/api/dashboard/overview", "/api/reports", "/stats")
_LOG_LINE = "{time:%Y-%m-%dT%H:%M:%S}Z [{level:<9}] {text}\n"


@dataclass(frozen=True)
class Observation:
    """What one role received: the content by address, and the seconds that each answer took."""

    content: dict[str, Any]
    seconds: dict[str, float]


@dataclass
class Plant:
    """One plant under observation. `people`: row ids of its employees."""

    context: Context
    clock: FakeClock
    client: TestClient
    ingest: FlaskClient
    tokens: dict[Role, str]
    people: list[int]
    last_event: dict[Role, int] = field(default_factory=dict)
    began: dict[datetime, datetime] = field(default_factory=dict)
    """When the report of a window was begun to be written, by the start of the window."""

    def live_quarter(self, present: set[int], *, has_alert: bool) -> None:
        """Store a quarter of an hour with these people, by index; the caller advances the clock."""
        for person in sorted(present):
            add_detection(self.context, employee_id=self.people[person], emotion="sad", emotion_confidence=0.9)
            self._log("info", f"detection stored employee={self.people[person]}")
        if has_alert:
            raise_alert(self.context, self.people[min(present)])
            self._log("warning", "message not delivered notice=1 reason=refused")

    def let_doctor_work(self) -> None:
        """Read and decide as the health service does, whatever there is."""
        own = bearing(self.tokens[Role.HEALTH])
        for path in _DOCTORS_READS[:-1]:
            assert self.client.get(path, headers=own).status_code == 200
        assert self.ingest.get("/stats", headers=own).status_code == 200
        self.client.get(f"/api/employees/{self.people[0]}/status", headers=own)
        for alert in self.client.get("/api/alerts?status=pending", headers=own).json()["alerts"]:
            self.client.post(f"/api/alerts/{alert['id']}/acknowledge", json={}, headers=own)
        since, headers = self.last_event.get(Role.HEALTH, 0), {**own, "Host": "localhost"}
        with self.client.websocket_connect(f"/ws?since={since}", headers=headers) as socket:
            socket.send_json({"type": "ping"})
            while (event := socket.receive_json())["type"] != "pong":
                since = event.get("id", since)
        self.last_event[Role.HEALTH] = since
        self._log("warning", f"feed connection lost reason=locked position={since}")
        record_repetitions(self.context, is_ending=True)

    def _log(self, level: str, text: str) -> None:
        folder = self.context.settings.run_dir / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "backend.log").open("a", encoding="utf-8") as file:
            file.write(_LOG_LINE.format(time=self.clock(), level=level, text=text))

    def report_health(self) -> None:
        """Store a heartbeat of the camera."""
        record_health(self.context, DeviceHealth(device_id="cam-1", state="watching"))

    def close_quarter(self) -> None:
        """Write the report of the quarter that has ended."""
        ended = int(self.clock().timestamp()) // 900 * 900
        self.began[datetime.fromtimestamp(ended, UTC) - QUARTER] = datetime.now(UTC)
        write_due_reports(self.context, QUARTER)
        self.report_health()

    def forge_past(self, quarters: int) -> None:
        """Post detections of four further people into the last quarters, as the holder of a device's token may."""
        for ago in range(1, quarters + 1):
            for person in self.people[1:SMALLEST_GROUP]:
                moment = self.clock() - ago * QUARTER
                add_detection(self.context, employee_id=person, timestamp=moment, emotion="sad", emotion_confidence=0.3)
        write_due_reports(self.context, QUARTER)

    def observe(self, role: Role) -> Observation:
        """Return everything the role receives on every address it may read, with all headers, events and times."""
        content: dict[str, Any] = {}
        seconds: dict[str, float] = {}
        for path in self._addresses(role):
            started = time.perf_counter()
            answer = self.client.get(path, headers=bearing(self.tokens[role]))
            seconds[path] = time.perf_counter() - started
            # The length of /metrics varies with the process' own figures, which are left out below.
            varying = {"date", "content-length"} if path == "/metrics" else {"date"}
            headers = sorted(pair for pair in answer.headers.items() if pair[0] not in varying)
            content[path] = (answer.status_code, _without_varying_lines(answer.text), headers)
        started = time.perf_counter()
        events = self._read_events(role)
        seconds["/ws"] = time.perf_counter() - started
        # Ids and times of commits are of the real clock: their delays are durations, the rest is content.
        delays = [self._delay_of(event) for event in events if event["type"] == "report"]
        seconds |= {"/ws commit": sum(delays)} if delays else {}
        content["/ws"] = [_without_commit_time(event) for event in events]
        stats = self.ingest.get("/stats", headers=bearing(self.tokens[role]))
        assert stats.status_code == 200
        content["/stats"] = {name: value for name, value in stats.get_json().items() if name != "uptime_seconds"}
        return Observation(content, seconds)

    def _addresses(self, role: Role) -> Iterator[str]:
        now = self.clock()
        minute = int(now.timestamp()) // 60 // 15 * 15
        dates = {"{date}": now.date().isoformat(), "{employee_id}": str(self.people[0]), "{alert_id}": "1"}
        for row in PERMISSIONS:
            if row.server is not Server.BACKEND or row.method != "GET" or role not in (row.roles or ()):
                continue
            if any(word in row.path for word in _DOCUMENTS):
                continue
            path = row.path
            for name, value in dates.items():
                path = path.replace(name, value)
            if "{report_id}" in path:
                yield from (path.replace("{report_id}", str(minute - 15 * ago)) for ago in (1, 2))
            else:
                yield path
        if role is Role.VIEWER:
            yield "/api/dashboard/stats?hours=1"
            yield "/api/reports?limit=2"
        if role is Role.ADMIN:
            yield f"/api/audit?entity_type=employee&entity_id={self.people[0]}"
            yield "/api/audit?user_id=cuenta.health&limit=1000"
            yield "/api/logs?level=info"

    def _read_events(self, role: Role) -> list[dict[str, Any]]:
        since = self.last_event.get(role, 0)
        headers = {**bearing(self.tokens[role]), "Host": "localhost"}
        with self.client.websocket_connect(f"/ws?since={since}", headers=headers) as socket:
            socket.send_json({"type": "ping"})
            events = []
            while (message := socket.receive_json())["type"] != "pong":
                events.append(message)
        self.last_event[role] = max([since, *(event["id"] for event in events if event.get("id"))])
        return events

    def _delay_of(self, event: dict[str, Any]) -> float:
        """Return the seconds from the beginning of a report to its commit."""
        began = self.began[datetime.fromisoformat(event["start_timestamp"])]
        return (datetime.fromisoformat(event["committed_at"]) - began).total_seconds()


@contextmanager
def open_plant(url: str, folder: Path, clock: FakeClock) -> Iterator[Plant]:
    """Open a plant with a database of its own, its servers and one token of each role."""
    settings = Settings(
        database_url=url,
        run_dir=folder,
        backup_dir=folder / "backups",
        notify_urls=("json://127.0.0.1:9/",),
    )
    context = open_context(settings, clock)
    people = [enrol(context, f"EMP{number:03}", f"Persona {number}") for number in range(1, PEOPLE + 1)]
    try:
        # Another machine would be limited to 200 requests at once, and a 429 would differ between the plants.
        with asking(context, address="127.0.0.1") as client:
            ingest = create_application(context).test_client()
            yield Plant(context, clock, client, ingest, give_tokens(context), people)
    finally:
        context.database.close()


def live(
    plants: Sequence[Plant], histories: Sequence[Sequence[set[int]]], alerts: Sequence[set[int]], chance: random.Random
) -> None:
    """Let the quarters of one history each pass in all plants at once. `alerts`: quarters with one, by plant."""
    for quarter in range(len(histories[0])):
        for plant, history, alerting in zip(plants, histories, alerts, strict=True):
            plant.live_quarter(history[quarter], has_alert=quarter in alerting)
        # A minute of its own for the heartbeats, so that minutes of detections alone would show.
        plants[0].clock.advance(minutes=3)
        for plant in plants:
            plant.report_health()
        plants[0].clock.advance(minutes=12)
        for plant in chance.sample(plants, len(plants)):
            plant.close_quarter()
    is_forged, is_attended = (chance.random() < share for share in (FORGED_SHARE, ATTENDED_SHARE))
    for plant in chance.sample(plants, len(plants)):
        if is_forged:
            plant.forge_past(len(histories[0]))
        if is_attended:
            plant.let_doctor_work()


def _without_commit_time(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event with the part of its public id that is not the time of the commit, or of the greeting."""
    shown = {name: value for name, value in event.items() if name not in {"committed_at", "resumed_from"}}
    return shown | ({"id": event["id"] % 1000} if "id" in event else {})


def _without_varying_lines(text: str) -> str:
    """Return an answer without what other programs of this machine change, and without random names."""
    text = re.sub(r'"free_bytes":\d+', '"free_bytes":0', text)
    text = re.sub(r"/(one|two)/backups", "/backups", text)  # the folders of the two plants
    text = re.sub(r'"services":\[[^\]]*\]', '"services":[]', text)
    text = re.sub(r'"(token_id|by_token)":"\w+"', r'"\1":""', text)
    return "\n".join(line for line in text.split("\n") if not line.startswith(_VARYING_LINES))
