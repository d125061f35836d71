"""The page of one person against the fake API."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.errors import DatabaseUnavailable
from stressvision.core.texts import Message
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, detection, employee, served

SCRIPT = """
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.person import page
page.render(open_page()[1])
"""


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def open_person(person: str) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=30)
    if person:
        app.query_params["empleado"] = person
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def personal_calls(state: FakeBackend) -> list[str]:
    return [call for call in state.calls if call.startswith(("GET /api/employees/", "GET /api/audit"))]


def test_nobody_is_requested_before_a_choice(state: FakeBackend) -> None:
    app = open_person("")
    assert "Elija a una persona" in shown(app)
    assert personal_calls(state) == []
    app.selectbox[0].select(2).run()
    assert app.query_params["empleado"] == "2"
    assert "Lars Keller Ruiz · EMP002" in shown(app)
    assert "GET /api/employees/2/figures" in personal_calls(state)


def test_one_of_five_hundred_is_found_by_the_server(state: FakeBackend) -> None:
    state.employees = [
        employee(number, employee_code=f"EMP{number:03}", full_name=f"Persona {number}") for number in range(1, 501)
    ]
    app = open_person("")
    assert len(app.selectbox[0].options) == 50
    assert "Se muestran 50 de 500." in shown(app)
    app.text_input[0].input("EMP44").run()
    assert app.selectbox[0].options == [f"Persona {number} · EMP{number}" for number in range(440, 450)]
    app.text_input[0].input("nadie").run()
    assert "Ninguna persona coincide" in shown(app)
    app.text_input[0].input("EMP44").run()
    app.selectbox[0].select(444).run()
    assert "Persona 444 · EMP444" in shown(app)
    assert "Persona 444 · EMP444" in app.selectbox[0].options, "the person of the address is offered beside the others"
    assert state.most_employees == 50


def test_address_opens_the_person_with_every_detection(state: FakeBackend) -> None:
    at = utc_now() - timedelta(minutes=30)
    state.detections = [detection(number, at, "fatigue" if number % 3 else "neutral", 1) for number in range(1, 301)]
    text = shown(open_person("1"))
    assert "Ana Torres Vega · EMP001" in text
    assert "<dd>66.7 %</dd>" in text, "the share of fatigue beside that of stress"
    assert "<dd>0.0 %</dd>" in text
    assert "<dd>300</dd>" in text
    assert "cada consulta queda registrada" in text


def test_person_without_detections_has_no_share(state: FakeBackend) -> None:
    text = shown(open_person("4"))
    assert text.count("<dd>sin datos</dd>") == 2
    assert "Sin detecciones en el período elegido." in text
    assert "necesita inscripción" in text
    assert "Alerta 2 generada" in text


def test_unknown_address_is_explained(state: FakeBackend) -> None:
    for wanted in ("99", "Lars", "-1", "²"):
        text = shown(open_person(wanted))
        assert "No hay ninguna persona con ese número." in text
    assert personal_calls(state) == []


def test_readers_and_document_are_requested_on_demand(state: FakeBackend) -> None:
    app = open_person("2")
    assert not [call for call in personal_calls(state) if "audit" in call or call.endswith("/data")]
    app.toggle(key="person_readers").set_value(True).run()
    assert "vio sus cifras en el tiempo" in shown(app)
    app.button(key="person_prepare").click().run()
    assert "GET /api/employees/2/data" in personal_calls(state)
    (button,) = app.get("download_button")
    assert button.proto.label == "Descargar lo_que_se_guarda_EMP002.pdf"


def test_period_and_measure_change_the_charts(state: FakeBackend) -> None:
    app = open_person("1")
    assert len(app.get("plotly_chart")) == 2
    app.segmented_control(key="person_period").set_value("hour").run()
    app.segmented_control(key="person_measure").set_value("fatigue").run()
    app.toggle(key="person_against").set_value(True).run()
    assert len(app.get("plotly_chart")) == 2
    assert not app.exception


def test_page_loads_again_when_the_backend_returns(state: FakeBackend) -> None:
    state.refusal = DatabaseUnavailable(Message(es="La base de datos está ocupada.", en="The database is busy."))
    app = open_person("1")
    assert "La base de datos está ocupada." in shown(app)
    assert "se actualiza sola" in shown(app)
    state.refusal = None
    assert "Ana Torres Vega · EMP001" in shown(app.run())


def test_english_page(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    text = shown(open_person("1"))
    assert "<h1>Person</h1>" in text
    assert "Fourteen days, hour by hour" in text
