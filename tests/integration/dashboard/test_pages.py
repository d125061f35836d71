"""Each page's logic, run by Streamlit's own test harness against the fake API."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import DatabaseUnavailable
from stressvision.core.texts import Message
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, device, employee, report, served


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


@pytest.fixture
def empty(state: FakeBackend) -> FakeBackend:
    for collection in (state.employees, state.detections, state.alerts, state.reports, state.devices):
        collection.clear()
    state.stress_percentage = 0.0
    state.detections_last_hour = 0
    return state


def page(name: str, **parameters: str) -> AppTest:
    script = f"""
from stressvision.dashboard.app import open_page
import stressvision.dashboard.pages.{name} as page
page.render(open_page()[1])
"""
    app = AppTest.from_string(script, default_timeout=30)
    for parameter, value in parameters.items():
        app.query_params[parameter] = value
    return app.run()


def overview() -> AppTest:
    return AppTest.from_file(str(PROJECT_ROOT / "main.py"), default_timeout=30).run()


def shown(app: AppTest) -> str:
    """Return the HTML of every element."""
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def test_overview_shows_the_figures_of_the_api(state: FakeBackend) -> None:
    text = shown(overview())
    for figure in ("<dd>23.4 %</dd>", "<dd>1,284</dd>", "Hay 2 alertas pendientes", "pi-envasado-02", "Sin cámara"):
        assert figure in text
    assert "Lars Keller Ruiz" in text
    assert "expresión compatible con" in text
    assert "Persona no inscrita" in text


def test_overview_names_silent_cameras_first(state: FakeBackend) -> None:
    state.devices = [device(device_id="pi-01"), *(device(device_id=f"pi-{n}", state="silent") for n in range(40, 80))]
    text = shown(overview())
    assert "40 de 41 cámaras no observan" in text
    assert text.index("pi-40") < text.index("pi-01")
    state.devices = [device(device_id="pi-01"), device(device_id="pi-02", state="paused")]
    assert "no observan" not in shown(overview())


def test_overview_follows_the_api(state: FakeBackend) -> None:
    app = overview()
    state.stress_percentage = 61.5
    state.alerts.clear()
    text = shown(app.run())
    assert "<dd>61.5 %</dd>" in text
    assert "pendientes de revisar" not in text


def test_overview_requests_no_single_person(state: FakeBackend) -> None:
    overview()
    assert state.calls
    assert not [call for call in state.calls if call.startswith("GET /api/employees/")]
    assert state.most_employees == 3, "the names of the people in the feed alone"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("alerts.page", "No hay alertas abiertas"),
        ("employees", "Aún no hay empleados"),
        ("reports", "Aún no hay reportes"),
        ("cameras.page", "Ningún dispositivo ha enviado"),
    ],
)
def test_empty_database_shows_a_message(empty: FakeBackend, name: str, sentence: str) -> None:
    assert sentence in shown(page(name))


def test_empty_overview_shows_what_is_missing(empty: FakeBackend) -> None:
    text = shown(overview())
    for sentence in ("Aún no hay detecciones", "Aún no ha pasado nadie ante una cámara", "Ningún dispositivo"):
        assert sentence in text
    assert "pendientes de revisar" not in text
    assert "0.0 %" not in text  # no share without detections


def test_rows_with_unreadable_fields_are_marked(state: FakeBackend) -> None:
    mark, odd = "dato ilegible", {"odd_fields": ("emotion_vector",)}
    assert mark not in shown(overview()) + shown(page("alerts.page")) + shown(page("reports"))
    state.detections[:] = [item.model_copy(update=odd) for item in state.detections]
    state.devices[:1] = [state.devices[0].model_copy(update=odd)]
    state.alerts.update({number: item.model_copy(update=odd) for number, item in state.alerts.items()})
    state.employees[:1] = [state.employees[0].model_copy(update=odd)]
    state.reports[:1] = [state.reports[0].model_copy(update=odd)]
    assert shown(overview()).count(mark) == len(state.detections[:10]) + 1
    assert shown(page("alerts.page")).count(mark) == 3
    assert f"Programado · {mark}" in shown(page("reports"))
    people = page("employees")
    assert f"{state.employees[0].full_name} (demostración, {mark})" in people.dataframe[0].value["name"].tolist()


@pytest.mark.parametrize("name", ["alerts.page", "employees", "reports", "cameras.page"])
def test_pages_report_unreachable_backend(state: FakeBackend, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    reachable = page(name)
    assert "El servidor no responde" not in shown(reachable)
    monkeypatch.setenv("STRESSVISION_API_URL", "http://127.0.0.1:9")
    text = shown(reachable.run())
    assert "El servidor no responde" in text
    assert "se actualiza sola" in text


def test_pages_show_the_reason_of_the_api(state: FakeBackend) -> None:
    state.refusal = DatabaseUnavailable(Message(es="La base de datos está ocupada.", en="The database is busy."))
    text = shown(page("alerts.page"))
    assert "no están disponibles por ahora" in text
    assert "La base de datos está ocupada." in text


def test_employee_list_shows_missing_enrolment(state: FakeBackend) -> None:
    table = page("employees").dataframe[0].value
    assert table["name"][0] == "Ana Torres Vega (demostración)"
    assert table["enrolment"][3] == "Necesita inscripción"
    assert list(table["code"]) == ["EMP001", "EMP002", "EMP003", "EMP004"]


def test_latest_report_is_shown_until_one_is_chosen(state: FakeBackend) -> None:
    app = page("reports")
    state.reports.insert(0, report(99, utc_now(), kind="manual", overall_stress_percentage=71.2))
    app.run()
    assert "<dd>71.2 %</dd>" in shown(app)
    assert "Manual · generado" in shown(app)
    app.selectbox(key="report").select(9).run()
    state.reports.insert(0, report(100, utc_now(), overall_stress_percentage=12.0))
    assert "<dd>26.6 %</dd>" in shown(app.run())


def test_revised_report_is_marked(state: FakeBackend) -> None:
    state.reports = [report(1, utc_now(), revision=2)]
    assert "Revisión 2: llegaron detecciones tarde" in shown(page("reports"))


def test_older_reports_are_reached_page_by_page(state: FakeBackend) -> None:
    newest = utc_now()
    state.reports = [report(number, newest - number * timedelta(minutes=15)) for number in range(1, 31)]
    app = page("reports")
    assert len(app.dataframe[-1].value) == 24
    assert "Se muestran 24 de 30" in shown(app)
    app.button(key="reports_older").click().run()
    assert len(app.dataframe[-1].value) == 6
    assert app.button(key="reports_older").disabled
    app.button(key="reports_newer").click().run()
    assert len(app.dataframe[-1].value) == 24


def test_report_without_employees_shows_message(state: FakeBackend) -> None:
    state.reports = [report(1, utc_now(), per_employee_summary={}, total_employees_detected=0)]
    assert "no se reconoció a ningún empleado" in shown(page("reports"))


def test_document_is_prepared_only_on_request(state: FakeBackend) -> None:
    app = page("reports")
    assert {call for call in state.calls if call.startswith("GET /api/reports/")} == {"GET /api/reports/9"}
    app.text_input(key="document_day").set_value("18/11/2026")
    app.segmented_control(key="document_span").set_value("weekly")
    app.button(key="document_prepare").click().run()
    assert "GET /api/reports/weekly/2026-11-18" in state.calls
    assert app.session_state["document"].content == b"weekly/2026-11-18 format=pdf&persons=false"
    assert app.session_state["document"].name == "reporte_semanal_2026-11-16.pdf"
    assert "La semana del lunes 16/11/2026 al domingo 22/11/2026." in shown(app)


def test_unavailable_document_shows_reason(state: FakeBackend) -> None:
    app = page("reports")
    state.refusal = DatabaseUnavailable(Message(es="La base de datos está ocupada.", en="The database is busy."))
    app.button(key="document_prepare").click().run()
    assert "La base de datos está ocupada." in shown(app)


def test_cameras_with_problems_come_first_with_remedy_and_bars(state: FakeBackend) -> None:
    text = shown(page("cameras.page"))
    assert text.index("pi-envasado-02") < text.index("pi-simulator-01")
    assert "Revise el cable, la corriente o la dirección" in text
    assert "1 de 2 cámaras observan." in text
    assert text.count('<i class="none"') == 48 + 47
    assert "60 min" in text


def test_live_picture_comes_through_the_api_on_request(state: FakeBackend) -> None:
    state.picture = b"jpeg"
    app = page("cameras.page")
    assert "GET /api/devices/pi-envasado-02/picture" not in state.calls
    app = app.button(key="camera_see").click().run()
    assert 'src="data:image/jpeg;base64,anBlZw=="' in shown(app)
    assert "Queda anotado que usted mira" in shown(app)
    state.picture = b""
    assert "está en otra máquina" in shown(app.run())
    app = app.button(key="camera_stop").click().run()
    assert "<img" not in shown(app)


ADJUSTING = """
import streamlit as st
from stressvision.dashboard.api_calls import camera_requests
from stressvision.dashboard.acting_user import remember_acting_user
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.cameras import view
context = open_page()[1]
remember_acting_user("ing.rojas")
if "camera_draft" not in st.session_state and "camera_done" not in st.session_state:
    st.session_state["camera_draft"] = camera_requests.read_settings(context.backend, "pi-simulator-01")
