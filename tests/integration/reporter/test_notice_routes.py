"""Messages to destinations with a filter: routing, escalation to others, quiet hours."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from stressvision.core.notice_routes import NoticeRoute
from stressvision.domain.auth import Role
from stressvision.notifications.delivery import deliver_due
from stressvision.notifications.message import OutgoingMessage
from stressvision.services.alerts.decisions import acknowledge_alert, resolve_alert
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.auth.accounts import add_account, disable_account
from stressvision.services.context import Actor, Context
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import DOCTOR, post_stress

GENERAL = "json://127.0.0.1:9/general"


def address(name: str) -> str:
    return f"json://127.0.0.1:9/{name}"


def routed(context: Context, *routes: dict[str, Any], **settings: Any) -> Context:
    """Return the context with a general recipient and these destinations, each at the address of its name."""
    known = tuple(NoticeRoute.model_validate({"address": address(route["name"]), **route}) for route in routes)
    changes = {"notify_urls": (SecretStr(GENERAL),), "notify_routes": known, "escalation_minutes": (), **settings}
    return replace(context, settings=context.settings.model_copy(update=changes))


def deliver(context: Context) -> list[str]:
    """Deliver what is due, and return the last part of the addresses it was sent to, sorted."""
    sent: list[str] = []

    def send(target: str, _message: OutgoingMessage) -> None:
        sent.append(target.rpartition("/")[2])

    deliver_due(context, send)
    return sorted(sent)


def states(context: Context) -> list[tuple[str, int, str]]:
    with context.database.read() as connection:
        rows = connection.execute(text("SELECT kind, step, state FROM notifications ORDER BY id"))
        return [(row.kind, row.step, row.state) for row in rows]


def test_alert_goes_to_the_destinations_that_take_it(context: Context, clock: FakeClock) -> None:
    telling = routed(
        context,
        {"name": "produccion", "areas": ["Producción"], "shifts": ["morning"]},
        {"name": "noche", "shifts": ["night"]},
        {"name": "graves", "lowest_severity": "high"},
    )
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["graves", "produccion"]


def test_alert_that_no_destination_takes_goes_to_the_general_recipients(context: Context, clock: FakeClock) -> None:
    telling = routed(context, {"name": "noche", "shifts": ["night"]}, {"name": "jefa", "after_minutes": 15})
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["general"]


def test_unattended_alert_goes_to_other_people_once_each(context: Context, clock: FakeClock) -> None:
    telling = routed(
        context,
        {"name": "turno"},
        {"name": "jefa", "after_minutes": 15},
        {"name": "gerencia", "after_minutes": 60},
    )
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["turno"]
    clock.advance(minutes=16)
    with ThreadPoolExecutor(4) as pool:
        escalated = list(pool.map(lambda _: escalate_due(telling), range(4)))
    assert sorted(escalated) == [(), (), (), (1,)]
    assert deliver(telling) == ["jefa"]
    clock.advance(minutes=20)
    assert escalate_due(telling) == (), "a reporter that was restarted finds it in the database"
    clock.advance(minutes=30)
    assert escalate_due(telling) == (1,)
    assert deliver(telling) == ["gerencia"]
    assert [state for state in states(context) if state[0] == "alert_escalated"] == [("alert_escalated", 0, "sent")] * 2


def test_escalation_stops_when_the_alert_is_attended(sqlite_context: Context, clock: FakeClock) -> None:
    telling = routed(sqlite_context, {"name": "jefa", "after_minutes": 15}, {"name": "gerencia", "after_minutes": 30})
    post_stress(telling, clock, enrol(telling), 10)
    deliver(telling)
    clock.advance(minutes=16)
    assert escalate_due(telling) == (1,)
    acknowledge_alert(telling, 1, DOCTOR)
    assert deliver(telling) == [], "queued before, and not needed any more"
    clock.advance(minutes=30)
    assert escalate_due(telling) == ()
    resolve_alert(telling, 1, DOCTOR)
    assert states(sqlite_context)[1:] == [("alert_escalated", 0, "obsolete")]


def test_steps_to_the_same_recipients_and_to_others_are_independent(sqlite_context: Context, clock: FakeClock) -> None:
    telling = routed(
        sqlite_context, {"name": "turno"}, {"name": "jefa", "after_minutes": 15}, escalation_minutes=(15, 60)
    )
    post_stress(telling, clock, enrol(telling), 10)
    deliver(telling)
    clock.advance(minutes=16)
    assert escalate_due(telling) == (1,)
    assert deliver(telling) == ["jefa", "turno"]
    assert escalate_due(telling) == ()


def test_quiet_hours_of_a_destination_hold_its_messages(sqlite_context: Context, clock: FakeClock) -> None:
    # The clock shows Sunday, 10:07 in Lima.
    telling = routed(
        sqlite_context,
        {"name": "estricto", "quiet": "dom 09:00-11:00", "quiet_except_high": False},
        {"name": "graves", "quiet": "dom 09:00-11:00"},
        {"name": "libre", "quiet": "lun 09:00-11:00"},
    )
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["graves", "libre"], "the alert is of high severity"
    clock.advance(minutes=50)
    assert deliver(telling) == []
    clock.advance(minutes=5)
    assert deliver(telling) == ["estricto"]


@pytest.mark.usefixtures("quick_argon")
def test_destination_of_a_disabled_account_receives_nothing(sqlite_context: Context, clock: FakeClock) -> None:
    admin = Actor(user_id="admin", role=Role.ADMIN)
    for name, role in (("admin", Role.ADMIN), ("dra.quispe", Role.HEALTH)):
        add_account(sqlite_context, name, role, "una frase larga y rara 7", admin)
    telling = routed(sqlite_context, {"name": "quispe", "areas": ["Producción"], "account": "dra.quispe"})
    post_stress(telling, clock, enrol(telling), 10)
    disable_account(sqlite_context, "dra.quispe", admin)
    assert deliver(telling) == ["general"], "queued before for the destination too"
    post_stress(telling, clock, enrol(telling, "EMP002", "Lars Keller Ruiz"), 10)
    assert deliver(telling) == ["general"], "it falls to the general recipients"


@pytest.mark.usefixtures("quick_argon")
def test_filter_by_area_without_a_health_account_receives_nothing(sqlite_context: Context, clock: FakeClock) -> None:
    admin = Actor(user_id="admin", role=Role.ADMIN)
    add_account(sqlite_context, "admin", Role.ADMIN, "una frase larga y rara 7", admin)
    telling = routed(sqlite_context, {"name": "curioso", "areas": ["Producción"]})
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["general"]


@pytest.mark.usefixtures("quick_argon")
def test_general_recipients_do_not_get_what_filters_by_area_leave(context: Context, clock: FakeClock) -> None:
    """Otherwise a person in an area that no destination names would be the one whose alerts they receive."""
    for name, role in (("admin", Role.ADMIN), ("dra.quispe", Role.HEALTH)):
        add_account(context, name, role, "una frase larga y rara 7", Actor(user_id="admin", role=Role.ADMIN))
    telling = routed(context, {"name": "quispe", "areas": ["Producción"], "account": "dra.quispe"})
    post_stress(telling, clock, enrol(telling), 10)
    assert deliver(telling) == ["general", "quispe"]
    everything = routed(context, {"name": "quispe", "account": "dra.quispe"})
    post_stress(everything, clock, enrol(everything, "EMP002", "Lars Keller Ruiz"), 10)
    assert deliver(everything) == ["quispe"]
