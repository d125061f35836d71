"""Permissions of each role on each route and event, checked against the real application."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute, APIWebSocketRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import WebSocketDenialResponse

from stressvision.api.app import create_app
from stressvision.api.backend import Pace
from stressvision.db.queries.auth.accounts import NewAccount, insert_account
from stressvision.domain.auth import PEOPLE, Role
from stressvision.http.permissions import PERMISSIONS, Server
from stressvision.services.alerts.decisions import acknowledge_alert, resolve_alert
from stressvision.services.auth.tokens import add_token
from stressvision.services.context import Actor, Context
from stressvision.services.reports.creation import write_due_reports, write_manual_report
from stressvision.wire.access import TokenRequest
from stressvision.wire.backend import StoredDetection
from stressvision.wire.events import AlertEvent, DetectionEvent, ReportEvent
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

HOST = "http://localhost:8000"
TABLE = {(row.method, row.path): row.roles for row in PERMISSIONS if row.server is Server.BACKEND}

# d device, v viewer, h health, a admin. A missing route or a different cell fails the test.
EXPECTED = """
GET       /                                            public
GET       /health                                      public
POST      /api/login                                   public
POST      /api/logout                                  vha
POST      /api/password                                vha
GET       /api/session                                 vha
GET       /ready                                       vha
GET       /metrics                                     vha
GET       /api/docs                                    vha
GET       /docs/oauth2-redirect                        vha
GET       /api/docs/assets/{path:path}                 vha
GET       /api/openapi.json                            vha
WEBSOCKET /ws                                          vha
GET       /api/employees                               ha
POST      /api/employees                               ha
GET       /api/employees/{employee_id}                 ha
PATCH     /api/employees/{employee_id}                 ha
POST      /api/employees/{employee_id}/activate        ha
POST      /api/employees/{employee_id}/deactivate      ha
POST      /api/employees/{employee_id}/enrolment       ha
POST      /api/employees/{employee_id}/withdraw        ha
GET       /api/enrolment/consent                       vha
POST      /api/enrolment/stills                        ha
GET       /api/employees/{employee_id}/status          h
GET       /api/employees/{employee_id}/figures         h
GET       /api/employees/{employee_id}/timeline        h
GET       /api/employees/{employee_id}/data            h
DELETE    /api/employees/{employee_id}/data            ha
POST      /api/employees/{employee_id}/link            h
GET       /api/kiosks                                  h
POST      /api/kiosks                                  h
DELETE    /api/kiosks/{kiosk_id}                       h
GET       /api/kiosk                                   -
POST      /api/kiosk/reports                           -
GET       /api/own/prompt                              -
POST      /api/own/code                                -
GET       /api/alert-link                              -
POST      /api/alert-link                              -
POST      /api/own/open                                -
GET       /api/own                                     -
POST      /api/own/pause                               -
DELETE    /api/own/pause                               -
POST      /api/own/withdraw                            -
POST      /api/own/reports                             -
POST      /api/own/requests                            -
GET       /api/requests                                ha
POST      /api/requests/{request_id}/close             ha
GET       /api/agreement                               h
POST      /api/sessions                                d
POST      /api/sessions/{session_id}/end               d
POST      /api/detections                              d
GET       /api/alerts                                  h
GET       /api/alerts/outcomes                         h
GET       /api/alerts/{alert_id}                       h
POST      /api/alerts/{alert_id}/acknowledge           h
POST      /api/alerts/{alert_id}/notes                 h
POST      /api/alerts/{alert_id}/undo                  h
POST      /api/alerts/{alert_id}/resolve               h
GET       /api/silences                                h
POST      /api/silences                                h
DELETE    /api/silences/{silence_id}                   h
GET       /api/notifications                           ha
GET       /api/repairs                                 ha
GET       /api/system                                  a
GET       /api/logs                                    a
GET       /api/backups                                 a
POST      /api/backups                                 a
POST      /api/backups/{name}/verify                   a
POST      /api/backups/{name}/restore                  a
GET       /api/backups/{name}/file                     a
GET       /api/settings                                ha
PATCH     /api/settings                                a
POST      /api/settings/preview                        ha
POST      /api/notifications/targets                   a
DELETE    /api/notifications/targets/{target}          a
GET       /api/notifications/routes                    ha
POST      /api/notifications/routes                    a
PUT       /api/notifications/routes/{target}           a
DELETE    /api/notifications/routes/{target}           a
POST      /api/notifications/test                      a
GET       /api/dashboard/overview                      vha
GET       /api/dashboard/stats                         vh
GET       /api/plant/week/{date}                       vh
GET       /api/plant/month/{date}                      vh
GET       /api/devices                                 vha
GET       /api/devices/history                         vha
GET       /api/devices/{device_id}/picture             h
GET       /api/devices/{device_id}/camera              ha
PUT       /api/devices/{device_id}/camera              a
POST      /api/devices/{device_id}/pause               ha
DELETE    /api/devices/{device_id}/pause               ha
GET       /api/reports                                 vh
GET       /api/reports/{report_id}                     vh
GET       /api/reports/daily/{date}                    vh
GET       /api/reports/weekly/{date}                   vh
GET       /api/export/detections                       h
GET       /api/accounts                                a
POST      /api/accounts                                a
POST      /api/accounts/{name}/disable                 a
POST      /api/accounts/{name}/password                a
GET       /api/tokens                                  a
POST      /api/tokens                                  a
POST      /api/tokens/{token_id}/revoke                a
GET       /api/audit                                   ha
"""

ALERT = set(AlertEvent.model_fields)
BARE_REPORT = {"type", "id", "committed_at", "report_id", "start_timestamp", "end_timestamp", "revision"}
EVENTS = {
    Role.HEALTH: {
        "detection": set(DetectionEvent.model_fields) | set(StoredDetection.model_fields),
        "alert": ALERT,
        "alert_acknowledged": ALERT,
        "alert_resolved": ALERT,
        "report": set(ReportEvent.model_fields),
    },
    Role.VIEWER: {"report": BARE_REPORT},
    Role.ADMIN: {},
}


def endpoints(routes: Iterable[BaseRoute]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps the routers that it was given
        if included is not None:
            found |= endpoints(included.routes)
        elif isinstance(route, APIWebSocketRoute):
            found.add(("WEBSOCKET", route.path))
        elif isinstance(route, Mount):
            found.add(("GET", f"{route.path}/{{path:path}}"))
        elif isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in (route.methods or set()) - {"HEAD"}}
    return found


def expected() -> dict[tuple[str, str], set[Role] | None]:
    cells: dict[tuple[str, str], set[Role] | None] = {}
    for line in EXPECTED.split("\n")[1:-1]:
        method, path, roles = line.split()
        cells[method, path] = None if roles == "public" else {role for role in Role if role[0] in roles}
    return cells


def give_tokens(context: Context) -> dict[Role, str]:
    """Return one token of each role. The accounts have no password: hashing one takes longer than the rest."""
    now = context.clock()
    with context.database.write() as connection:
        for role in sorted(PEOPLE):
            insert_account(connection, NewAccount(f"cuenta.{role}", str(role), "", None, now, now))
    wanted = {
        role: TokenRequest(device_id="cam-1") if role is Role.DEVICE else TokenRequest(account=f"cuenta.{role}")
        for role in Role
    }
    return {role: add_token(context, request, Actor()).token for role, request in wanted.items()}


@contextmanager
def asking(context: Context, pace: Pace | None = None, address: str = "testclient") -> Iterator[TestClient]:
    app, caller = create_app(context, pace), (address, 50000)
    with TestClient(app, base_url=HOST, raise_server_exceptions=False, client=caller) as client:
        yield client


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    for name in ("employee_id", "alert_id", "report_id", "silence_id", "session_id", "device_id", "request_id"):
        path = path.replace(f"{{{name}}}", "987654")
    path = path.replace("{path:path}", "swagger-ui.css").replace("{date}", "2026-11-22")
    path = path.replace("{name}", "nadie").replace("{token_id}", "000000000000")
    if method != "WEBSOCKET":
        return client.request(method, path, headers=headers).status_code
    try:
        with client.websocket_connect(path, headers={**headers, "Host": "localhost"}) as socket:
            return 200 if socket.receive_json()["type"] == "connected" else 401
    except WebSocketDenialResponse as refused:
        return refused.status_code


def test_every_route_is_in_the_table(usual_context: Context) -> None:
    routes = endpoints(create_app(usual_context).routes)
    assert ("GET", "/api/employees/{employee_id}") in routes
    assert routes - TABLE.keys() == set()


def test_each_role_has_exactly_the_listed_permissions(usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    found: dict[tuple[str, str], set[Role] | None] = {}
    # Another machine's address would be limited to 200 requests at once, and 429 is no permission.
    with asking(usual_context, address="127.0.0.1") as client:
        # A logged-out token is invalid afterwards.
        for method, path in sorted(endpoints(client.app.routes), key=lambda endpoint: "logout" in endpoint[1]):  # type: ignore[attr-defined]
            statuses = {role: ask(client, method, path, bearing(token)) for role, token in tokens.items()}
            assert 401 not in statuses.values() or path == "/api/login", f"{method} {path}"
            found[method, path] = {role for role, status in statuses.items() if status != 403}
            if TABLE[method, path] is None:
                found[method, path] = None
    assert found == expected()


def test_missing_token_gets_401_except_at_root_health_and_login(usual_context: Context) -> None:
    give_tokens(usual_context)
    with asking(usual_context, Pace(identify_seconds=0.05)) as client:
        statuses = {
            (method, path): ask(client, method, path, {})
            for method, path in endpoints(client.app.routes)  # type: ignore[attr-defined]
        }
        strange = [client.get(path).status_code for path in ("/api/nothing", "/.env", "/api/employees/1/secrets")]
        wrong = client.get("/api/devices", headers=bearing("sv_000000000000_" + "a" * 43))
        in_the_address = client.get(f"/api/devices?token={give_token(usual_context)}")
    assert {endpoint for endpoint, status in statuses.items() if status != 401} == {
        ("GET", "/"),
        ("GET", "/health"),
    } | {("POST", "/api/login")}
    assert strange == [401, 401, 401]
    assert wrong.status_code == in_the_address.status_code == 401
    assert wrong.headers["www-authenticate"].startswith("Bearer")
    assert "python -m stressvision token add" in in_the_address.json()["detail"]


def give_token(context: Context) -> str:
    return add_token(context, TokenRequest(account="cuenta.health"), Actor()).token


def test_no_login_is_required_before_the_first_account(usual_context: Context) -> None:
    with asking(usual_context) as client:
        assert client.get("/api/employees").status_code == 200
        assert client.get("/").json()["login_required"] is False
        refused = client.post(
            "/api/accounts", json={"name": "ana", "role": "admin", "password": "cuatro palabras que recuerdo"}
        )
    assert refused.status_code == 403
    assert "python -m stressvision account add" in refused.json()["detail"]


@pytest.mark.parametrize("role", EVENTS)
def test_each_role_receives_exactly_the_listed_events_and_fields(
    usual_context: Context, clock: FakeClock, role: Role
) -> None:
    tokens = give_tokens(usual_context)
    people = [enrol(usual_context, f"EMP00{number}") for number in range(1, 6)]
    raise_alert(usual_context, people[0])
    for employee_id in people:
        add_detection(usual_context, employee_id=employee_id)
    acknowledge_alert(usual_context, 1, Actor("dra.quispe"))
    resolve_alert(usual_context, 1, Actor("dra.quispe"), "Conversado")
    clock.advance(minutes=15)
    write_due_reports(usual_context, timedelta(minutes=15))
    write_manual_report(usual_context, timedelta(minutes=15))
    with (
        asking(usual_context) as client,
        client.websocket_connect("/ws?since=0", headers={**bearing(tokens[role]), "Host": "localhost"}) as socket,
    ):
        socket.send_json({"type": "ping"})
        received: dict[str, set[str]] = {}
        while (message := socket.receive_json())["type"] != "pong":
            fields = set(message) | set(message.get("data", {}))
            received[message["type"]] = received.get(message["type"], set()) | fields
    del received["connected"]
    assert received == EVENTS[role]


def test_viewer_gets_figures_without_persons(usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    raise_alert(usual_context, enrol(usual_context))
    write_manual_report(usual_context, timedelta(minutes=15))

    def texts(client: TestClient, role: Role) -> str:
        answers = [
            client.get(path, headers=bearing(tokens[role]))
            for path in ("/api/dashboard/stats", "/api/dashboard/overview", "/api/reports", "/api/reports/1")
        ]
        return " ".join(answer.text for answer in answers)

    with asking(usual_context) as client:
        received = {role: texts(client, role) for role in (Role.HEALTH, Role.VIEWER, Role.ADMIN, Role.HEALTH)}
    assert "Ana Torres" in received[Role.HEALTH]
    assert "EMP001" in received[Role.HEALTH]
    for role in (Role.VIEWER, Role.ADMIN):
        assert "Ana" not in received[role]
        assert "EMP001" not in received[role]


def test_decision_is_recorded_under_the_account_not_the_request(usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    raise_alert(usual_context, enrol(usual_context))
    with asking(usual_context) as client:
        decided = client.post(
            "/api/alerts/1/acknowledge?user_id=otra", json={"user_id": "gerente"}, headers=bearing(tokens[Role.HEALTH])
        ).json()
        entries = client.get("/api/audit?entity_type=alert&entity_id=1", headers=bearing(tokens[Role.HEALTH])).json()
    assert decided["alert"]["acknowledged_by"] == "cuenta.health"
    assert [entry["user_id"] for entry in entries["entries"]] == ["cuenta.health"]
    assert None not in {entries["entries"][0]["id"], entries["entries"][0]["hash"]}


def test_device_token_is_valid_for_its_own_device_only(usual_context: Context) -> None:
    headers = bearing(give_tokens(usual_context)[Role.DEVICE])
    with asking(usual_context) as client:
        own = client.post("/api/sessions", json={"device_id": "cam-1"}, headers=headers)
        other = client.post("/api/sessions", json={"device_id": "cam-2"}, headers=headers)
        detection: dict[str, Any] = {"device_id": "cam-2", "timestamp": "2026-11-22T15:07:00Z"}
        forged = client.post("/api/detections", json=detection, headers=headers)
        stored = client.post("/api/detections", json={**detection, "device_id": "cam-1"}, headers=headers)
    assert (own.status_code, other.status_code, forged.status_code, stored.status_code) == (200, 403, 403, 200)
    assert "token add --device cam-2" in json.loads(forged.text)["detail"]


@pytest.mark.parametrize("foreign", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_token_is_refused_with_foreign_host_or_origin(usual_context: Context, foreign: dict[str, str]) -> None:
    headers = {**bearing(give_tokens(usual_context)[Role.HEALTH]), "Host": "localhost", **foreign}
    with asking(usual_context) as client:
        assert client.get("/api/alerts", headers=headers).status_code == 403
        assert client.get("/", headers=headers).status_code == 403
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/ws", headers=headers):
            pass
    assert refused.value.status_code == 403