if "camera_draft" in st.session_state:
    view.show_view_form(context, "pi-simulator-01")
"""


def test_masks_and_hours_of_a_camera_are_drawn_and_saved(state: FakeBackend) -> None:
    state.picture = b"jpeg"
    app = AppTest.from_string(ADJUSTING, default_timeout=30).run()
    app.slider(key="camera_across").set_range(10, 40)
    app = app.slider(key="camera_down").set_range(0, 50).run()
    app = app.button(key="camera_add").click().run()
    assert '<i class="mask" style="clip-path: polygon(10.0% 0.0%, 40.0% 0.0%, 40.0% 50.0%, 10.0% 50.0%)">' in shown(app)
    app = app.button(key="camera_add_hours").click().run()
    app.button(key="camera_save").click().run()
    [view] = state.views
    assert view.masks == [[[0.1, 0.0], [0.4, 0.0], [0.4, 0.5], [0.1, 0.5]]]
    assert [(hours.days, hours.start, hours.end) for hours in view.schedule] == [([1, 2, 3, 4, 5], "07:00", "19:00")]
    assert (view.user_id, view.revision) == ("ing.rojas", 0)


ADDING = """
import streamlit as st
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.cameras import adding
st.session_state.setdefault("camera_new", ("linea-2", "sv_token"))
adding.show_adding_form(open_page()[1])
"""


def test_added_camera_is_tested_until_it_reports(state: FakeBackend) -> None:
    app = AppTest.from_string(ADDING, default_timeout=30).run()
    assert "Esperando la primera señal de linea-2" in shown(app)
    assert "Token: sv_token" in app.code[1].value
    assert "un dispositivo en otra máquina no llega a ella" in app.warning[0].value
    state.devices.append(device(device_id="linea-2", state="no_camera"))
    assert "Revise el cable" in shown(app.run())
    state.devices[-1] = device(device_id="linea-2")
    assert "linea-2 está conectada y observa" in shown(app.run())


def test_address_for_devices_of_the_network_has_no_warning(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_INGEST_URL", "https://estres.planta.example:5000")
    app = AppTest.from_string(ADDING, default_timeout=30).run()
    assert "https://estres.planta.example:5000" in app.code[1].value
    assert not app.warning


def test_pause_of_a_camera_is_shown_and_ended(state: FakeBackend) -> None:
    app = page("cameras.page")
    state.paused["pi-envasado-02"] = ("Visita", utc_now() + timedelta(hours=1))
    app = app.run()
    assert "pi-envasado-02 en pausa hasta" in shown(app)
    app.button(key="camera_resume").click().run()
    assert "DELETE /api/devices/pi-envasado-02/pause" in state.calls


@pytest.mark.parametrize("name", ["alerts.page", "employees", "reports", "cameras.page"])
def test_english_title(state: FakeBackend, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    titles = {"alerts.page": "Inbox", "employees": "Employees", "reports": "Reports", "cameras.page": "Cameras"}
    assert f"<h1>{titles[name]}</h1>" in shown(page(name))


def test_invalid_setting_is_explained(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_TIME_ZONE", "America/Arequipa")
    text = shown(overview())
    assert "STRESSVISION_TIME_ZONE" in text
    assert "America/Arequipa" in text
    assert "no existe esa zona horaria" in text


def test_five_hundred_people_with_long_names(state: FakeBackend) -> None:
    long_name = "María del Rosario Guadalupe Huamán-Quispe de la Torre y Ugarte"
    state.employees = [
        employee(number, employee_code=f"EMP{number:03d}", full_name=f"{long_name} {number}")
        for number in range(1, 501)
    ]
    app = page("employees")
    assert "500 personas" in shown(app)
    assert list(app.dataframe[0].value["code"])[::49] == ["EMP001", "EMP050"]


def test_employees_are_searched_and_filtered_by_the_server(state: FakeBackend) -> None:
    state.employees = [
        employee(
            number,
            employee_code=f"EMP{number:03d}",
            full_name=f"Persona {number}",
            department="Almacén" if number % 2 else "Envasado",
        )
        for number in range(1, 201)
    ]
    app = page("employees")
    app.text_input(key="employees_search").input("EMP1").run()
    assert "100 personas" in shown(app)
    app.selectbox(key="employees_department").select("Envasado").run()
    assert "50 personas" in shown(app)
    assert app.query_params["buscar"] == "EMP1"
    assert app.query_params["area"] == "Envasado"
    app.selectbox(key="employees_status").select("inactive").run()
    assert "Ninguna persona coincide" in shown(app)
    next(button for button in app.button if button.label == "Quitar filtros").click().run()
    assert "200 personas" in shown(app)
    assert dict(app.query_params) == {}


def test_address_of_a_page_of_employees(state: FakeBackend) -> None:
    state.employees = [employee(number, employee_code=f"EMP{number:03d}") for number in range(1, 201)]
    app = page("employees", pagina="2", estado="enrolled", area="Cerrada")
    assert "Ninguna persona coincide" in shown(app), "an area without people is not dropped"
    app.selectbox(key="employees_department").select("").run()
    assert "pagina" not in app.query_params, "another filter begins at its first page"
    app = page("employees", pagina="2")
    assert app.dataframe[0].value["code"][0] == "EMP051"


def test_reports_of_chosen_days(state: FakeBackend) -> None:
    newest = utc_now()
    state.reports = [report(number, newest - number * timedelta(days=1)) for number in range(1, 61)]
    days = [item.start_timestamp.astimezone(ZoneInfo("America/Lima")).date() for item in state.reports]
    app = page("reports", desde=days[40].isoformat())
    assert len(app.dataframe[-1].value) == 24
    app.button(key="reports_older").click().run()
    assert len(app.dataframe[-1].value) == 17
    app.text_input(key="reports_end").input(f"{days[30]:%d/%m/%Y}").run()
    assert len(app.dataframe[-1].value) == 11, "other days begin at the newest"
    assert app.query_params["hasta"] == days[30].isoformat()
    app.text_input(key="reports_end").input("01/01/2020").run()
    assert "Ningún reporte empieza en esos días" in shown(app)
    next(button for button in app.button if button.label == "Quitar filtros").click().run()
    assert "Se muestran 24 de 60" in shown(app)
    assert dict(app.query_params) == {}


def submit(app: AppTest, label: str = ""):  # type: ignore[no-untyped-def]  # the harness exports no type of a button
    return next(button for button in app.button if button.form_id and label in {"", button.label})
