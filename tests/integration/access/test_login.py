"""Login: lock-out after failures, across restarts; revoked tokens are refused within five seconds."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.dashboard_key import HEADER, read_dashboard_key
from stressvision.core.errors import Conflict, InvalidInput, TooManyAttempts, Unauthenticated
from stressvision.db.queries.auth.accounts import NewAccount, insert_account
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.domain.auth import FIRST_WAIT, FREE_FAILURES, LockoutScope, Role
from stressvision.services.audit import list_audit
from stressvision.services.auth.accounts import add_account, change_password, disable_account
from stressvision.services.auth.authenticator import FRESH_SECONDS, Authenticator
from stressvision.services.auth.login import SESSION, log_in, log_out
from stressvision.services.auth.login import add_token as add_token_by_account
from stressvision.services.auth.tokens import add_token, list_tokens, parse_token, revoke_token
from stressvision.services.context import Actor, Context, open_context
from stressvision.wire.access import TokenRequest
from tests.conftest import FakeClock
from tests.integration.logins import HERE, PHRASE, THERE, add_doctor

pytestmark = pytest.mark.usefixtures("quick_argon")


@pytest.fixture
def guarded(usual_context: Context) -> Context:
    return add_doctor(usual_context)


@pytest.fixture
def guarded_anywhere(context: Context) -> Context:
    """A context with accounts, on each kind of database."""
    return add_doctor(context)


class Monotonic:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def guess(context: Context, times: int, actor: Actor = HERE, name: str = "dra.quispe") -> list[type[Exception] | None]:
    outcomes: list[type[Exception] | None] = []
    for number in range(times):
        try:
            log_in(context, name, f"adivinanza {number}", actor)
            outcomes.append(None)
        except (Unauthenticated, TooManyAttempts) as error:
            outcomes.append(type(error))
    return outcomes


def test_correct_password_logs_in_and_the_token_is_valid_until_it_expires(guarded: Context, clock: FakeClock) -> None:
    entered = log_in(guarded, "dra.quispe", PHRASE, HERE)
    assert (entered.name, entered.role) == ("dra.quispe", Role.HEALTH)
    principal = Authenticator(guarded).authenticate(entered.token)
    assert (principal.name, principal.role, principal.device_id) == ("dra.quispe", Role.HEALTH, None)
    clock.advance(seconds=SESSION.total_seconds())
    with pytest.raises(Unauthenticated):
        Authenticator(guarded).authenticate(entered.token)


def test_repeated_failures_wait_longer_also_after_a_restart(guarded_anywhere: Context, clock: FakeClock) -> None:
    free = FREE_FAILURES[LockoutScope.PAIR]
    assert guess(guarded_anywhere, free + 3) == [Unauthenticated] * free + [TooManyAttempts] * 3
    waits = []
    for _ in range(7):
        restarted = open_context(guarded_anywhere.settings, clock)
        with closing(restarted.database), pytest.raises(TooManyAttempts) as stopped:
            log_in(restarted, "dra.quispe", PHRASE, HERE)
        waits.append(stopped.value.retry_seconds)
        clock.advance(seconds=stopped.value.retry_seconds)
        assert guess(guarded_anywhere, 1) == [Unauthenticated]
    assert waits == [30, 60, 120, 240, 480, 900, 900]
    clock.advance(seconds=900)
    assert log_in(guarded_anywhere, "dra.quispe", PHRASE, HERE).name == "dra.quispe"
    assert guess(guarded_anywhere, free) == [Unauthenticated] * free


def test_lockout_of_a_clock_that_was_ahead_lasts_its_own_time(guarded: Context, clock: FakeClock) -> None:
    clock.set_wrong(days=1)
    assert guess(guarded, FREE_FAILURES[LockoutScope.PAIR] + 1)[-1] is TooManyAttempts
    clock.set_wrong(days=-1)
    with pytest.raises(TooManyAttempts) as stopped:
        log_in(guarded, "dra.quispe", PHRASE, HERE)
    assert stopped.value.retry_seconds == FIRST_WAIT.total_seconds()
    clock.advance(seconds=stopped.value.retry_seconds)
    assert log_in(guarded, "dra.quispe", PHRASE, HERE).name == "dra.quispe"


def test_session_of_a_clock_that_was_ahead_ends_with_the_error(guarded: Context, clock: FakeClock) -> None:
    clock.set_wrong(days=365)
    token = log_in(guarded, "dra.quispe", PHRASE, HERE).token
    assert Authenticator(guarded).authenticate(token).name == "dra.quispe"
    clock.set_wrong(days=-365)
    with pytest.raises(Unauthenticated):
        Authenticator(guarded).authenticate(token)
    fresh = log_in(guarded, "dra.quispe", PHRASE, HERE).token
    assert Authenticator(guarded).authenticate(fresh).name == "dra.quispe"


def test_failures_from_another_address_do_not_lock_out_and_unknown_names_behave_alike(guarded: Context) -> None:
    guess(guarded, 6, THERE)
    assert log_in(guarded, "dra.quispe", PHRASE, HERE).name == "dra.quispe"
    assert guess(guarded, 7, name="nadie") == guess(guarded, 7, THERE, name="nadie.mas")


def test_many_users_may_log_in_from_one_address(guarded: Context) -> None:
    for _ in range(FREE_FAILURES[LockoutScope.ADDRESS] + 5):
        log_in(guarded, "dra.quispe", PHRASE, HERE)
    spread = [guess(guarded, 1, name=f"nadie.{number}")[0] for number in range(FREE_FAILURES[LockoutScope.ADDRESS] + 1)]
    assert spread == [Unauthenticated] * FREE_FAILURES[LockoutScope.ADDRESS] + [TooManyAttempts]


def test_concurrent_attempts_are_all_counted(guarded_anywhere: Context) -> None:
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda _: guess(guarded_anywhere, 1)[0], range(40)))
    assert outcomes.count(Unauthenticated) == FREE_FAILURES[LockoutScope.PAIR]


def test_lockout_response_has_retry_after(usual_context: Context) -> None:
    add_doctor(usual_context)
    wrong = {"name": "dra.quispe", "password": "adivinanza"}
    with TestClient(create_app(usual_context), base_url="http://localhost", client=("127.0.0.1", 5)) as client:
        answers = [client.post("/api/login", json=wrong) for _ in range(6)]
        key = read_dashboard_key(usual_context.settings)
        forged = {"X-Forwarded-For": "10.0.0.9", HEADER: "a" * len(key)}
        assert client.post("/api/login", json=wrong, headers=forged).status_code == 429
        elsewhere = {"X-Forwarded-For": "10.0.0.9", HEADER: key}
        right = client.post("/api/login", json={"name": "dra.quispe", "password": PHRASE}, headers=elsewhere)
        headers = {"Authorization": f"Bearer {right.json()['token']}"}
        assert client.get("/api/alerts", headers=headers).status_code == 200
        assert client.post("/api/logout", headers=headers).status_code == 204
        client.app.state.backend.authenticator._forget(parse_token(right.json()["token"]).token_id)  # type: ignore
        assert client.get("/api/alerts", headers=headers).status_code == 401
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    assert "Espere 30 s" in answers[-1].json()["detail"]
    assert "adivinanza" not in "".join(answer.text for answer in answers)


def test_revoked_token_is_refused_after_the_cache_expires(guarded_anywhere: Context) -> None:
    monotonic = Monotonic()
    authenticator = Authenticator(guarded_anywhere, monotonic)
    issued = add_token(guarded_anywhere, TokenRequest(device_id="cam-1"), Actor())
    principal = authenticator.authenticate(issued.token)
    revoke_token(guarded_anywhere, issued.issued.token_id, Actor())
    assert authenticator.lookup_cached(issued.token) == principal
    monotonic.now += FRESH_SECONDS
    assert FRESH_SECONDS < 5
    assert authenticator.lookup_cached(issued.token) is None
    assert not authenticator.is_still_valid(principal)
    with pytest.raises(Unauthenticated):
        authenticator.authenticate(issued.token)


@pytest.mark.parametrize("ending", [disable_account, change_password, log_out])
def test_sessions_end_with_account_password_or_logout(guarded: Context, ending: object) -> None:
    add_account(guarded, "jefa", Role.ADMIN, PHRASE, Actor())
    token = log_in(guarded, "dra.quispe", PHRASE, HERE).token
    principal = Authenticator(guarded).authenticate(token)
    if ending is disable_account:
        disable_account(guarded, "dra.quispe", Actor())
    elif ending is change_password:
        change_password(guarded, "dra.quispe", "otras cuatro palabras distintas", Actor())
    else:
        log_out(guarded, principal.token_id, HERE)
    assert not Authenticator(guarded).is_still_valid(principal)


@pytest.mark.parametrize("spoil", [lambda token: token[:-3] + token[:2], lambda token: "sv_zz", lambda token: ""])
def test_altered_token_is_refused_also_while_the_original_is_cached(guarded: Context, spoil: object) -> None:
    authenticator = Authenticator(guarded)
    token = log_in(guarded, "dra.quispe", PHRASE, HERE).token
    authenticator.authenticate(token)
    with pytest.raises(Unauthenticated):
        authenticator.authenticate(spoil(token))  # type: ignore[operator]


def test_database_contains_no_password_and_no_secret(guarded: Context) -> None:
    token = log_in(guarded, "dra.quispe", PHRASE, HERE).token
    guess(guarded, 1, name="escribió su contraseña aquí")
    secret = token.split("_", 2)[2]
    with guarded.database.read() as connection:
        tables = ("accounts", "access_tokens", "login_failures", "audit_log")
        stored = " ".join(str(row) for table in tables for row in connection.exec_driver_sql(f"SELECT * FROM {table}"))
    assert "$argon2id$" in stored
    for secret_text in (PHRASE, secret, "contraseña aquí"):
        assert secret_text not in stored


def test_last_administrator_cannot_be_disabled_and_disabled_account_cannot_log_in(guarded: Context) -> None:
    add_account(guarded, "jefa", Role.ADMIN, PHRASE, Actor())
    with pytest.raises(Conflict, match="única cuenta de administrador"):
        disable_account(guarded, "jefa", Actor())
    disable_account(guarded, "dra.quispe", Actor())
    assert Authenticator(guarded).is_login_required()
    with pytest.raises(Unauthenticated):
        log_in(guarded, "dra.quispe", PHRASE, HERE)


@pytest.mark.parametrize(
    "password",
    [
        "corta",
        "dra.quispe dra.quispe",
        "aaaaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "StressVision Gloria 1",
        "x" * 257,
    ],
)
def test_guessable_password_is_refused(usual_context: Context, password: str) -> None:
    with pytest.raises(InvalidInput, match="contraseña"):
        add_account(usual_context, "dra.quispe", Role.HEALTH, password, Actor())


def test_token_requires_an_account_and_exactly_one_owner(usual_context: Context) -> None:
    with pytest.raises(Conflict, match="account add"):
        add_token(usual_context, TokenRequest(device_id="cam-1"), Actor())
    now = usual_context.clock()
    with usual_context.database.write() as connection:
        insert_account(connection, NewAccount("jefa", "admin", "", None, now, now))
    issued = add_token(usual_context, TokenRequest(device_id="cam-1", days=30), Actor("jefa"))
    assert [(token.device_id, token.created_by) for token in list_tokens(usual_context).tokens] == [("cam-1", "jefa")]
    assert issued.token.startswith(f"sv_{issued.issued.token_id}_")
    with pytest.raises(InvalidInput):
        add_token(usual_context, TokenRequest(device_id="cam-1", account="jefa"), Actor())


def test_administrator_manages_accounts_by_api(usual_context: Context) -> None:
    add_account(usual_context, "jefa", Role.ADMIN, PHRASE, Actor())
    chief = {"Authorization": f"Bearer {log_in(usual_context, 'jefa', PHRASE, HERE).token}"}
    doctor = {"name": "dra.quispe", "role": "health", "password": PHRASE}
    with TestClient(create_app(usual_context), base_url="http://localhost") as client:
        added = client.post("/api/accounts", json=doctor, headers=chief)
        faults = [
            client.post("/api/accounts", json={**doctor, **change}, headers=chief).status_code
            for change in ({}, {"name": "Dra Quispe"}, {"role": "device"}, {"password": "corta"}, {"more": 1})
        ]
        listed = client.get("/api/accounts", headers=chief).json()
        token = client.post("/api/tokens", json={"device_id": "cam-1", "days": 1}, headers=chief).json()
        device = {"Authorization": f"Bearer {token['token']}"}
        assert client.post("/api/sessions", json={"device_id": "cam-1"}, headers=device).status_code == 200
        revoked = client.post(f"/api/tokens/{token['issued']['token_id']}/revoke", headers=chief).json()
        path = "/api/accounts/dra.quispe"
        changed = client.post(f"{path}/password", json={"password": "otras cuatro palabras"}, headers=chief)
        disabled = client.post(f"{path}/disable", headers=chief).json()
        trail = client.get("/api/audit?entity_type=account", headers=chief).json()["entries"]
    assert added.status_code == 201
    assert faults == [409, 422, 422, 422, 422]
    assert [account["name"] for account in listed["accounts"]] == ["dra.quispe", "jefa"]
    assert "password" not in " ".join(key for account in listed["accounts"] for key in account if "changed" not in key)
    assert revoked["revoked_at"] is not None
    assert changed.status_code == 200
    assert disabled["disabled_at"] is not None
    assert [entry["action"] for entry in trail if entry["user_id"] == "jefa"] == [
        "account_disabled",
        "password_changed",
        "account_added",
        "login",
    ]


def test_failures_of_one_ipv6_network_count_together(guarded: Context) -> None:
    outcomes = []
    for number in range(1, 8):
        try:
            log_in(guarded, "dra.quispe", "adivinanza", Actor(ip_address=f"2001:db8::{number}"))
        except (Unauthenticated, TooManyAttempts) as error:
            outcomes.append(type(error))
    assert outcomes == [Unauthenticated] * 5 + [TooManyAttempts] * 2


def test_token_for_another_persons_account_needs_that_person(guarded: Context) -> None:
    admin = Actor("jefa", "10.0.0.7", Role.ADMIN)
    for password in (None, "adivinanza que no es"):
        with pytest.raises(InvalidInput, match="contraseña actual"):
            add_token_by_account(guarded, TokenRequest(account="dra.quispe", password=password), admin)
    issued = add_token_by_account(guarded, TokenRequest(account="dra.quispe", password=PHRASE), admin)
    add_token_by_account(guarded, TokenRequest(device_id="cam-1"), admin)
    doctor = Authenticator(guarded).authenticate(issued.token).as_actor("10.0.0.7")
    list_audit(guarded, AuditFilter(entity_type="employee", entity_id=7), doctor)
    (row, *_) = list_audit(guarded, AuditFilter(user_id="dra.quispe"), admin).entries
    assert row.details == {"by_token": issued.issued.token_id}
