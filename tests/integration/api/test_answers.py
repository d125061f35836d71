"""The response cache: the same bytes until a commit, and never data from before one."""

import select as sockets
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select, text

from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.dashboard.client import BackendClient
from stressvision.db.engine.connection import Database
from stressvision.db.engine.pipeline import PipelinedConnection
from stressvision.db.engine.prepared import PreparedQuery
from stressvision.db.engine.snapshot_reads import SnapshotRead, read_alone
from stressvision.db.engine.visible_commits import read_snapshot, read_visible_commits
from stressvision.db.queries.people.employees import fingerprint_employees
from stressvision.services.context import Context
from stressvision.services.detections.storing import store_detection
from stressvision.services.figures import plan_overview, plan_stats
from stressvision.services.people.employees import fingerprint_state
from tests.conftest import FakeClock
from tests.integration.conftest import DATABASES, connect_elsewhere, enrol
from tests.integration.edge.test_detections_stored import detection
from tests.integration.live_backend import LiveBackend, serve


@pytest.fixture
def backend(context: Context) -> Iterator[LiveBackend]:
    with serve(context) as running:
        yield running


def read(backend: LiveBackend, path: str) -> requests.Response:
    answer = requests.get(f"{backend.url}{path}", timeout=10)
    assert answer.status_code == 200
    return answer


def test_next_response_includes_commit_of_any_program(backend: LiveBackend, clock: FakeClock) -> None:
    assert read(backend, "/api/employees").json()["total"] == 0
    for count in range(1, 21):
        enrol(backend.context, code=f"EMP{count:03}")
        assert read(backend, "/api/employees").json()["total"] == count
        store_detection(backend.context, detection(clock(), count))
        assert read(backend, "/api/dashboard/overview").json()["detections_last_hour"] == count
        with closing(connect_elsewhere(backend.context.settings.database_url)) as connection, connection:
            connection.execute(f"UPDATE employees SET full_name = 'Persona {count}' WHERE id = {count}")
        assert read(backend, "/api/employees").json()["employees"][-1]["full_name"] == f"Persona {count}"


def test_list_of_employees_shows_samples_and_consents_of_any_program(backend: LiveBackend) -> None:
    """The list has a fingerprint: it is kept through commits that leave the tables of people as they are."""
    enrol(backend.context)
    before = read(backend, "/api/employees").json()["employees"][0]
    assert (before["enrolment_status"], before["consent_version"] is None) == ("enrolled", False)
    with closing(connect_elsewhere(backend.context.settings.database_url)) as connection, connection:
        connection.execute(
            "INSERT INTO consents (employee_id, given, text_version, text_sha256, recorded_at, method)"
            " SELECT employee_id, given, 'newer', text_sha256, recorded_at, method FROM consents"
        )
    assert read(backend, "/api/employees").json()["employees"][0]["consent_version"] == "newer"
    with closing(connect_elsewhere(backend.context.settings.database_url)) as connection, connection:
        connection.execute("DELETE FROM face_samples")
    assert read(backend, "/api/employees").json()["employees"][0]["enrolment_status"] == "needs_enrolment"


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


@pytest.mark.parametrize("path", ["/api/dashboard/overview", "/api/dashboard/stats", "/api/employees/1/status"])
def test_reader_that_has_the_answer_gets_304_until_it_changes(
    backend: LiveBackend, clock: FakeClock, path: str
) -> None:
    employee = enrol(backend.context)
    store_detection(backend.context, detection(clock(), employee))
    first = read(backend, path)
    clock.advance(seconds=1)
    tag = {"If-None-Match": f'"other", {first.headers["ETag"]}'}
    again = requests.get(f"{backend.url}{path}", headers=tag, timeout=10)
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == "no-store"
    store_detection(backend.context, detection(clock(), employee))
    changed = requests.get(f"{backend.url}{path}", headers=tag, timeout=10)
    assert (changed.status_code, changed.content != first.content) == (200, True)


