"""Settings and accounts in the dashboard, against the real backend."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import to_wire
from stressvision.core.config import Settings, load_settings
from stressvision.core.files import local_token_file
from stressvision.core.restoration import RestoreOutcome, write_outcome
from stressvision.dashboard import texts
from stressvision.dashboard.pages.settings.page import SECTIONS
from stressvision.dashboard.pages.settings.recipients import mail_address
from stressvision.dashboard.pages.system.backups import format_size
from stressvision.domain.auth import Role
from stressvision.edge.delivery.token import read_token
from stressvision.services.auth.accounts import add_account, list_accounts
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.devices import record_health
from stressvision.services.notice_routing import configured_addresses
from stressvision.services.stored_settings import SECRET, STORABLE
from stressvision.wire.detections import DeviceHealth
from tests.integration.conftest import DATABASES, enrol, postgresql_programs
from tests.integration.live_backend import raise_alert, serve
from tests.integration.receivers import mail_server

PHRASE = "cuatro palabras que recuerdo"
SCRIPT = """
import streamlit as st
from stressvision.dashboard.acting_user import remember_acting_user
from stressvision.dashboard.app import open_page
import stressvision.dashboard.pages.{name}.page as page
remember_acting_user("ing.rojas")
page.render(open_page()[1])
"""


@pytest.fixture
def context(usual_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick_argon: None) -> Iterator[Context]:
    with served_context(usual_url, tmp_path, monkeypatch) as opened:
        yield opened


@contextmanager
def served_context(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    """Run a backend on a database, in whose folder the dashboard is."""
    monkeypatch.chdir(folder)
    opened = open_context(Settings(database_url=url, ingest_url="http://127.0.0.1:9"))
    with serve(opened) as live:
        monkeypatch.setenv("STRESSVISION_API_URL", live.url)
        yield opened
    opened.database.close()


def page(name: str) -> AppTest:
    app = AppTest.from_string(SCRIPT.format(name=name), default_timeout=60).run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, label: str) -> AppTest:
    [found] = [item for item in app.button if item.label == label]
    app = found.click().run()
    assert not app.exception
    return app


def press_first(app: AppTest, label: str) -> AppTest:
    """Press the button of the first form that has one of that name."""
    app = next(item for item in app.button if item.label == label).click().run()
    assert not app.exception
    return app


def field(app: AppTest, label: str) -> Any:
    [found] = [item for item in (*app.text_input, *app.number_input) if item.label == label]
    return found


def test_every_stored_setting_has_a_label() -> None:
    assert set(texts.settings.LABELS) >= set(STORABLE) - SECRET


def test_thresholds_are_tried_on_the_last_week_and_saved(context: Context) -> None:
    raise_alert(context, enrol(context))
    app = page("settings")
    fields = [field.key for field in app.number_input]
    assert fields[:2] == ["setting_min_stress_events", "setting_alert_window_minutes"], (
        "row by row, as a phone shows them"
    )
    app.number_input(key="setting_min_stress_events").set_value(30)
    app = press(app, "Probar con la última semana")
    assert "los últimos 7 días habría habido 0 alertas en vez de 1" in shown(app)
    assert context.settings.min_stress_events == 10
    press(app, "Guardar los cambios")
    assert context.settings.min_stress_events == 30
    with context.database.read() as connection:
        query = "SELECT user_id FROM audit_log WHERE action = 'settings_changed'"
        assert connection.exec_driver_sql(query).scalars().all() == ["ing.rojas"]


def test_setting_of_the_environment_is_shown_as_fixed(usual_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = open_context(Settings(database_url=usual_url, min_stress_events=8))
    with serve(fixed) as live:
        monkeypatch.setenv("STRESSVISION_API_URL", live.url)
        shown_field = page("settings").number_input(key="setting_min_stress_events")
    assert (shown_field.value, shown_field.disabled) == (8, True)
    assert "STRESSVISION_MIN_STRESS_EVENTS" in shown_field.help


def test_mail_recipient_is_added_and_its_password_not_shown(context: Context) -> None:
    app = page("settings")
    app.session_state["settings_group"] = "notifications"
    app = app.run()
    assert "Todavía no se avisa a nadie." in shown(app)
    for label, value in (
        ("Servidor de correo (SMTP)", "smtp.gloria.example"),
        ("Usuario", "avisos@gloria.example"),
        ("Contraseña del correo", "p@ss/word"),
        ("De", "avisos@gloria.example"),
        ("Para (varios: con comas)", "medico@gloria.example"),
    ):
        field(app, label).input(value)
    [adds, _] = [item for item in app.button if item.label == "Añadir sin probar"]
    app = adds.click().run()
    assert "mailtos://smtp.gloria.example:587" in shown(app)
    assert "p%40ss" not in shown(app)
    [address] = configured_addresses(context.settings).values()
    assert address.startswith("mailtos://avisos%40gloria.example:p%40ss%2Fword@smtp.gloria.example:587/?from=")
    app = press(app, "Quitar mailtos://smtp.gloria.example:587 → m…o@gloria.example")
    assert not context.settings.notify_urls


def test_mail_address_of_a_server_without_a_login() -> None:
    address = mail_address("10.0.0.5", 25, "starttls", "", "", "a@x.pe", "b@x.pe, c@x.pe")
    assert address == "mailtos://10.0.0.5:25/?from=a%40x.pe&to=b%40x.pe%2Cc%40x.pe&mode=starttls"


@pytest.mark.parametrize(
    ("mode", "begin"), [("starttls", "mailtos://s:587/"), ("ssl", "mailtos://s:465/"), ("insecure", "mailto://s:25/")]
)
def test_port_of_a_mail_server_follows_its_encryption(mode: str, begin: str) -> None:
    assert mail_address("s", None, mode, "", "", "a@x.pe", "b@x.pe").startswith(begin)


def test_mail_server_inside_the_plant_is_tested_and_added_without_encryption(context: Context) -> None:
    app = page("settings")
    app.session_state["settings_group"] = "notifications"
    app = app.run()
    with mail_server() as inbox:
        for label, value in (
            ("Servidor de correo (SMTP)", "127.0.0.1"),
            ("Puerto", urlsplit(inbox.address).port),
            ("Usuario", "estres"),
            ("De", "estres@gloria.example"),
            ("Para (varios: con comas)", "medico@gloria.example"),
        ):
            field(app, label).set_value(value)
        [mode] = [item for item in app.segmented_control if item.label == "Cifrado"]
        mode.set_value("insecure")
        app = press_first(app, "Probar y añadir")
        assert "Sin cifrado no se envía una contraseña" in app.warning[0].value
        field(app, "Usuario").set_value("")
        app = press_first(app, "Probar y añadir")
    assert app.toast[0].value.startswith("La prueba llegó.")
    assert len(inbox.bodies) == 1
    assert field(app, "De").value == "", "the form is a new one"
    assert len(context.settings.notify_urls) == 1


def test_first_account_is_created_and_local_devices_receive_their_token(context: Context) -> None:
    record_health(context, DeviceHealth(device_id="linea-2", state="watching"))
    app = page("accounts")
    assert "Todavía no hay cuentas" in shown(app)
    field(app, "Nombre de la cuenta").input("ing.rojas")
    field(app, "Contraseña").input("corta")
    app = press(app, "Crear la cuenta de administración")
    assert "entre 15 y 256 caracteres" in shown(app)
    field(app, "Contraseña").input(PHRASE)
    app = press(app, "Crear la cuenta de administración")
    assert [(account.name, account.role) for account in list_accounts(context).accounts] == [("ing.rojas", Role.ADMIN)]
    token = local_token_file(context.settings.run_dir, "linea-2")
    assert token.stat().st_mode & 0o077 == 0
    device = read_token(Settings(device_id="linea-2"))
    assert device == token.read_text()
    assert Authenticator(context).authenticate(device).device_id == "linea-2"
    assert read_token(Settings(device_id="otra")) == ""


def test_program_without_the_dashboard_key_does_not_create_the_first_account(context: Context) -> None:
    body = {"name": "intruso", "role": "admin", "password": PHRASE}
    base = load_settings().api_base
    for headers in ({}, {"X-Stressvision-Dashboard": "adivinada"}):
        assert requests.post(f"{base}/api/accounts", json=body, headers=headers, timeout=10).status_code == 403
    assert list_accounts(context).total == 0
    add_account(context, "ing.rojas", Role.ADMIN, PHRASE, Actor())


def test_backup_is_made_verified_and_its_restoration_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served_context(f"sqlite:///{tmp_path}/plant.db", tmp_path, monkeypatch) as context:
        enrol(context)
        app = page("system")
        assert "Todavía no hay copias." in shown(app)
        app = press(app, "Hacer una copia ahora")
        assert app.success[0].value.startswith("Copia hecha y comprobada")
        first = app.selectbox(key="backup_chosen").value
        app = press(app, "Hacer una copia ahora")
        chosen = app.selectbox(key="backup_chosen")
        assert chosen.value != first, "the new copy is the one to verify or restore"
        assert chosen.proto.set_value, "without it the browser keeps the older one"
        app = press(app, "Comprobar")
        assert app.success[0].value.startswith("Sana:")
        app = press(app, "Restaurar…")
        assert [item.label for item in app.text_input] == ["Escriba RESTAURAR para confirmar"]


@pytest.mark.skipif("postgresql" not in DATABASES, reason="no PostgreSQL on this machine")
def test_dump_is_verified_and_restored_elsewhere(
    prepared_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(postgresql_programs()))
    with served_context(prepared_postgresql, tmp_path, monkeypatch):
        app = press(press(page("system"), "Hacer una copia ahora"), "Comprobar")
        assert app.success[0].value.startswith("Sano: el volcado se abre")
        assert "pg_restore" in shown(app)
        assert "Restaurar…" not in [button.label for button in app.button]


@pytest.mark.parametrize("is_restored", [True, False])
def test_last_restoration_is_announced_on_its_day(context: Context, is_restored: bool) -> None:
    outcome = RestoreOutcome(is_restored, "Base restaurada: 12 personas.", to_wire(context.clock()))
    context.settings.run_dir.mkdir(exist_ok=True)
    write_outcome(context.settings.run_dir, outcome)
    app = page("system")
    (box,) = app.success if is_restored else app.error
    assert box.value.startswith("**Restaurado el " if is_restored else "**No se restauró (")
    assert "12 personas" in box.value
    old = to_wire(context.clock() - timedelta(days=2))
    write_outcome(context.settings.run_dir, RestoreOutcome(is_restored, "Base restaurada.", old))
    app = app.run()
    assert not app.success
    assert "Última restauración: Base restaurada." in shown(app)


def test_programs_that_do_not_run_are_named(context: Context) -> None:
    text = shown(page("system"))
    assert "Recepción de cámaras" in text
    assert "no responde en su dirección" in text
    assert "no da señales" in text
    assert "Nada por reparar." in text


FIRST_STEPS = SCRIPT.replace("pages.{name}.page", "pages.system.first_steps")


def test_first_steps_are_ticked_as_they_come_true(context: Context) -> None:
    app = AppTest.from_string(FIRST_STEPS, default_timeout=60).run()
    assert "0 de 5 hechos." in shown(app)
    record_health(context, DeviceHealth(device_id="linea-2", state="watching"))
    enrol(context)
    assert "2 de 5 hechos." in shown(app.run())


def test_step_of_the_notifications_opens_their_section(context: Context) -> None:
    enrol(context)
    opened = AppTest.from_string(SCRIPT.format(name="settings"), default_timeout=60)
    opened.query_params["seccion"] = "avisos"
    assert "Destinos generales" in shown(opened.run())
    opened.segmented_control(key="settings_group").set_value("retention").run()
    assert opened.query_params["seccion"] == "conservacion"
    assert set(SECTIONS.values()) == set(texts.settings.GROUPS)
    assert "avisos" in SECTIONS


@pytest.mark.parametrize(("size", "expected"), [(0, "0 KiB"), (20_480, "20 KiB"), (3 * 2**20, "3.0 MiB")])
def test_size_of_a_backup_is_readable(size: int, expected: str) -> None:
    assert format_size(size) == expected
