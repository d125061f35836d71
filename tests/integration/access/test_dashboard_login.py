"""The dashboard with accounts: login, content by role, password, logout."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from streamlit.testing.v1 import AppTest

from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import Language, Unauthenticated
from stressvision.dashboard import texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext
from stressvision.domain.auth import Role, find_password_fault
from stressvision.services.auth import hashing, login
from stressvision.services.auth.accounts import add_account, disable_account
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.auth.login import log_in
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import read_employee
from tests.integration.conftest import enrol
from tests.integration.live_backend import LiveBackend, raise_alert, serve

PHRASE = "cuatro palabras que recuerdo"
OTHER_PHRASE = "otras cuatro palabras distintas"
NAMES = {Role.VIEWER: "gerencia", Role.HEALTH: "dra.quispe", Role.ADMIN: "jefa"}


@pytest.fixture
def live(sqlite_context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveBackend]:
    monkeypatch.setattr(hashing, "_PASSWORDS", Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1))
    hashing._dummy_hash.cache_clear()
    raise_alert(sqlite_context, enrol(sqlite_context))
    for role, name in NAMES.items():
        add_account(sqlite_context, name, role, PHRASE, Actor())
    with serve(sqlite_context) as backend:
        monkeypatch.setenv("STRESSVISION_API_URL", backend.url)
        yield backend
    hashing._dummy_hash.cache_clear()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def open_dashboard() -> AppTest:
    return AppTest.from_file(str(PROJECT_ROOT / "main.py"), default_timeout=30).run()


def enter(app: AppTest, name: str, password: str = PHRASE) -> AppTest:
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(password)
    return app.button[0].click().run()


@pytest.mark.parametrize(("role", "sees"), [(Role.HEALTH, True), (Role.VIEWER, False), (Role.ADMIN, False)])
def test_role_decides_what_is_shown(live: LiveBackend, role: Role, sees: bool) -> None:
    app = open_dashboard()
    assert "Estos datos son de salud" in shown(app)
    text = shown(enter(app, NAMES[role]))
    assert [button.label for button in app.button][:2] == ["Cambiar contraseña", "Cerrar sesión"]
    assert f"{NAMES[role]} · " in text
    assert "Empleados" in text
    assert "no disponibles" not in text
    assert ("Ana Torres Vega" in text) is sees
    assert ("1 alerta pendiente" in text) is sees


def test_doctor_sees_audit_entries(live: LiveBackend) -> None:
    read_employee(live.context, 1, Actor("jefa", "10.0.0.9"))
    token = log_in(live.context, "dra.quispe", PHRASE, Actor()).token
    asking = PageContext(BackendClient(live.url, "es", token=token), "es", ZoneInfo("America/Lima"))
    script = "import streamlit as st\nfrom stressvision.dashboard.pages.person.readers import show_audit\n"
    app = AppTest.from_string(f"{script}show_audit(st.session_state.page, 1)", default_timeout=30)
    app.session_state["page"] = asking
    text = shown(app.run())
    for expected in (
        "Quién consultó o cambió sus datos",
        "jefa",
        "10.0.0.9",
        "vio la ficha",
        "vio quién consultó sus datos",
    ):
        assert expected in text


@pytest.mark.parametrize("language", ["es", "en"])
def test_logged_in_user_changes_password(live: LiveBackend, language: Language) -> None:
    token, other = (log_in(live.context, "dra.quispe", PHRASE, Actor()).token for _ in range(2))
    asking = PageContext(BackendClient(live.url, language, token=token), language, ZoneInfo("America/Lima"))
    script = "import streamlit as st\nfrom stressvision.dashboard.password_dialog import open_password_dialog\n"
    app = AppTest.from_string(f"{script}open_password_dialog(st.session_state.page, '10.0.0.9')", default_timeout=30)
    app.session_state["page"] = asking
    app.run()
    for current, new, again, sentence in (
        (PHRASE, OTHER_PHRASE, "", texts.access.PASSWORD_INCOMPLETE),
        (PHRASE, OTHER_PHRASE, PHRASE, texts.access.PASSWORDS_DIFFER),
        (PHRASE, "corta", "corta", find_password_fault("corta", "dra.quispe")),
        ("no es esta", OTHER_PHRASE, OTHER_PHRASE, login.NOT_CURRENT),
        (PHRASE, OTHER_PHRASE, OTHER_PHRASE, texts.access.PASSWORD_CHANGED),
    ):
        for field, value in zip(app.text_input, (current, new, again), strict=True):
            field.set_value(value)
        app.button[0].click().run()
        assert not app.exception
        assert sentence is not None
        assert [box.value for box in (*app.warning, *app.success)] == [sentence.text(language)]
    assert len(app.text_input) == 0
    authenticator = Authenticator(live.context)
    assert authenticator.authenticate(token).name == "dra.quispe"
    with pytest.raises(Unauthenticated):
        authenticator.authenticate(other)


@pytest.mark.parametrize(("role", "tries"), [(Role.HEALTH, True), (Role.ADMIN, False)])
def test_thresholds_are_tried_only_where_the_answer_may_be_seen(live: LiveBackend, role: Role, tries: bool) -> None:
    token = log_in(live.context, NAMES[role], PHRASE, Actor()).token
    asking = PageContext(BackendClient(live.url, "es", token=token), "es", ZoneInfo("America/Lima"), role=role)
    script = "import streamlit as st\nfrom stressvision.dashboard.pages.settings.page import render\n"
    app = AppTest.from_string(f"{script}render(st.session_state.page)", default_timeout=30)
    app.session_state["page"] = asking
    text = shown(app.run())
    assert ("Probar con la última semana" in [button.label for button in app.button]) is tries
    assert ("lo prueba una cuenta de salud ocupacional" in text) is not tries


def test_failed_login_shows_reason(live: LiveBackend) -> None:
    app = open_dashboard()
    assert "El nombre o la contraseña no son correctos." in shown(enter(app, "dra.quispe", "no es esta"))
    assert "Alertas pendientes" not in shown(app)
    for _ in range(5):
        text = shown(enter(app, "dra.quispe", "tampoco"))
    assert "Espere 30 s" in text


def test_logout_revokes_token_and_shows_login(live: LiveBackend) -> None:
    app = enter(open_dashboard(), "dra.quispe")
    token = app.session_state["principal"].token
    (logout_button,) = (button for button in app.button if button.label == "Cerrar sesión")
    text = shown(logout_button.click().run())
    assert "Estos datos son de salud" in text
    assert "Ana Torres" not in text
    principal = live.backend.authenticator.lookup_cached(token)
    assert principal is None or not live.backend.authenticator.is_still_valid(principal)


def test_disabled_account_returns_to_login(live: LiveBackend) -> None:
    app = enter(open_dashboard(), "dra.quispe")
    disable_account(live.context, "dra.quispe", Actor())
    live.backend.authenticator._cache.clear()
    text = shown(app.run())
    assert "Estos datos son de salud" in text
    assert "Ana Torres" not in text
