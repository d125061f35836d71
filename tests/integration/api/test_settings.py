"""Settings in the database: read, changed, previewed, followed by running programs, fixed by the environment."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.core.errors import Unavailable
from stressvision.domain.auth import Role
from stressvision.notifications.address_tests import send_tests
from stressvision.services.auth.hashing import hash_password
from stressvision.services.context import Context, open_context, opened_context
from stressvision.services.settings.following import SettingsFollower
from stressvision.services.settings.preview import preview_rules
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection
from tests.programs.running import wait_until

HOOK = "jsons://hook.example.com/secret-path-77"


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


def setting(answer: Any, name: str) -> dict[str, Any]:
    return next(item for item in answer.json()["settings"] if item["name"] == name)


def audited(context: Context, action: str) -> list[str]:
    with context.database.read() as connection:
        query = "SELECT user_id || ' ' || CAST(details AS TEXT) FROM audit_log WHERE action = :action ORDER BY id"
        return [str(row[0]) for row in connection.execute(text(query), {"action": action})]


def test_change_applies_at_once_is_audited_and_returns_to_default(client: TestClient, usual_context: Context) -> None:
    before = setting(client.get("/api/settings"), "min_stress_events")
    assert before.items() >= {"value": 10, "default": 10, "minimum": 1.0, "source": "default", "is_live": True}.items()
    changed = client.patch("/api/settings?user_id=ing.rojas", json={"values": {"min_stress_events": 12}})
    assert changed.status_code == 200, changed.text
    after = setting(changed, "min_stress_events")
    assert after.items() >= {"value": 12, "source": "stored", "changed_by": "ing.rojas"}.items()
    assert usual_context.settings.min_stress_events == 12
    with opened_context(Settings(database_url=usual_context.settings.database_url)) as other:
        assert other.settings.min_stress_events == 12
    client.patch("/api/settings", json={"values": {"min_stress_events": None}})
    assert usual_context.settings.min_stress_events == 10
    first = audited(usual_context, "settings_changed")[0]
    assert first.startswith("ing.rojas")
    assert ('"from":10' in first.replace(" ", ""), '"to":12' in first.replace(" ", "")) == (True, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"min_stress_events": 0}, "min_stress_events"),
        ({"min_stress_events": "muchos"}, "min_stress_events"),
        ({"notify_quiet_hours": "25:00-06:00"}, "notify_quiet_hours"),
        ({"policy": "none"}, "policy"),
        ({"retention_audit_days": 1}, "retention_audit_days"),
        ({"database_url": "sqlite:///other.db"}, "database_url"),
        ({"min_fatigue_events": 20, "backup_keep": 0}, "backup_keep"),
    ],
)
def test_invalid_value_changes_nothing(client: TestClient, usual_context: Context, values: object, field: str) -> None:
    refused = client.patch("/api/settings", json={"values": values})
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]
    assert usual_context.settings.min_fatigue_events == 45


def test_environment_wins_and_is_shown_as_fixed(usual_context: Context) -> None:
    fixed = Settings(database_url=usual_context.settings.database_url, min_stress_events=8)
    with (
        opened_context(fixed) as own,
        TestClient(create_app(own), base_url="http://localhost:8000") as client,
    ):
        shown = setting(client.get("/api/settings"), "min_stress_events")
        assert shown.items() >= {"value": 8, "source": "environment"}.items()
        refused = client.patch("/api/settings", json={"values": {"min_stress_events": 12}})
    assert (refused.status_code, "STRESSVISION_MIN_STRESS_EVENTS" in refused.json()["detail"]) == (409, True)


def test_running_program_follows_another_ones_change(usual_context: Context) -> None:
    other = open_context(Settings(database_url=usual_context.settings.database_url))
    follower = SettingsFollower(other, seconds=0.01)
    follower.start()
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        client.patch("/api/settings", json={"values": {"alert_window_minutes": 20, "policy": "eu"}})
    wait_until(lambda: other.settings.alert_window_minutes == 20, "the change is applied")
    follower.stop()
    other.database.close()
    assert other.settings.policy == "eu"


def test_value_written_by_hand_that_is_invalid_is_left_out(sqlite_context: Context) -> None:
    with sqlite_context.database.write() as connection:
        for name, value in (("min_stress_events", "-4"), ("backup_keep", "not json"), ("host", '"0.0.0.0"')):
            connection.exec_driver_sql(
                "INSERT INTO stored_settings VALUES (?, ?, NULL, '2026-11-22 10:00:00.000')", (name, value)
            )
    sqlite_context.refresh_settings()
    assert sqlite_context.settings.min_stress_events == 10
    assert sqlite_context.settings.backup_keep == 7
    assert sqlite_context.settings.host == "127.0.0.1"


def test_addresses_are_stored_and_never_returned(client: TestClient, usual_context: Context) -> None:
    added = client.post("/api/notifications/targets", json={"address": HOOK})
    assert added.status_code == 201, added.text
    assert [target["label"] for target in added.json()["targets"]] == ["jsons://hook.example.com"]
    assert client.post("/api/notifications/targets", json={"address": HOOK}).status_code == 409
    assert client.post("/api/notifications/targets", json={"address": "no address"}).status_code == 422
    answers = [client.get(path).text for path in ("/api/settings", "/api/notifications", "/api/audit")]
    assert not [answer for answer in answers if "secret-path-77" in answer]
    assert usual_context.settings.notify_urls[0].get_secret_value() == HOOK
    target = added.json()["targets"][0]["target"]
    assert client.delete(f"/api/notifications/targets/{target}").json()["configured"] is False
    assert client.delete(f"/api/notifications/targets/{target}").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "workflows://hook.example.com/workflow/signature?template=/etc/passwd",
        "slack://TokenA/TokenB/TokenC?Template=http://169.254.169.254/latest",
        "mailtos://user:password@smtp.example.com?to=a@example.com&pgpprv=/etc/stressvision/backup.key",
        "ntfys://hook.example.com/topic?+attach=/etc/passwd",
        "vapid://mail@example.com?keyfile=/etc/passwd&subfile=/etc/passwd",
        "workflows://hook.example.com/workflow/signature?template%20=/etc/passwd",
        "workflows://hook.example.com/workflow/signature?%C2%A0template%E2%80%83=/etc/passwd",
        "workflows://hook.example.com/workflow/signature?%2574emplat%65=/etc/passwd",
        "workflows://hook.example.com/workflow/signature?a=1;%09TEMPLATE%0B=/etc/passwd",
        "mailtos://user:password@smtp.example.com?to=a@example.com&+pgpprv+=/etc/stressvision/backup.key",
        "dbus://",
        "file:///etc/passwd",
    ],
)
def test_address_that_reads_files_of_the_server_is_refused(client: TestClient, address: str) -> None:
    for path in ("/api/notifications/targets", "/api/notifications/test"):
        refused = client.post(path, json={"address": address})
        assert refused.status_code == 422, path
        assert "password" not in refused.text
    assert client.patch("/api/settings", json={"values": {"notify_urls": [address]}}).status_code == 422


def test_failed_test_names_reason_without_secrets(client: TestClient) -> None:
    tested = client.post("/api/notifications/test", json={"address": "json://127.0.0.1:9/secret-path-77"})
    assert tested.status_code == 200, tested.text
    [result] = tested.json()["targets"]
    assert (result["is_delivered"], result["label"]) == (False, "json://127.0.0.1:9")
    assert result["reason"]
    assert "secret-path-77" not in tested.text


def test_hanging_test_is_reported() -> None:
    with pytest.raises(Unavailable):
        send_tests(["json://127.0.0.1:9"], "es", (sys.executable, "-c", "raise SystemExit(3)"))


def store_stress(context: Context, clock: FakeClock, employee_id: int, count: int) -> None:
    for _ in range(count):
        clock.advance(seconds=20)
        add_detection(context, employee_id=employee_id, emotion="stress", emotion_confidence=0.7)


def test_preview_compares_thresholds_on_past_data(client: TestClient, usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    store_stress(usual_context, clock, employee, 11)
    clock.advance(hours=3)
    store_stress(usual_context, clock, employee, 14)
    clock.advance(seconds=1)
    looked = client.post("/api/settings/preview", json={"values": {"min_stress_events": 13}})
    assert looked.json().items() >= {"current": 2, "proposed": 1, "created": 2, "detections": 25, "days": 7}.items()
    assert usual_context.settings.min_stress_events == 10
    assert client.post("/api/settings/preview", json={"values": {"backup_keep": 3}}).status_code == 422
    clock.advance(seconds=timedelta(days=8).total_seconds())
    later = client.post("/api/settings/preview", json={"values": {"min_stress_events": 13}})
    assert later.json().items() >= {"current": 0, "proposed": 0}.items()


def test_preview_discloses_nothing_to_administrators(usual_context: Context, clock: FakeClock) -> None:
    for number in range(1, 7):
        count = 12 if number == 1 else 20
        store_stress(usual_context, clock, enrol(usual_context, f"EMP00{number}", f"Persona {number}"), count)
    between = {"min_stress_events": 13}
    doctor = preview_rules(usual_context, between, Role.HEALTH)
    assert (doctor.current, doctor.proposed) == (6, 5), "the difference is one person, although five remain"
    withheld = preview_rules(usual_context, between, Role.ADMIN)
    assert (withheld.current, withheld.proposed, withheld.created, withheld.detections) == (None, None, None, 0)
    assert withheld.withheld


def test_health_reads_settings_and_may_not_change_them(usual_context: Context) -> None:
    tokens = give_tokens(usual_context)
    with TestClient(create_app(replace(usual_context)), base_url="http://localhost:8000") as client:
        health = bearing(tokens[Role.HEALTH])
        assert client.get("/api/settings", headers=health).status_code == 200
        wanted = {"values": {"min_stress_events": 12}}
        assert client.patch("/api/settings", json=wanted, headers=health).status_code == 403
        assert client.patch("/api/settings", json=wanted, headers=bearing(tokens[Role.ADMIN])).status_code == 200
    assert audited(usual_context, "settings_changed")[0].startswith("cuenta.admin")


ROUTE = {"name": "Noche", "address": HOOK, "shifts": ["night"], "quiet": "sab-dom 00:00-00:00", "after_minutes": 15}


def test_destination_is_added_changed_tested_and_removed_without_showing_its_address(
    client: TestClient, usual_context: Context
) -> None:
    enrol(usual_context)
    added = client.post("/api/notifications/routes?user_id=ing.rojas", json=ROUTE)
    assert added.status_code == 201, added.text
    [route] = added.json()["routes"]
    shown = {"name": "Noche", "label": "jsons://hook.example.com", "quiet": "sab-dom 00:00-00:00", "fault": None}
    assert route.items() >= {**shown, "shifts": ["night"], "events": ["alerts"], "after_minutes": 15}.items()
    assert added.json().items() >= {"areas": ["Producción"], "shifts": ["morning"], "reaches_nobody": True}.items()
    path = f"/api/notifications/routes/{route['target']}"
    changed = client.put(path, json={"name": "De día", "lowest_severity": "high"}).json()["routes"][0]
    assert changed.items() >= {"name": "De día", "shifts": [], "lowest_severity": "high", "quiet": ""}.items()
    assert usual_context.settings.notify_routes[0].address.get_secret_value() == HOOK
    assert client.post("/api/notifications/routes", json=ROUTE).status_code == 409
    assert client.post("/api/notifications/targets", json={"address": HOOK}).status_code == 409
    tested = client.post("/api/notifications/test", json={"target": route["target"]})
    assert [item["label"] for item in tested.json()["targets"]] == ["jsons://hook.example.com"]
    assert client.delete(path).json()["routes"] == []
    assert client.delete(path).status_code == 404
    assert client.post("/api/notifications/test", json={"target": route["target"]}).status_code == 404
    log = audited(usual_context, "settings_changed")
    assert (len(log), '"shifts":["night"]' in log[0].replace(" ", "")) == (3, True)
    paths = ("/api/settings", "/api/notifications", "/api/notifications/routes", "/api/audit")
    assert not [path for path in paths if "secret-path-77" in client.get(path).text]
    assert "secret-path-77" not in "".join(log)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "Noche\r\nBcc: a@example.com"}, "name"),
        ({"quiet": "siempre"}, "quiet"),
        ({"quiet": "lun-dom 00:00-00:00"}, "quiet"),
        ({"after_minutes": 24 * 60}, "after_minutes"),
        ({"address": "file:///etc/passwd"}, "address"),
        ({"account": "dra.quispe"}, "account"),
        ({"lowest_severity": "enorme"}, "lowest_severity"),
    ],
)
def test_invalid_destination_names_its_field_and_stores_nothing(
    client: TestClient, usual_context: Context, wrong: dict[str, Any], field: str
) -> None:
    refused = client.post("/api/notifications/routes", json=ROUTE | wrong)
    assert refused.status_code == 422
    assert [fault["field"].rpartition(".")[2] for fault in refused.json()["errors"]] == [field]
    assert usual_context.settings.notify_routes == ()


PASSWORD = "una frase larga y rara 7"  # noqa: S105


def give_people(context: Context) -> dict[Role, dict[str, str]]:
    """Return the headers of one account of each role, `cuenta.ROLE`, with a password."""
    tokens = give_tokens(context)
    with context.database.write() as connection:
        connection.execute(text("UPDATE accounts SET password_hash = :hash"), {"hash": hash_password(PASSWORD)})
    return {role: bearing(token) for role, token in tokens.items()}


@pytest.mark.usefixtures("quick_argon")
def test_filter_by_area_belongs_to_an_account_of_the_health_service(usual_context: Context) -> None:
    people = give_people(usual_context)
    with TestClient(create_app(replace(usual_context)), base_url="http://localhost:8000") as client:
        admin, health = people[Role.ADMIN], people[Role.HEALTH]
        known = client.get("/api/notifications/routes", headers=health).json()["accounts"]
        assert known == ["cuenta.health", "cuenta.viewer"]
        refused = client.post("/api/notifications/routes", json=ROUTE, headers=admin)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "account")
        agreed = {"account": known[0], "password": PASSWORD}
        assert client.post("/api/notifications/routes", json=ROUTE | agreed, headers=health).is_error
        added = client.post("/api/notifications/routes", json=ROUTE | agreed, headers=admin)
        assert added.json()["routes"][0]["account"] == known[0]
        client.post(f"/api/accounts/{known[0]}/disable", headers=admin)
        fault = client.get("/api/notifications/routes", headers=admin).json()["routes"][0]["fault"]
    assert "desactivada" in fault


@pytest.mark.usefixtures("quick_argon")
def test_destination_in_the_name_of_an_account_needs_its_own_password(usual_context: Context) -> None:
    """Otherwise an administrator could receive the alerts of one person at an address of their own."""
    people = give_people(usual_context)
    own = {**ROUTE, "account": "cuenta.health"}
    with TestClient(create_app(replace(usual_context)), base_url="http://localhost:8000") as client:
        admin = people[Role.ADMIN]

        def refusal(method: str, path: str, body: object) -> list[str]:
            answer = client.request(method, path, json=body, headers=admin)
            return [fault["field"] for fault in answer.json()["errors"]] if answer.status_code == 422 else []

        routes = "/api/notifications/routes"
        assert refusal("POST", routes, own) == ["password"]
        assert refusal("POST", routes, own | {"password": "la del administrador 9"}) == ["password"]
        assert refusal("PATCH", "/api/settings", {"values": {"notify_routes": json.dumps([own])}}) == ["password"]
        assert usual_context.settings.notify_routes == ()

        added = client.post(routes, json=own | {"password": PASSWORD}, headers=admin)
        assert added.status_code == 201, added.text
        path = f"{routes}/{added.json()['routes'][0]['target']}"
        same = {name: value for name, value in own.items() if name != "address"}
        elsewhere = {"address": "jsons://own.example.com/hook"}
        for other in (elsewhere, {"shifts": [], "areas": ["Producción"]}, {"acknowledge_link": True}):
            assert refusal("PUT", path, same | other) == ["password"]
            assert refusal("PATCH", "/api/settings", {"values": {"notify_routes": json.dumps([own | other])}}) == [
                "password"
            ]
        assert client.put(path, json=same, headers=admin).status_code == 200, "nothing changes"
        assert client.post(routes, json={"name": "Todo", **elsewhere}, headers=admin).status_code == 201
        assert client.put(path, json=same | {"quiet": "", "password": PASSWORD}, headers=admin).status_code == 200
        assert client.delete(path, headers=admin).status_code == 200
    assert not [entry for entry in audited(usual_context, "settings_changed") if PASSWORD in entry]
    assert len(audited(usual_context, "login_failed")) == 1


@pytest.mark.usefixtures("quick_argon")
def test_figures_go_to_accounts_that_may_learn_them(usual_context: Context) -> None:
    admin = give_people(usual_context)[Role.ADMIN]
    wanted = {"name": "Jefatura", "address": HOOK, "events": ["weekly"], "password": PASSWORD}
    with TestClient(create_app(replace(usual_context)), base_url="http://localhost:8000") as client:
        for account in (None, "cuenta.admin"):
            refused = client.post("/api/notifications/routes", json=wanted | {"account": account}, headers=admin)
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "account")
        manager = wanted | {"account": "cuenta.viewer"}
        with_alerts = client.post("/api/notifications/routes", json=manager | {"events": ["alerts"]}, headers=admin)
        assert (with_alerts.status_code, with_alerts.json()["errors"][0]["field"]) == (422, "account")
        added = client.post("/api/notifications/routes", json=manager, headers=admin)
    assert (added.status_code, added.json()["routes"][0]["fault"]) == (201, None)


def test_destinations_before_the_first_account_name_none(client: TestClient, usual_context: Context) -> None:
    """The account that is created later would receive nothing that it agreed to."""
    values = {"values": {"notify_routes": json.dumps([{**ROUTE, "account": "dra.quispe"}])}}
    refused = client.patch("/api/settings", json=values)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "password")
    assert usual_context.settings.notify_routes == ()


def test_destinations_of_the_environment_are_fixed(usual_context: Context) -> None:
    fixed = Settings(database_url=usual_context.settings.database_url, notify_routes=[ROUTE])
    with TestClient(create_app(open_context(fixed)), base_url="http://localhost:8000") as client:
        shown = client.get("/api/notifications/routes").json()
        assert (shown["is_fixed"], shown["routes"][0]["name"]) == (True, "Noche")
        path = f"/api/notifications/routes/{shown['routes'][0]['target']}"
        refused = client.delete(path)
    assert (refused.status_code, "STRESSVISION_NOTIFY_ROUTES" in refused.json()["detail"]) == (409, True)
