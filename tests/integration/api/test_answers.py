"""The response cache: the same bytes until a commit, and never data from before one."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from stressvision.core.config import Settings
from stressvision.db.engine.connection import sqlite_driver, sqlite_path
from stressvision.services.context import open_context
from stressvision.services.detections.storing import store_detection
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import detection
from tests.integration.live_backend import LiveBackend, serve


@pytest.fixture
def backend(tmp_path: Path, clock: FakeClock) -> Iterator[LiveBackend]:
    with serve(open_context(Settings(database_url=f"sqlite:///{tmp_path}/answers.db"), clock)) as running:
        yield running


def read(backend: LiveBackend, path: str) -> requests.Response:
    answer = requests.get(f"{backend.url}{path}", timeout=10)
    assert answer.status_code == 200
    return answer


def test_next_response_includes_commit_of_any_program(backend: LiveBackend, clock: FakeClock) -> None:
    path = sqlite_path(backend.context.database.url)
    assert path is not None
    assert read(backend, "/api/employees").json()["total"] == 0
    for count in range(1, 21):
        enrol(backend.context, code=f"EMP{count:03}")
        assert read(backend, "/api/employees").json()["total"] == count
        store_detection(backend.context, detection(clock(), count))
        assert read(backend, "/api/dashboard/overview").json()["detections_last_hour"] == count
        with closing(sqlite_driver().connect(path)) as connection, connection:
            connection.execute("UPDATE employees SET full_name = ? WHERE id = ?", (f"Persona {count}", count))
        assert read(backend, "/api/employees").json()["employees"][-1]["full_name"] == f"Persona {count}"


def test_cached_response_has_same_body_and_headers(backend: LiveBackend) -> None:
    first, second = read(backend, "/api/employees"), read(backend, "/api/employees")
    assert first.content == second.content
    changing = {"date"}
    assert {name: value for name, value in first.headers.items() if name not in changing} == {
        name: value for name, value in second.headers.items() if name not in changing
    }
    assert 'route="/api/employees",status="200"} 2.0' in read(backend, "/metrics").text


def test_cache_key_includes_query_and_language(backend: LiveBackend) -> None:
    assert read(backend, "/api/dashboard/stats?hours=1").json()["period_hours"] == 1
    assert read(backend, "/api/dashboard/stats?hours=2").json()["period_hours"] == 2
