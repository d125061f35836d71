"""Change of one's own password: requires the current one, and revokes the other sessions."""

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.errors import InvalidInput, TooManyAttempts, Unauthenticated
from stressvision.db.queries.auth.audit import AuditFilter, select_audit
from stressvision.domain.auth import FREE_FAILURES, LockoutScope, Role
from stressvision.services.auth import hashing, login
from stressvision.services.auth.accounts import change_password
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.auth.login import change_own_password, log_in
from stressvision.services.auth.tokens import add_token
from stressvision.services.context import Actor, Context
from stressvision.wire.access import Account, PasswordChange, TokenRequest
from tests.conftest import FakeClock
from tests.integration.logins import HERE, PHRASE, THERE, add_doctor

OTHER_PHRASE = "otras cuatro palabras distintas"
OWN = Actor("dra.quispe", "10.0.0.7", Role.HEALTH)

pytestmark = pytest.mark.usefixtures("quick_argon")


def change_own(context: Context, current: str, new: str, token: str) -> Account:
    change = PasswordChange(current_password=current, new_password=new)
    return change_own_password(context, "dra.quispe", change, token.split("_")[1], OWN)


def test_changing_own_password_revokes_other_sessions_and_tokens(context: Context, clock: FakeClock) -> None:
    authenticator = Authenticator(add_doctor(context))
    here, there = (log_in(context, "dra.quispe", PHRASE, actor).token for actor in (HERE, THERE))
    program = add_token(context, TokenRequest(account="dra.quispe"), Actor()).token
    principals = [authenticator.authenticate(token) for token in (here, there, program)]
    clock.advance(days=0.1)
    assert change_own(context, PHRASE, OTHER_PHRASE, here).password_changed_at == clock.now
    assert [authenticator.is_still_valid(principal) for principal in principals] == [True, False, False]
    with pytest.raises(Unauthenticated):
        log_in(context, "dra.quispe", PHRASE, HERE)
    assert log_in(context, "dra.quispe", OTHER_PHRASE, HERE).name == "dra.quispe"


def test_wrong_current_password_is_locked_out_like_a_login(usual_context: Context, clock: FakeClock) -> None:
    token = log_in(add_doctor(usual_context), "dra.quispe", PHRASE, HERE).token
    for _ in range(FREE_FAILURES[LockoutScope.PAIR]):
        with pytest.raises(InvalidInput, match="actual") as refused:
            change_own(usual_context, "no es esta", OTHER_PHRASE, token)
        assert refused.value.field == "current_password"
    with pytest.raises(TooManyAttempts):
        change_own(usual_context, PHRASE, OTHER_PHRASE, token)
    with pytest.raises(TooManyAttempts):
        log_in(usual_context, "dra.quispe", PHRASE, HERE)
    clock.advance(seconds=30)
    change_own(usual_context, PHRASE, OTHER_PHRASE, token)
    with pytest.raises(Unauthenticated):
        log_in(usual_context, "dra.quispe", PHRASE, HERE)


def test_concurrent_change_by_an_administrator_is_kept(usual_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    token = log_in(add_doctor(usual_context), "dra.quispe", PHRASE, HERE).token

    def hash_slowly(password: str) -> str:
        change_password(usual_context, "dra.quispe", "lo que dijo la administración", Actor("jefa"))
        return hashing.hash_password(password)

    monkeypatch.setattr(login, "hash_password", hash_slowly)
    with pytest.raises(InvalidInput, match="actual"):
        change_own(usual_context, PHRASE, OTHER_PHRASE, token)
    assert log_in(usual_context, "dra.quispe", "lo que dijo la administración", HERE).name == "dra.quispe"


def test_own_password_is_changed_by_api(usual_context: Context) -> None:
    bearer = {"Authorization": f"Bearer {log_in(add_doctor(usual_context), 'dra.quispe', PHRASE, HERE).token}"}
    wanted = {"current_password": PHRASE, "new_password": OTHER_PHRASE}
    with TestClient(create_app(usual_context), base_url="http://localhost") as client:
        weak = [
            client.post("/api/password", json={**wanted, "new_password": given}, headers=bearer)
            for given in ("corta", "dra.quispe dra.quispe", "gloria gloria gloria")
        ]
        english = client.post(
            "/api/password", json={**wanted, "new_password": "corta"}, headers={**bearer, "Accept-Language": "en"}
        )
        wrong = client.post("/api/password", json={**wanted, "current_password": "adivinanza"}, headers=bearer)
        done = client.post("/api/password", json=wanted, headers=bearer)
        assert client.get("/api/alerts", headers=bearer).status_code == 200
    for answer in (*weak, wrong):
        assert answer.status_code == 422
        assert not any(fragment in answer.text for fragment in ("gloria gloria", "adivinanza", PHRASE, OTHER_PHRASE))
    assert {answer.json()["errors"][0]["field"] for answer in weak} == {"new_password"}
    assert "entre 15 y 256 caracteres" in weak[0].json()["detail"]
    assert "15 to 256 characters" in english.json()["detail"]
    assert wrong.json()["errors"][0]["field"] == "current_password"
    assert (done.status_code, done.json()["name"]) == (200, "dra.quispe")
    with usual_context.database.read() as connection:
        trail = select_audit(connection, AuditFilter(entity_type="account", user_id="dra.quispe"))
    assert [link.entry.action for link in trail] == ["password_changed", "login_failed", "login"]


def test_own_password_cannot_be_changed_without_accounts(usual_context: Context) -> None:
    with TestClient(create_app(usual_context), base_url="http://localhost") as client:
        wanted = {"current_password": PHRASE, "new_password": OTHER_PHRASE}
        assert client.post("/api/password", json=wanted).status_code == 403
