"""A WebSocket client receives only its subscription, live and when it resumes."""

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from stressvision.api.backend import Pace
from stressvision.domain.auth import Role
from stressvision.services.alerts.decisions import acknowledge_alert
from stressvision.services.context import Actor, Context
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import Follower, LiveBackend, add_detection, raise_alert, serve


@pytest.fixture
def live(usual_context: Context) -> Iterator[LiveBackend]:
    with serve(usual_context) as backend:
        yield backend


def hear(follower: Follower) -> list[dict[str, Any]]:
    """Return the messages before the answer to a ping."""
    follower.send({"type": "ping"})
    heard = []
    while (message := follower.receive())["type"] != "pong":
        heard.append(message)
    return heard


def subscribe(follower: Follower, **fields: object) -> dict[str, Any]:
    follower.send({"type": "subscribe", **fields})
    return follower.receive()


def test_subscription_selects_types_and_employee(live: LiveBackend) -> None:
    ana, luis = enrol(live.context), enrol(live.context, "EMP002", "Luis Rojas")
    with live.follow() as follower, live.follow() as everything:
        follower.receive()
        assert subscribe(follower, events=["alert", "alert_acknowledged"], employee_id=ana) == {
            "type": "subscribed",
            "events": ["alert", "alert_acknowledged"],
            "employee_id": ana,
        }
        raise_alert(live.context, luis)
        raise_alert(live.context, ana)
        acknowledge_alert(live.context, 2, Actor(user_id="doctora"))
        everything.receive_events(23)
        heard = hear(follower)
        assert [(event["type"], event["employee_id"]) for event in heard] == [
            ("alert", ana),
            ("alert_acknowledged", ana),
        ]
        confirmed = subscribe(follower)
        assert confirmed["employee_id"] is None
        assert {"detection", "alert", "report"} <= set(confirmed["events"])
        add_detection(live.context)
        assert follower.receive_events(1)[0]["type"] == "detection"


def test_subscription_in_url_applies_to_replay(live: LiveBackend) -> None:
    ana = enrol(live.context)
    add_detection(live.context)
    raise_alert(live.context, ana)
    with live.follow(f"?since=0&events=detection&employee_id={ana}") as follower:
        follower.receive()
        ids = [event["id"] for event in follower.receive_events(10)]
        add_detection(live.context)
        add_detection(live.context, employee_id=ana)
        ids += [event["id"] for event in follower.receive_events(1)]
    assert ids == [*range(2, 12), 14]


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"events": ["alerta"]}, "alert_acknowledged"),
        ({"events": []}, "events"),
        ({"events": "alert"}, "events"),
        ({"employee_id": "Ana"}, "employee_id"),
        ({"employee_id": 77}, "No existe el empleado 77"),
        ({"employe_id": 1}, "employe_id"),
    ],
)
def test_invalid_subscription_gets_reason_and_changes_nothing(
    live: LiveBackend, fields: dict[str, object], detail: str
) -> None:
    enrol(live.context)
    with live.follow() as follower:
        follower.receive()
        subscribe(follower, events=["detection"])
        refusal = subscribe(follower, **fields)
        assert refusal["type"] == "error"
        assert detail in refusal["detail"]
        add_detection(live.context)
        assert follower.receive_events(1)[0]["type"] == "detection"


def test_invalid_url_parameters_close_with_reason(live: LiveBackend) -> None:
    with live.follow("?events=alerta") as follower:
        assert "alert_acknowledged" in follower.receive()["detail"]
        with pytest.raises(ConnectionClosed) as closed:
            follower.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_following_one_person_is_audited(live: LiveBackend) -> None:
    ana = enrol(live.context)
    with live.follow() as follower:
        follower.receive()
        subscribe(follower, employee_id=ana)
        with live.context.database.read() as connection:
            query = "SELECT entity_id FROM audit_log WHERE action = 'follow_employee'"
            assert connection.exec_driver_sql(query).scalars().all() == [ana]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_role_without_persons_cannot_follow_an_employee(live: LiveBackend, role: Role) -> None:
    ana = enrol(live.context)
    headers = bearing(give_tokens(live.context)[role])
    with live.follow(additional_headers=headers) as follower:
        follower.receive()
        refusal = subscribe(follower, employee_id=ana)
        assert (refusal["type"], "employee_id" in refusal["detail"]) == ("error", True)
    with live.follow(f"?employee_id={ana}", additional_headers=headers) as follower:
        assert follower.receive()["type"] == "error"
        with pytest.raises(ConnectionClosed):
            follower.receive()


def test_heartbeat_has_position_when_subscription_matches_nothing(usual_context: Context) -> None:
    with serve(usual_context, Pace(heartbeat_seconds=0.02)) as live, live.follow("?events=report") as follower:
        follower.receive()
        add_detection(usual_context)
        while (message := follower.receive())["last_id"] == 0:
            assert message["type"] == "heartbeat"
    assert message["last_id"] == 1
