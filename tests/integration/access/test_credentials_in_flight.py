"""Credentials that end while a request relies on them: nothing is issued that would outlast their end."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.dashboard_key import HEADER, read_dashboard_key
from stressvision.core.errors import Conflict, Forbidden, InvalidInput, Unauthenticated
from stressvision.domain.auth import Role
from stressvision.services.auth import accounts, hashing, login
from stressvision.services.auth.accounts import add_account, change_password, disable_account
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.auth.first_account import add_first_account
from stressvision.services.auth.login import add_token, change_own_password, log_in, log_out
from stressvision.services.auth.tokens import list_tokens
from stressvision.services.context import Actor, Context
from stressvision.services.people.kiosks import add_kiosk
from stressvision.services.people.links import issue_link, open_link, require_holder
from stressvision.wire.access import PasswordChange, TokenRequest
from tests.integration.conftest import enrol
from tests.integration.logins import HERE, PHRASE, add_doctor
from tests.integration.own_acts import OWN_ACTS, OwnAct

OTHER_PHRASE = "otras cuatro palabras distintas"

pytestmark = pytest.mark.usefixtures("quick_argon")


def disable_doctor(context: Context) -> None:
    disable_account(context, "dra.quispe", Actor())


def change_doctors_password(context: Context) -> None:
    change_password(context, "dra.quispe", OTHER_PHRASE, Actor())


def during_the_check(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have `act` done once after the password was found to be right, and before what follows from it."""
    check = hashing.is_password

    def check_and_act(password: str, stored: str | None) -> bool:
        monkeypatch.setattr(login, "is_password", check)
        is_right = check(password, stored)
        act()
        return is_right

    monkeypatch.setattr(login, "is_password", check_and_act)


def count_valid_tokens(context: Context) -> int:
    with context.database.read() as connection:
        query = "SELECT count(*) FROM access_tokens WHERE revoked_at IS NULL"
        return int(connection.exec_driver_sql(query).scalar_one())


@pytest.mark.parametrize("end", [disable_doctor, change_doctors_password])
def test_login_in_flight_does_not_survive_the_end_of_its_password(
    context: Context, monkeypatch: pytest.MonkeyPatch, end: Callable[[Context], None]
) -> None:
    add_doctor(context)
    add_account(context, "jefa", Role.ADMIN, PHRASE, Actor())
    during_the_check(monkeypatch, lambda: end(context))
    with pytest.raises(Unauthenticated):
        log_in(context, "dra.quispe", PHRASE, HERE)
    assert count_valid_tokens(context) == 0


@pytest.mark.parametrize("end", [disable_doctor, change_doctors_password])
def test_token_in_flight_for_another_person_does_not_survive_the_end_of_their_password(
    usual_context: Context, monkeypatch: pytest.MonkeyPatch, end: Callable[[Context], None]
) -> None:
    add_doctor(usual_context)
    admin = Actor("jefa", "10.0.0.7", Role.ADMIN)
    during_the_check(monkeypatch, lambda: end(usual_context))
    with pytest.raises((Unauthenticated, Conflict)):
        add_token(usual_context, TokenRequest(account="dra.quispe", password=PHRASE), admin)
    assert count_valid_tokens(usual_context) == 0


