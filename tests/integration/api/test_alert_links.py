"""Links in messages that acknowledge an alert: who gets one, what it shows, and that it works once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from stressvision.api.app import create_app
from stressvision.api.backend import LINKS_PER_SECOND
from stressvision.core.errors import InvalidInput
from stressvision.core.notice_routes import NoticeRoute
from stressvision.domain.auth import Role
from stressvision.http.rate_limits import RateLimiter
from stressvision.notifications.delivery import deliver_due
from stressvision.notifications.message import OutgoingMessage
from stressvision.services.alerts.decisions import acknowledge_alert, read_alert
from stressvision.services.alerts.links import acknowledge_by_link
from stressvision.services.auth.accounts import add_account, disable_account
from stressvision.services.auth.login import confirm_by_password
from stressvision.services.context import Actor, Context
from stressvision.services.settings.routes import add_route
from stressvision.wire.alerts import AlertLinkState
from stressvision.wire.notifications import RouteNew
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import bearing
from tests.integration.conftest import configured, enrol
from tests.integration.edge.test_detections_stored import DOCTOR, post_stress

BASE = "https://estres.planta.example"
MAIL = "mailto://127.0.0.1:9/?from=a@example.com&to=dra@example.com&mode=insecure"
HOOK = "json://127.0.0.1:9/hook"


def routed(context: Context, base: str = BASE, general: str = "json://127.0.0.1:9/general", **route: Any) -> Context:
    """Return the context with one destination, by default the mailbox of an account of the health service."""
    known = NoticeRoute.model_validate({"name": "Turno", "address": MAIL, "account": "dra", **route})
    changes = {"notify_urls": (SecretStr(general),), "notify_routes": (known,), "dashboard_url": base}
    return configured(context, **changes)


def deliver(context: Context) -> list[str]:
    """Deliver what is due, and return the texts."""
    sent: list[str] = []

    def send(_target: str, message: OutgoingMessage) -> None:
        sent.append(message.body)

    deliver_due(context, send)
    return sent


def find_key(body: str) -> str:
    found = re.search(rf"{BASE}/atender\?clave=(\S+)", body)
    assert found, body
    return found.group(1)


@pytest.fixture
def telling(usual_context: Context) -> Context:
    add_account(usual_context, "dra", Role.HEALTH, "una frase larga y propia", Actor())
    return routed(usual_context)


@pytest.fixture
def client(telling: Context) -> Iterator[TestClient]:
    with TestClient(create_app(telling), base_url="http://localhost:8000") as client:
        yield client


def issued_key(context: Context, clock: FakeClock, employee_id: int | None = None) -> str:
    post_stress(context, clock, employee_id or enrol(context), 10)
    (body,) = deliver(context)
    return find_key(body)


def test_link_acknowledges_once_in_the_name_of_the_destination(
    client: TestClient, telling: Context, clock: FakeClock
) -> None:
    key = bearing(issued_key(telling, clock))
    shown = client.get("/api/alert-link", headers=key)
    assert shown.status_code == 200, shown.text
    assert set(shown.json()) == {"alert_id", "timestamp", "severity", "destination", "expires_at", "state"}
    assert (shown.json()["state"], shown.json()["destination"]) == ("pending", "Turno")
    assert read_alert(telling, 1, DOCTOR).status == "pending", "a scanner of mails reads the address"
    assert client.post("/api/alert-link", headers=key).json()["state"] == "acknowledged"
    alert = read_alert(telling, 1, DOCTOR)
    assert (alert.status, alert.acknowledged_by) == ("acknowledged", "enlace de Turno (dra)")
    with telling.database.read() as connection:
        entry = connection.execute(
            text("SELECT user_id, ip_address FROM audit_log WHERE action = 'alert_acknowledged'")
        ).one()
    assert tuple(entry) == ("enlace de Turno (dra)", "testclient")
    again = client.post("/api/alert-link", headers=key)
    assert (again.status_code, "ya se usó" in again.json()["detail"]) == (409, True)


def test_link_of_an_attended_alert_changes_nothing(client: TestClient, telling: Context, clock: FakeClock) -> None:
    key = bearing(issued_key(telling, clock))
    acknowledge_alert(telling, 1, DOCTOR)
    assert client.get("/api/alert-link", headers=key).json()["state"] == "settled"
    assert client.post("/api/alert-link", headers=key).status_code == 409
    assert read_alert(telling, 1, DOCTOR).acknowledged_by == DOCTOR.user_id


def test_unknown_missing_and_expired_links_are_refused(client: TestClient, telling: Context, clock: FakeClock) -> None:
    key = bearing(issued_key(telling, clock))
    assert client.get("/api/alert-link").status_code == 401
    for other in ("sva_unknown", "svp_personal"):
        assert client.post("/api/alert-link", headers=bearing(other)).status_code == 403
    clock.advance(hours=24, minutes=1)
    refused = client.post("/api/alert-link", headers=key)
    assert (refused.status_code, "venció" in refused.json()["detail"]) == (403, True)
    assert read_alert(telling, 1, DOCTOR).status == "pending"


def test_link_ends_with_its_account(client: TestClient, telling: Context, clock: FakeClock) -> None:
    key = bearing(issued_key(telling, clock))
    disable_account(telling, "dra", Actor())
    assert client.post("/api/alert-link", headers=key).status_code == 403


def test_uses_of_links_are_limited(telling: Context, clock: FakeClock) -> None:
    app = create_app(telling)
    app.state.backend = replace(app.state.backend, link_limit=RateLimiter(LINKS_PER_SECOND, clock.monotonic))
    with TestClient(app, base_url="http://localhost:8000") as client:
        answers = [client.get("/api/alert-link", headers=bearing("sva_guess")).status_code for _ in range(5)]
    assert answers == [403] * 4 + [429]


def test_secret_is_not_stored(telling: Context, clock: FakeClock) -> None:
    key = issued_key(telling, clock)
    with telling.database.read() as connection:
        stored = connection.execute(text("SELECT * FROM alert_links")).one()
    assert key not in str(tuple(stored))


@pytest.mark.parametrize(
    ("route", "has_link"),
    [
        ({}, True),
        ({"acknowledge_link": False}, False),
        ({"address": HOOK}, False),
        ({"address": HOOK, "acknowledge_link": True}, True),
        ({"account": None}, False),
        ({"account": None, "acknowledge_link": True}, False),
        ({"base": "http://estres.planta.example"}, False),
        ({"base": ""}, False),
    ],
)
def test_only_a_reader_of_the_health_service_gets_a_link(
    telling: Context, clock: FakeClock, route: dict[str, Any], has_link: bool
) -> None:
    own = routed(telling, **route)
    post_stress(own, clock, enrol(own), 10)
    (body,) = deliver(own)
    assert ("/atender?clave=" in body) is has_link


def test_general_recipients_get_no_link(telling: Context, clock: FakeClock) -> None:
    own = routed(telling, general=MAIL, address=HOOK, areas=("Otra",))
    post_stress(own, clock, enrol(own), 10)
    (body,) = deliver(own)
    assert "/atender" not in body


def test_link_without_an_account_is_not_stored(usual_context: Context) -> None:
    add_account(usual_context, "dra", Role.HEALTH, "una frase larga y propia", Actor())
    wanted = RouteNew(name="Gancho", address="jsons://example.com/hook", acknowledge_link=True)
    with pytest.raises(InvalidInput) as refused:
        add_route(usual_context, wanted, Actor(user_id="admin"), confirm_by_password)
    assert refused.value.field == "account"


def test_first_of_two_links_wins(telling: Context, clock: FakeClock) -> None:
    """A message that is sent again has another link."""
    first = issued_key(telling, clock)
    with telling.database.write() as connection:
        connection.execute(text("UPDATE notifications SET state = 'waiting'"))
    clock.advance(minutes=3)
    (body,) = deliver(telling)
    second: AlertLinkState = acknowledge_by_link(telling, find_key(body), None)
    assert second.state == "acknowledged"
    with pytest.raises(Exception, match="atendió"):
        acknowledge_by_link(telling, first, None)
