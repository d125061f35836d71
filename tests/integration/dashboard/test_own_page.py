"""A person's own page, the personal link, and the self-report page, against the fake API."""

from collections.abc import Iterator
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.dashboard.pages.own.link import draw_qr
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, served
from tests.integration.fake_own import SECRET, invent_request


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def page(module: str, **address: str) -> AppTest:
    script = f"""
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.{module.rpartition(".")[0]} import {module.rpartition(".")[2]} as page
page.render(open_page()[1])
"""
    app = AppTest.from_string(script, default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def open_own(state: FakeBackend) -> AppTest:
    app = page("own.page", clave=SECRET)
    assert not [call for call in state.calls if "/api/own" in call], "a preview must not use it up"
    return app.button(key="own_open").click().run()


def test_page_without_a_link_says_where_to_get_one(state: FakeBackend) -> None:
    assert "enlace personal o el código QR" in shown(page("own.page"))
    assert not [call for call in state.calls if "/api/own" in call]


def test_link_opens_the_page_and_leaves_the_address(state: FakeBackend) -> None:
    app = open_own(state)
    text = shown(app)
    assert "Ana Torres Vega · EMP001" in text
    assert "12,345" in text
    assert "30 días" in text
    assert "hasta su borrado" in text
    assert "dra.quispe" in text
    assert "vio sus cifras en el tiempo" in text
    assert "resolvió una alerta" in text
    assert "clave" not in app.query_params
    app.button(key="own_close").click().run()
    assert "Cerró sus datos." in shown(app)
    assert "Ana Torres" not in shown(app)


def test_second_browser_with_the_same_link_sees_nothing(state: FakeBackend) -> None:
    first = open_own(state)
    second = page("own.page", clave=SECRET).button(key="own_open").click().run()
    assert "El enlace venció o ya se usó: pida otro." in shown(second)
    assert "Ana Torres" not in shown(second)
    assert "Ana Torres" in shown(first.run())
    first.button(key="own_pause").click().run()
    assert "En pausa" in shown(first)


def test_expired_link_is_explained(state: FakeBackend) -> None:
    app = page("own.page", clave="svp_other").button(key="own_open").click().run()
    assert "El enlace venció o ya se usó: pida otro." in shown(app)


def test_pause_and_its_end(state: FakeBackend) -> None:
    app = open_own(state)
    app.button(key="own_pause").click().run()
    assert "En pausa: las cámaras no le reconocen hasta" in shown(app)
    app.button(key="own_resume").click().run()
    assert "Las cámaras le reconocen" in shown(app)


def test_withdrawal_needs_the_typed_code(state: FakeBackend) -> None:
    app = open_own(state)
    app.text_input(key="own_code").input("EMP002")
    submit(app, "Retirar mi consentimiento").click().run()
    assert [box.value for box in app.warning] == ["El código no coincide: no se cambió nada."]
    assert "POST /api/own/withdraw" not in state.calls
    app.text_input(key="own_code").input("emp001")
    submit(app, "Retirar mi consentimiento").click().run()
    assert "su rostro está borrado" in shown(app)


def test_self_report_and_correction_are_sent(state: FakeBackend) -> None:
    app = open_own(state)
    submit(app, "Enviar").click().run()
    assert [box.value for box in app.warning] == ["Elija al menos una respuesta."]
    app.button_group(key="own_sleepiness").set_value("7 · Con sueño, sin esfuerzo")
    submit(app, "Enviar").click().run()
    assert [(item.sleepiness, item.tension) for item in state.own.self_reports] == [(7, None)]
    app.text_area(key="own_detail").input("Mi área es Envasado")
    submit(app, "Enviar", 1).click().run()
    assert "Mi área es Envasado" in shown(app)
    assert "Sin responder" in shown(app)


def test_open_page_asks_and_may_be_put_off(state: FakeBackend) -> None:
    app = open_own(state)
    assert "own_later" not in {button.key for button in app.button}
    state.prompt_at = utc_now()
    app.run()
    assert "momentos al azar" in shown(app)
    app.button(key="own_later").click().run()
    assert "momentos al azar" not in shown(app)
    state.prompt_at = utc_now()
    app.run()
    app.button_group(key="prompt_tension").set_value("4 · Alta")
    submit(app, "Enviar").click().run()
    assert [(item.sleepiness, item.tension) for item in state.own.self_reports] == [(None, 4)]
    assert state.prompted == [True]


def test_person_gets_a_code_for_kiosks(state: FakeBackend) -> None:
    app = open_own(state)
    app.button(key="own_kiosk_code").click().run()
    assert "204816" in app.success[0].value


def test_health_service_creates_a_kiosk(state: FakeBackend) -> None:
    app = page("own.self_reports")
    assert "Línea 1" in shown(app)
    next(item for item in app.text_input if item.label == "Dónde está").input("Comedor")
    next(button for button in app.button if button.label == "Crear quiosco").click()
    app.run()
    assert "/quiosco?clave=svk_invented" in app.code[0].value


def test_health_service_makes_a_code(state: FakeBackend) -> None:
    app = page("person.page", empleado="1")
    app.button(key="person_link").click().run()
    assert "POST /api/employees/1/link" in state.calls
    assert 'class="sv qr"' in shown(app)
    (code,) = app.code
    assert code.value.endswith(f"/mis-datos?clave={SECRET}")
    assert f'src="{draw_qr(code.value)}"' in unescape(shown(app))
    assert [box.value[:37] for box in app.warning] == ["Un teléfono no puede abrir este código"[:37]]


def test_code_has_the_configured_address_for_phones(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_DASHBOARD_URL", "https://estres.planta.example/")
    app = page("person.page", empleado="1")
    app.button(key="person_link").click().run()
    assert app.code[0].value == f"https://estres.planta.example/mis-datos?clave={SECRET}"
    assert not app.warning


@pytest.mark.parametrize(("is_enough", "figure"), [(True, "<dd>0.71</dd>"), (False, "<dd>insuficiente</dd>")])
def test_agreement_is_shown_only_with_enough_reports(state: FakeBackend, is_enough: bool, figure: str) -> None:
    state.is_enough = is_enough
    text = shown(page("own.self_reports"))
    assert text.count(figure) == 4
    assert ("95 %: 0.62 a 0.80" in text) == is_enough
    assert ("Hacen falta 50 respuestas, 10 a cada lado del umbral, de 5 personas." in text) != is_enough


def test_request_is_answered(state: FakeBackend) -> None:
    state.own = state.own.model_copy(update={"requests": [invent_request("Mi área es <b>Envasado</b>")]})
    app = page("own.self_reports")
    assert "&lt;b&gt;Envasado" in shown(app)
    app.text_area(key="request_reason_1").input("Corregido")
    submit(app, "Responder a Ana Torres Vega").click().run()
    assert [box.value for box in app.success] == ["Se respondió a Ana Torres Vega."]
    assert "No hay solicitudes por responder." in shown(app)


def submit(app: AppTest, label: str, place: int = 0):  # type: ignore[no-untyped-def]  # the harness exports no type
    return [button for button in app.button if button.form_id and button.label == label][place]


def test_page_closes_when_the_link_ends(state: FakeBackend) -> None:
    app = open_own(state)
    page_shown = app.session_state["own_page"]
    app.session_state["own_page"] = page_shown.model_copy(update={"expires_at": utc_now()})
    text = shown(app.run())
    assert "sus datos se cerraron" in text
    assert "Ana Torres" not in text
    assert "own_opened" not in app.session_state
