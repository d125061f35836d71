"""PostgreSQL: one snapshot for a read, wide ids, and a crash of the server under load."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.util import find_spec
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import InternalError

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.schema.tables import detection_events
from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.services.context import Context, open_context
from stressvision.services.detections.storing import store_detection
from stressvision.services.paging import read_instant, write_instant
from stressvision.services.reports.creation import write_due_reports
from stressvision.services.reports.reading import list_public_reports
from tests.conftest import FakeClock
from tests.integration.conftest import crash, enrol, run_postgresql
from tests.integration.edge.test_detections_stored import detection

pytestmark = pytest.mark.skipif(find_spec("pgserver") is None, reason="needs a PostgreSQL")
WRITERS, BEFORE = 4, 50


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A server that no other test uses."""
    with run_postgresql() as server:
        yield server


def count_stored(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(detection_events)).scalar_one()


def test_a_read_is_of_one_moment_and_writes_nothing(context: Context, clock: FakeClock) -> None:
    with context.database.read() as connection:
        assert count_stored(connection) == 0
        store_detection(context, detection(clock(), None))
        assert count_stored(connection) == 0
    with context.database.read() as connection:
        assert count_stored(connection) == 1
    if not context.database.is_sqlite:
        row = {"timestamp": clock(), "device_id": "pi-1"}
        with pytest.raises((InternalError, DatabaseUnavailable)), context.database.read() as connection:
            connection.execute(insert(detection_events).values(row))
    store_detection(context, detection(clock(), None))


def test_ids_wider_than_a_column_are_unknown(context: Context) -> None:
    """An id has up to 64 bits in SQLite, and 32 in PostgreSQL."""
    wide = 2**63 - 1
    cursor = write_instant(context.clock(), wide)
    enrol(context)
    body = {"device_id": "cam-1", "timestamp": "2026-11-22T15:00:00Z"}
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        for path in (
            f"/api/employees?id={wide}",
            f"/api/alerts?status=all&id={wide}",
            f"/api/export/detections?cursor={cursor}",
            f"/api/reports?cursor={cursor}",
        ):
            answer = client.get(path)
            assert answer.status_code == 422 or answer.json()["total"] <= 1, f"{path} {answer.text}"
        assert client.get(f"/api/audit?entity_id={wide}").status_code in {200, 422}
        for name in ("employees", "alerts", "reports"):
            assert client.get(f"/api/{name}/{wide}").status_code in {404, 422}
        for path in ("alerts", "export/detections"):
            assert client.get(f"/api/{path}?employee_id={2**31}").status_code == 422
        for name in ("employee_id", "session_id"):
            assert client.post("/api/detections", json={**body, name: wide}).status_code == 422


def test_reports_without_persons_have_a_second_page(context: Context, clock: FakeClock) -> None:
    for number in range(1, SMALLEST_GROUP + 1):
        enrol(context, f"EMP{number:03}", f"Persona {number}")
    for _ in range(2):
        for number in range(1, SMALLEST_GROUP + 1):
            store_detection(context, detection(clock(), number))
        clock.advance(minutes=15)
        write_due_reports(context, timedelta(minutes=15))
    first = list_public_reports(context, 1)
    second = list_public_reports(context, 1, read_instant(first.next_cursor))
    assert [len(page.reports) for page in (first, second)] == [1, 1]
    assert first.reports[0].start_timestamp > second.reports[0].start_timestamp


def test_crash_of_the_server_under_load_loses_no_acknowledged_detection(own_server: Any, clock: FakeClock) -> None:
    context = open_context(Settings(database_url=own_server.get_uri(database="postgres")), clock)
    acknowledged, refused, is_busy, recovers = list[str](), set[int](), Event(), Event()

    def send(writer: int) -> None:
        """Send as a device does: again, with the same event_id, until it is acknowledged; end after the crash."""
        while True:
            event_id, is_stored = str(uuid4()), False
            while not is_stored:
                try:
                    store_detection(context, detection(clock(), None, event_id=event_id))
                except DatabaseUnavailable:
                    refused.add(writer)
                    recovers.wait(20)
                else:
                    is_stored = True
                    acknowledged.append(event_id)
            if len(acknowledged) > BEFORE:
                is_busy.set()
            if writer in refused and recovers.is_set():
                return

    with ThreadPoolExecutor(WRITERS) as pool:
        sent = [pool.submit(send, writer) for writer in range(WRITERS)]
        assert is_busy.wait(60)
        crash(own_server)
        with pytest.raises(DatabaseUnavailable), context.database.read() as connection:
            count_stored(connection)
        own_server.ensure_postgres_running()
        recovers.set()
        for future in sent:
            future.result(timeout=60)
    with context.database.read() as connection:
        stored = connection.execute(select(detection_events.c.event_id)).scalars().all()
    context.database.close()
    assert len(refused) == WRITERS
    assert sorted(stored) == sorted(acknowledged)