def test_confirmed_read_of_a_person_is_audited(backend: LiveBackend, clock: FakeClock) -> None:
    employee = enrol(backend.context)
    path = f"/api/employees/{employee}/status"
    tag = {"If-None-Match": read(backend, path).headers["ETag"]}
    assert requests.get(f"{backend.url}{path}", headers=tag, timeout=10).status_code == 304
    clock.advance(seconds=60)
    assert requests.get(f"{backend.url}{path}", headers=tag, timeout=10).status_code == 304
    found = read(backend, f"/api/audit?entity_type=employee&entity_id={employee}").json()["entries"]
    times = [entry["details"].get("times", 1) for entry in found if entry["action"] == "read_employee_state"]
    assert sum(times) == 3


def test_dashboard_client_reads_the_answer_that_was_confirmed(backend: LiveBackend) -> None:
    client = BackendClient(backend.url, "es")
    assert client.employee_page(50, 0, {}) == client.employee_page(50, 0, {})
    assert client.overview().model_dump(exclude={"timestamp"}) == client.overview().model_dump(exclude={"timestamp"})
    assert 'route="/api/employees",status="304"} 1.0' in read(backend, "/metrics").text
    enrol(backend.context)
    assert client.employee_page(50, 0, {}).total == 1


@pytest.fixture
def postgresql(postgres: Any, postgres_template: str) -> Iterator[Database]:
    postgres.psql(f"CREATE DATABASE visible TEMPLATE {postgres_template};")
    with closing(Database(postgres.get_uri(database="visible"))) as database:
        yield database
    postgres.psql("DROP DATABASE visible WITH (FORCE);")


def answer_all(connection: PipelinedConnection, *reads: SnapshotRead[Any]) -> list[object]:
    for read in reads:
        connection.send(read)
    answers: list[object] = []
    while len(answers) < len(reads):
        connection.flush()
        sockets.select([connection], [], [], 5)
        answers += [answer() for answer in connection.receive()]
    return answers


def ask(connection: PipelinedConnection) -> object:
    (answer,) = answer_all(connection, read_visible_commits())
    return answer


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_visible_commits_change_with_each_commit_alone(postgresql: Database) -> None:
    with closing(PipelinedConnection(postgresql)) as connection, postgresql.engine.connect() as other:
        before = ask(connection)
        other.exec_driver_sql("CREATE TABLE made_by_hand (number int)")
        assert ask(connection) == before
        other.commit()
        committed = ask(connection)
        assert committed != before
        assert ask(connection) == committed
        other.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        with pytest.raises(DatabaseUnavailable):
            ask(connection)


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_pipeline_answers_as_the_pool_does(postgresql: Database, clock: FakeClock) -> None:
    context = Context(postgresql, Settings(), clock)
    for number in range(1, 4):
        person = enrol(context, code=f"EMP{number:03}")
        store_detection(context, detection(clock() - timedelta(minutes=number), person))
    reads = (
        plan_overview(context),
        plan_stats(context, 24),
        fingerprint_state(context, 1, 60),
        fingerprint_employees(),
    )
    with closing(PipelinedConnection(postgresql)) as connection:
        assert answer_all(connection, *reads, *reads) == [postgresql.fetch(read) for read in reads] * 2
        refused = PreparedQuery(select(text("1 / 0")))
        with pytest.raises(DatabaseUnavailable):
            answer_all(connection, read_alone(refused.bind(list)))


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_reader_does_not_notice_that_connections_broke(postgresql: Database, clock: FakeClock) -> None:
    context = Context(postgresql, Settings(), clock)
    stored = "INSERT INTO detection_events (timestamp, device_id, created_at) VALUES (%(now)s, 'pi-1', %(now)s)"
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with (
        serve(context) as running,
        closing(connect_elsewhere(context.database.url.render_as_string(hide_password=False))) as other,
    ):
        for count in range(1, 4):
            other.execute(stored, {"now": clock()})
            other.commit()
            assert read(running, "/api/dashboard/overview").json()["detections_last_hour"] == count
            other.execute(ended)
            other.commit()


def test_snapshot_leaves_out_transactions_that_have_only_begun() -> None:
    assert read_snapshot("100:100:") == read_snapshot("100:101:100") == read_snapshot("100:103:100,101,102")
    assert read_snapshot("100:103:100,102") == (102, (100,))
