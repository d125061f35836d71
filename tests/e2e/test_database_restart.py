"""All five programs on PostgreSQL, which crashes under load and starts again."""

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from stressvision.db.engine.connection import sqlite_driver
from stressvision.launcher.record import read_record
from stressvision.launcher.supervisor import ComponentState
from tests.integration.conftest import ONLY, crash, query, run_postgresql
from tests.programs.running import answers, free_port, program, wait_until

pytestmark = [
    pytest.mark.e2e,
    # Half a minute of waiting and a minute of work: not in each run of the suite.
    pytest.mark.skipif(ONLY != "postgresql", reason="runs with TEST_DATABASE=postgresql"),
    pytest.mark.timeout(600),
]
SENDERS, BEFORE = 3, 60
PATIENCE = 90.0


@dataclass
class Plant:
    """The running programs, what their clients sent to the servers, and what one of them received."""

    folder: Path
    database: str
    ports: dict[str, int]
    acknowledged: list[str] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    refusals: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def processes(self) -> dict[str, tuple[ComponentState, int]]:
        record = read_record(self.folder / ".run")
        assert record is not None
        return {
            part.component.name: (part.state, part.process.pid)
            for part in record.components
            if part.process is not None
        }

    def reporter(self) -> str:
        services = requests.get(f"{self.url('API')}/api/system", timeout=10).json()["services"]
        return next(str(service["state"]) for service in services if service["name"] == "reporter")

    def send(self, address: str) -> None:
        """Send as a device does: again, with the same event_id, until it is acknowledged."""
        with requests.Session() as session:
            while not self.is_over.is_set():
                event_id = str(uuid4())
                body = {"event_id": event_id, "device_id": "pi-load", "timestamp": datetime.now(UTC).isoformat()}
                while not self._is_accepted(session, address, body):
                    self.refusals += 1
                    self.is_over.wait(0.05)
                self.acknowledged.append(event_id)

    def _is_accepted(self, session: requests.Session, address: str, body: dict[str, str]) -> bool:
        try:
            return session.post(address, json=body, timeout=20).status_code in {200, 201}
        except requests.RequestException:
            return False

    def listen(self) -> None:
        """Follow the feed as the dashboard does: connect again after a break, from the last event that was received."""
        last = 0
        while not self.is_over.is_set():
            try:
                with connect(f"ws://127.0.0.1:{self.ports['API']}/ws?since={last}", max_queue=None) as client:
                    for text in client:
                        message = json.loads(text)
                        last = message.get("id", last)
                        if message["type"] == "detection":
                            self.received.append(message["data"]["id"])
            except (OSError, WebSocketException):
                self.is_over.wait(0.1)

    def count_waiting(self) -> int:
        """Return the messages that the device has not delivered."""
        with closing(sqlite_driver().connect(self.folder / "edge_outbox.db", timeout=30)) as outbox:
            return int(outbox.execute("SELECT count(*) FROM item").fetchone()[0])


@pytest.fixture
def server() -> Iterator[Any]:
    with run_postgresql() as server:
        yield server


def test_crash_of_the_database_under_load_loses_nothing_and_needs_nobody(server: Any, tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("API", "INGEST", "DASHBOARD", "PREVIEW")}
    plant = Plant(tmp_path, server.get_uri(database="postgres"), ports)
    settings = {f"STRESSVISION_{name}_PORT": str(port) for name, port in ports.items()}
    settings |= {"STRESSVISION_DATABASE_URL": plant.database}
    arguments = ("--option", "3", "--demo", "--headless")
    with (
        program("start_complete_system.py", *arguments, folder=tmp_path, settings=settings) as launcher,
        ThreadPoolExecutor(SENDERS + 1) as pool,
    ):
        try:
            wait_until(lambda: "Todo en marcha" in launcher.output, "all five components", PATIENCE)
            before = plant.processes()
            addresses = [f"{plant.url('INGEST')}/detections", f"{plant.url('API')}/api/detections"] * SENDERS
            loads = [pool.submit(plant.send, address) for address in addresses[:SENDERS]]
            loads.append(pool.submit(plant.listen))
            wait_until(lambda: len(plant.acknowledged) > BEFORE, "load", PATIENCE)
            crash(server)
            wait_until(lambda: plant.refusals > SENDERS, "refusals", PATIENCE)
            wait_until(lambda: plant.count_waiting() > 1, "detections that wait on the device", PATIENCE)
            assert not answers(f"{plant.url('API')}/ready")
            at_restart = len(plant.acknowledged)
            server.ensure_postgres_running()
            wait_until(lambda: answers(f"{plant.url('API')}/ready"), "the backend to be ready", PATIENCE)
            wait_until(lambda: len(plant.acknowledged) > at_restart + BEFORE, "load again", PATIENCE)
            wait_until(lambda: plant.count_waiting() == 0, "an empty outbox", PATIENCE)
            wait_until(lambda: plant.reporter() == "running", "the reporter to do its work", PATIENCE)
            wait_until(lambda: plant.processes() == before, "all components running", PATIENCE)
            plant.is_over.set()
            for load in loads[:SENDERS]:
                load.result(PATIENCE)
            stored = query(plant.database, "SELECT event_id, id FROM detection_events ORDER BY id")
            wait_until(lambda: len(plant.received) >= len(stored), "the feed", PATIENCE)
        finally:
            plant.is_over.set()
            assert launcher.stop(signal.SIGINT, PATIENCE) == 0
    event_ids = [str(event_id) for event_id, _ in stored]
    assert len(event_ids) == len(set(event_ids))
    assert set(plant.acknowledged) <= set(event_ids)
    assert plant.received[: len(stored)] == [row_id for _, row_id in stored]
    assert query(plant.database, "SELECT count(*) FROM sessions WHERE end_timestamp IS NULL") == [(0,)]