def test_own_password_in_flight_is_not_set_for_a_disabled_account(
    usual_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = log_in(add_doctor(usual_context), "dra.quispe", PHRASE, HERE).token
    principal = Authenticator(usual_context).authenticate(token)
    during_the_check(monkeypatch, lambda: disable_doctor(usual_context))
    change = PasswordChange(current_password=PHRASE, new_password=OTHER_PHRASE)
    with pytest.raises((Unauthenticated, InvalidInput)):
        change_own_password(usual_context, "dra.quispe", change, principal.token_id, principal.as_actor("10.0.0.7"))


CHANGES: list[Callable[[Context, Actor], object]] = [
    lambda context, actor: add_account(context, "otra", Role.ADMIN, PHRASE, actor),
    lambda context, actor: change_password(context, "dra.quispe", OTHER_PHRASE, actor),
    lambda context, actor: disable_account(context, "dra.quispe", actor),
    lambda context, actor: add_token(context, TokenRequest(device_id="cam-1"), actor),
    lambda context, actor: add_token(context, TokenRequest(account="jefa"), actor),
    lambda context, actor: issue_link(context, 1, actor),
    lambda context, actor: add_kiosk(context, "Comedor", actor),
]


@pytest.mark.parametrize("change", CHANGES)
def test_caller_whose_session_ended_issues_nothing(
    usual_context: Context, change: Callable[[Context, Actor], object]
) -> None:
    enrol(usual_context)
    add_doctor(usual_context)
    add_account(usual_context, "jefa", Role.ADMIN, PHRASE, Actor())
    principal = Authenticator(usual_context).authenticate(log_in(usual_context, "jefa", PHRASE, HERE).token)
    actor = principal.as_actor("10.0.0.7")
    log_out(usual_context, principal.token_id, actor)
    with usual_context.database.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM audit_log").scalar_one()
    with pytest.raises(Unauthenticated):
        change(usual_context, actor)
    with usual_context.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM audit_log").scalar_one() == before


def test_first_account_in_flight_is_not_a_second_one(usual_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def hash_slowly(password: str) -> str:
        monkeypatch.setattr(accounts, "hash_password", hashing.hash_password)
        add_account(usual_context, "jefa", Role.ADMIN, PHRASE, Actor())
        return hashing.hash_password(password)

    monkeypatch.setattr(accounts, "hash_password", hash_slowly)
    with pytest.raises(Conflict):
        add_first_account(usual_context, "intrusa", Role.ADMIN, PHRASE, Actor(ip_address="127.0.0.1"))
    assert [account.name for account in accounts.list_accounts(usual_context).accounts] == ["jefa"]


def test_request_accepted_before_the_first_account_gets_no_credential(usual_context: Context) -> None:
    enrol(usual_context)
    with TestClient(create_app(usual_context), base_url="http://localhost") as client:
        assert client.get("/api/tokens").status_code == 200  # remembers for two seconds that no login is required
        add_account(usual_context, "jefa", Role.ADMIN, PHRASE, Actor())
        key = {HEADER: read_dashboard_key(usual_context.settings)}
        tried = [
            client.post("/api/tokens", json={"account": "jefa"}),
            client.post("/api/tokens", json={"device_id": "cam-1"}),
            client.post("/api/accounts", json={"name": "otra", "role": "admin", "password": PHRASE}),
            client.post("/api/accounts", json={"name": "otra", "role": "admin", "password": PHRASE}, headers=key),
            client.post("/api/accounts/jefa/password", json={"password": OTHER_PHRASE}),
            client.post("/api/accounts/jefa/disable"),
            client.post("/api/employees/1/link", params={"user_id": "intrusa"}),
        ]
    assert [answer.status_code for answer in tried] == [403, 403, 403, 409, 403, 403, 401]
    assert list_tokens(usual_context).total == 0
    assert log_in(usual_context, "jefa", PHRASE, HERE).name == "jefa"


@pytest.mark.parametrize("act", OWN_ACTS)
def test_personal_link_that_ended_while_a_request_was_in_flight_changes_nothing(context: Context, act: OwnAct) -> None:
    ana = enrol(context)
    opened = open_link(context, issue_link(context, ana, Actor(user_id="enfermera")).secret, "10.0.0.5")
    holder = require_holder(context, opened.secret, "10.0.0.5")
    issue_link(context, ana, Actor(user_id="enfermera"))
    with pytest.raises(Forbidden):
        act(context, holder)
    with context.database.read() as connection:
        log = {row[0] for row in connection.exec_driver_sql("SELECT action FROM audit_log")}
    assert not log & {"pause_recognition", "resume_recognition", "withdraw_consent", "request_correction"}
