"""Two ingest and two backend processes on one database: every feed complete and ordered, every alert created once."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import requests
from websockets.sync.client import ClientConnection, connect

from stressvision.core.config import Settings
from stressvision.services.context import open_context
from tests.integration.conftest import enrol
from tests.programs.running import PATIENCE_SECONDS, answers, free_port, program, wait_until

PEOPLE, POSTS_EACH = 4, 30


def start(stack: ExitStack, script: str, folder: Path, database_url: str) -> int:
    port = free_port()
    settings = {"STRESSVISION_DATABASE_URL": database_url}
    stack.enter_context(program(script, "--port", str(port), folder=folder, settings=settings))
    wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), f"{script} to answer")
    return port


def post_all(address: str, people: list[int]) -> int:
    with requests.Session() as session:
        for number in range(POSTS_EACH):
            body = {
                "type": "detection",
                "event_id": str(uuid4()),
                "device_id": "pi-1",
                "timestamp": datetime.now(UTC).isoformat(),
                "employee_id": people[number % len(people)],
                "emotion": "stress",
                "emotion_confidence": 0.9,
            }
            session.post(address, json=body, timeout=PATIENCE_SECONDS).raise_for_status()
    return POSTS_EACH


def follow(client: ClientConnection, count: int) -> list[dict[str, object]]:
    events: list[dict[str, object]] = []
    while len(events) < count:
        message = json.loads(client.recv(timeout=PATIENCE_SECONDS))
        if "id" in message:
            events.append(message)
    return events


def test_every_feed_is_complete_and_ordered_with_one_alert_per_person(tmp_path: Path, database_url: str) -> None:
    context = open_context(Settings(database_url=database_url))
    people = [enrol(context, code=f"EMP{number:03}") for number in range(PEOPLE)]
    context.database.close()
    with ExitStack() as stack:
        ingests = [start(stack, "server_simulator.py", tmp_path, database_url) for _ in range(2)]
        backends = [start(stack, "backend_api.py", tmp_path, database_url) for _ in range(2)]
        clients = [stack.enter_context(connect(f"ws://127.0.0.1:{port}/ws", max_queue=None)) for port in backends]
        for client in clients:
            assert json.loads(client.recv(timeout=PATIENCE_SECONDS))["type"] == "connected"
        addresses = [f"http://127.0.0.1:{port}/detections" for port in ingests]
        addresses += [f"http://127.0.0.1:{port}/api/detections" for port in backends]
        with ThreadPoolExecutor(8) as pool:
            posted = sum(pool.map(lambda address: post_all(address, people), addresses * 2))
        feeds = [follow(client, posted + PEOPLE) for client in clients]
        stats = requests.get(f"http://127.0.0.1:{ingests[0]}/stats", timeout=10).json()
    assert feeds[0] == feeds[1]
    ids = [int(str(event["id"])) for event in feeds[0]]
    assert ids == sorted(set(ids))
    assert [event["type"] for event in feeds[0]].count("alert") == PEOPLE
    assert (stats["total_detections"], stats["unique_employees"]) == (posted, PEOPLE)
