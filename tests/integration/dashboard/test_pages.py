"""Each page's logic, run by Streamlit's own test harness against the fake API."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import DatabaseUnavailable
from stressvision.core.texts import Message
from stressvision.wire.access import LoggedIn
from stressvision.wire.notifications import NoticeQueue, NoticeTarget
from tests.integration.fake_api import FakeBackend, alert, busy_plant, create_fake_api, employee, report, served


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


def page(name: str) -> AppTest:
    script = f"""
from stressvision.dashboard.app import open_page
import stressvision.dashboard.pages.{name} as page
page.render(open_page()[1])
"""
    return AppTest.from_string(script, default_timeout=30).run()


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


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("alerts", "No hay alertas pendientes"),
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
    assert mark not in shown(overview()) + shown(page("alerts")) + shown(page("reports"))
    state.detections[:] = [item.model_copy(update=odd) for item in state.detections]
    state.devices[:1] = [state.devices[0].model_copy(update=odd)]
    state.alerts.update({number: item.model_copy(update=odd) for number, item in state.alerts.items()})
    state.employees[:1] = [state.employees[0].model_copy(update=odd)]
    state.reports[:1] = [state.reports[0].model_copy(update=odd)]
    assert shown(overview()).count(mark) == len(state.detections[:10]) + 1
    assert shown(page("alerts")).count(mark) == 2
    assert f"Programado · {mark}" in shown(page("reports"))
    people = page("employees")
    assert f"{state.employees[0].full_name} (demostración, {mark})" in people.dataframe[0].value["name"].tolist()


@pytest.mark.parametrize("name", ["alerts", "employees", "reports", "cameras.page"])
def test_pages_report_unreachable_backend(state: FakeBackend, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    reachable = page(name)
    assert "El servidor no responde" not in shown(reachable)
    monkeypatch.setenv("STRESSVISION_API_URL", "http://127.0.0.1:9")
    text = shown(reachable.run())
    assert "El servidor no responde" in text
    assert "se actualiza sola" in text


def test_pages_show_the_reason_of_the_api(state: FakeBackend) -> None:
    state.refusal = DatabaseUnavailable(Message(es="La base de datos está ocupada.", en="The database is busy."))
    text = shown(page("alerts"))
    assert "no están disponibles por ahora" in text
    assert "La base de datos está ocupada." in text


def test_alerts_show_person_severity_and_evidence(state: FakeBackend) -> None:
    text = shown(page("alerts"))
    assert "Lars Keller Ruiz · EMP002" in text
    assert "Severidad alta" in text
    assert "18 de 24 detecciones · confianza media 87 %" in text


def test_alerts_are_filtered_by_status(state: FakeBackend) -> None:
    app = page("alerts")
    app.segmented_control(key="alert_filter").set_value("resolved").run()
    text = shown(app)
    assert "Conversación realizada" in text
    assert "Resuelta por medico.ocupacional" in text
    assert not [button for button in app.button if button.label == "Resolver"]


def test_acknowledging_asks_for_the_user_once(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="acknowledge_1").click().run()
    assert state.decisions == []
    app.text_input(key="user_id_field").input("  medico.ocupacional ")
    submit(app).click().run()
    assert state.decisions == [("acknowledge", 1, "medico.ocupacional", None)]
    assert [box.value for box in app.success] == ["Alerta 1 atendida: Lars Keller Ruiz · EMP002."]
    assert "Atiende: medico.ocupacional" in shown(app)
    app.button(key="acknowledge_2").click().run()
    assert state.decisions[1:] == [("acknowledge", 2, "medico.ocupacional", None)]


def test_logged_in_account_is_not_asked_for_a_user(state: FakeBackend) -> None:
    app = page("alerts")
    soon = utc_now() + timedelta(hours=1)
    principal = {"token": "t", "name": "dra.quispe", "role": "health", "expires_at": soon}
    app.session_state["principal"] = LoggedIn.model_validate(principal)
    app.button(key="acknowledge_1").click().run()
    assert state.decisions == [("acknowledge", 1, "dra.quispe", None)]
    assert "Atiende:" not in shown(app)


def test_resolving_takes_notes(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="resolve_1").click().run()
    app.text_input(key="user_id_field").input("medico")
    app.text_area(key="notes_1").input("Pausa acordada.\nSe revisa el viernes.")
    submit(app).click().run()
    assert state.decisions == [("resolve", 1, "medico", "Pausa acordada.\nSe revisa el viernes.")]
    assert [box.value for box in app.success] == ["Alerta 1 resuelta: Lars Keller Ruiz · EMP002."]


def test_decision_without_user_is_refused(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="resolve_1").click().run()
    app.text_input(key="user_id_field").input("   ")
    submit(app).click().run()
    assert state.decisions == []
    assert [box.value for box in app.warning] == ["Escriba su identificador para continuar."]


def test_refused_decision_shows_the_reason(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="acknowledge_1").click().run()
    app.text_input(key="user_id_field").input("medico")
    state.alerts[1] = alert(1, status="resolved", resolved_by="otra.persona", resolved_at=utc_now())
    submit(app).click().run()
    (warning,) = [box.value for box in app.warning]
    assert warning.startswith("La alerta ya está resuelta. Su decisión no se guardó.")


def test_late_decision_keeps_its_text_and_adds_it_as_a_note(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="resolve_1").click().run()
    app.text_input(key="user_id_field").input("enfermera")
    app.text_area(key="notes_1").input("Turno cambiado")
    state.alerts[1] = alert(1, status="resolved", resolved_by="doctora", resolved_at=utc_now(), version=2)
    submit(app).click().run()
    assert state.alerts[1].resolved_by == "doctora"
    (warning,) = [box.value for box in app.warning]
    assert warning.startswith("La alerta cambió. Su decisión no se guardó.")
    assert app.text_area(key="notes_1").value == "Turno cambiado"
    button = submit(app)
    assert button.label == "Añadir nota"
    button.click().run()
    assert state.decisions[-1] == ("notes", 1, "enfermera", "Turno cambiado")
    assert [box.value for box in app.success] == ["Nota añadida a la alerta 1: Lars Keller Ruiz · EMP002."]


def test_alert_shows_minutes_usual_level_and_probability(state: FakeBackend) -> None:
    state.alerts = {1: alert(1, escalation_level=1), 2: alert(2, usual_share=None, error_chance=0.63)}
    text = shown(page("alerts"))
    assert "1 de 2 detecciones" in text
    assert "12 % (9 días)" in text
    assert "+63 puntos porcentuales" in text
    assert "1 en 250,000" in text
    assert "Escalada (paso 1)" in text
    assert "Sin historia suficiente" in text
    assert "63 %" in text


def test_detail_is_requested_once_and_takes_notes(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="open_1").click().run()
    assert "Generada" in shown(app)
    app.text_input(key="detail_user_id").input("enfermera")
    app.text_area(key="detail_note").input(" Pausa ofrecida ")
    submit(app, "Añadir nota").click().run()
    assert state.decisions == [("notes", 1, "enfermera", "Pausa ofrecida")]
    assert "Nota · enfermera" in shown(app)
    assert state.calls.count("GET /api/alerts/1") == 1, "each look-up is audited"


def test_linked_alert_can_be_resolved(state: FakeBackend) -> None:
    app = page("alerts")
    app.query_params["alerta"] = "1"
    app.run()
    app.button(key="opened_resolve_1").click().run()
    app.text_input(key="user_id_field").input("medico")
    app.text_area(key="notes_1").input("Pausa acordada")
    submit(app).click().run()
    assert state.decisions == [("resolve", 1, "medico", "Pausa acordada")]
    assert not [button for button in app.button if button.key == "opened_resolve_1"], "the dialog is closed"


def test_silence_needs_a_reason_and_can_be_ended(state: FakeBackend) -> None:
    app = page("alerts")
    app.button(key="open_1").click().run()
    app.text_input(key="detail_user_id").input("medico")
    submit(app, "Silenciar").click().run()
    assert state.silences == []
    assert [box.value for box in app.warning] == ["Escriba primero el texto."]
    app.segmented_control(key="silence_span").set_value(480)
    app.text_input(key="silence_reason").input("Ya atendido")
    submit(app, "Silenciar").click().run()
    (wanted,) = state.silences
    assert (wanted.employee_id, wanted.device_id, wanted.reason, wanted.created_by) == (
        2,
        None,
        "Ya atendido",
        "medico",
    )
    assert timedelta(hours=7, minutes=59) < wanted.ends_at - utc_now() <= timedelta(hours=8)
    assert [box.value[:17] for box in app.success] == ["Sin alertas hasta"]
    assert "Ya atendido (medico)" in shown(app)
    app.button(key="end_silence_1").click().run()
    assert state.silences == []


def test_alert_link_opens_its_alert(state: FakeBackend) -> None:
    app = AppTest.from_string(
        "from stressvision.dashboard.app import open_page\n"
        "from stressvision.dashboard.pages import alerts\n"
        "alerts.render(open_page()[1])\n",
        default_timeout=30,
    )
    app.query_params["alerta"] = "3"
    assert "Generada" in shown(app.run())
    app.run()
    assert state.calls.count("GET /api/alerts/3") == 1


def test_device_alerts_have_their_own_list(state: FakeBackend) -> None:
    silent = {"employee_id": None, "employee_name": None, "device_id": "pi-envasado-02", "evidence_events": None}
    state.alerts[9] = alert(9, **silent, evidence_minutes=None, description="Sin señal")
    app = page("alerts")
    assert "pi-envasado-02" not in shown(app)
    assert "1 dispositivo no envía datos" in shown(app)
    app.segmented_control(key="alert_subject").set_value("devices").run()
    assert "pi-envasado-02" in shown(app)
    assert "Lars Keller Ruiz" not in shown(app)


def test_undelivered_notifications_are_shown(state: FakeBackend) -> None:
    assert "sin entregar" not in shown(page("alerts"))
    target = NoticeTarget(
        target="a", label="json://x", waiting=3, sent=0, failed=0, last_sent_at=None, last_error="json://x no responde"
    )
    state.queue = NoticeQueue(configured=True, waiting=3, failed=0, failing_since=utc_now(), targets=[target])
    text = shown(page("alerts"))
    assert "Hay avisos sin entregar" in text
    assert "json://x no responde" in text


def test_alerts_are_paged(state: FakeBackend) -> None:
    state.alerts = {number: alert(number) for number in range(1, 31)}
    app = page("alerts")
    assert "Se muestran 20 de 30." in shown(app)
    next(button for button in app.button if button.label == "Mostrar más").click().run()
    assert "Se muestran" not in shown(app)


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


def test_report_without_employees_shows_message(state: FakeBackend) -> None:
    state.reports = [report(1, utc_now(), per_employee_summary={}, total_employees_detected=0)]
    assert "no se reconoció a ningún empleado" in shown(page("reports"))


def test_document_is_prepared_only_on_request(state: FakeBackend) -> None:
    app = page("reports")
    assert not [call for call in state.calls if call.startswith("GET /api/reports/")]
    app.date_input(key="document_day").set_value(date(2026, 11, 18))
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


def test_pause_of_a_camera_is_shown_and_ended(state: FakeBackend) -> None:
    app = page("cameras.page")
    state.paused["pi-envasado-02"] = ("Visita", utc_now() + timedelta(hours=1))
    app = app.run()
    assert "pi-envasado-02 en pausa hasta" in shown(app)
    app.button(key="camera_resume").click().run()
    assert "DELETE /api/devices/pi-envasado-02/pause" in state.calls


@pytest.mark.parametrize("name", ["alerts", "employees", "reports", "cameras.page"])
def test_english_title(state: FakeBackend, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("STRESSVISION_LANG", "en")
    titles = {"alerts": "Inbox", "employees": "Employees", "reports": "Reports", "cameras.page": "Cameras"}
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
    assert len(app.dataframe[0].value) == 500


def submit(app: AppTest, label: str = ""):  # type: ignore[no-untyped-def]  # the harness exports no type of a button
    return next(button for button in app.button if button.form_id and label in {"", button.label})
