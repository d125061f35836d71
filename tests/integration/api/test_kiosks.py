"""Self-reports at kiosks and on request of the open page: occasions, personal codes, and what a kiosk may not do."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from stressvision.api.app import create_app
from stressvision.api.backend import KIOSK_REPORTS_PER_SECOND
from stressvision.domain.auth import Role
from stressvision.http.rate_limits import RateLimiter
from stressvision.services.context import Actor, Context
from stressvision.services.people.links import LinkHolder, issue_link, open_link, require_holder
from stressvision.services.people.own import read_prompt, report_own_state
from stressvision.wire.own import SelfReportNew
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.api.test_own_data import actions, opened_link
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


def new_kiosk(client: TestClient) -> dict[str, str]:
    issued = client.post("/api/kiosks?user_id=dra", json={"location": "Línea 1"})
    assert issued.status_code == 201, issued.text
    assert issued.json()["path"] == f"/quiosco?clave={issued.json()['secret']}"
    return bearing(issued.json()["secret"])


def new_code(client: TestClient, employee_id: int) -> str:
    code: str = client.post("/api/own/code", headers=opened_link(client, employee_id)).json()["code"]
    return code


def opened(context: Context, employee_id: int) -> LinkHolder:
    """Return the holder of an opened link whose page asks after 22 minutes, and 2 minutes after an alert."""
    link = open_link(context, issue_link(context, employee_id, Actor(user_id="dra")).secret, None)
    return replace(require_holder(context, link.secret, None), draw=19)


def stored(context: Context) -> list[tuple[int, int | None, int | None, str]]:
    with context.database.read() as connection:
        query = text("SELECT employee_id, sleepiness, tension, occasion FROM self_reports ORDER BY id")
        return [tuple(row) for row in connection.execute(query)]


def test_code_at_a_kiosk_stores_an_answer_and_reads_nothing(client: TestClient, usual_context: Context) -> None:
    ana = enrol(usual_context)
    kiosk, code = new_kiosk(client), new_code(client, ana)
    assert set(client.get("/api/kiosk", headers=kiosk).json()) == {"id", "location", "created_by", "created_at"}
    answer = client.post("/api/kiosk/reports", headers=kiosk, json={"code": code, "sleepiness": 7})
    assert (answer.status_code, answer.json()) == (200, {"is_stored": True})
    assert stored(usual_context) == [(ana, 7, None, "kiosk")]
    for path in ("/api/own", "/api/own/prompt"):
        assert client.get(path, headers=kiosk).status_code == 403
    with usual_context.database.read() as connection:
        texts = str(
            [
                tuple(row)
                for table in ("kiosks", "kiosk_codes")
                for row in connection.execute(text(f"SELECT * FROM {table}"))
            ]
        )
    assert code not in texts
    assert "issue_code" in actions(client, ana)


def test_kiosk_slows_guesses_of_codes(usual_context: Context, clock: FakeClock) -> None:
    enrol(usual_context)
    app = create_app(usual_context)
    app.state.backend = replace(app.state.backend, kiosk_limit=RateLimiter(KIOSK_REPORTS_PER_SECOND, clock.monotonic))
    with TestClient(app, base_url="http://localhost:8000") as client:
        kiosk = new_kiosk(client)
        answers = [
            client.post("/api/kiosk/reports", headers=kiosk, json={"code": f"00000{number}", "tension": 1}).status_code
            for number in range(3)
        ]
    assert answers[0] == 404
    assert answers[1:] == [429, 429]


def test_new_code_and_ended_kiosk(client: TestClient, usual_context: Context) -> None:
    ana = enrol(usual_context)
    first, kiosk = new_code(client, ana), new_kiosk(client)
    new_code(client, ana)
    assert client.post("/api/kiosk/reports", headers=kiosk, json={"code": first, "tension": 1}).status_code == 404
    (known,) = client.get("/api/kiosks").json()["kiosks"]
    assert client.delete(f"/api/kiosks/{known['id']}?user_id=dra").json() == {"kiosks": []}
    assert client.get("/api/kiosk", headers=kiosk).status_code == 403
    assert client.delete(f"/api/kiosks/{known['id']}?user_id=dra").status_code == 404
    assert client.get("/api/kiosk").status_code == 401


def test_only_the_health_service_creates_kiosks(client: TestClient, usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    for role, token in tokens.items():
        status = client.post("/api/kiosks", headers=bearing(token), json={"location": "X"}).status_code
        assert status == (201 if role is Role.HEALTH else 403)


def test_answer_to_the_page_has_its_occasion(usual_context: Context, clock: FakeClock) -> None:
    ana = enrol(usual_context)
    holder = opened(usual_context, ana)
    assert read_prompt(usual_context, holder).due_at is None
    report_own_state(usual_context, holder, SelfReportNew(tension=2, prompted=True))
    clock.advance(minutes=1)
    post_stress(usual_context, clock, ana, 10)
    clock.advance(minutes=3)
    assert set(read_prompt(usual_context, holder).model_dump()) == {"due_at"}, "not why"
    assert read_prompt(usual_context, holder).due_at is not None
    report_own_state(usual_context, holder, SelfReportNew(tension=4, prompted=True))
    assert read_prompt(usual_context, holder).due_at is None
    clock.advance(minutes=20)
    report_own_state(usual_context, holder, SelfReportNew(tension=3, prompted=True))
    report_own_state(usual_context, holder, SelfReportNew(tension=1))
    assert [row[3] for row in stored(usual_context)] == ["own", "after_alert", "random", "own"]


def test_agreement_is_split_by_occasion(client: TestClient, usual_context: Context, clock: FakeClock) -> None:
    ana = enrol(usual_context)
    post_stress(usual_context, clock, ana, 40)
    report_own_state(usual_context, opened(usual_context, ana), SelfReportNew(tension=2))
    counts = {
        name: client.get(f"/api/agreement{query}").json()["scales"][1]["reports"]
        for name, query in (("all", ""), ("own", "?occasion=own"), ("kiosk", "?occasion=kiosk"))
    }
    assert counts == {"all": 1, "own": 1, "kiosk": 0}
    assert client.get("/api/agreement?occasion=other").status_code == 422
