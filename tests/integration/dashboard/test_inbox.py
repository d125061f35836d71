"""The inbox, run by Streamlit's own test harness against the fake API."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.wire.access import LoggedIn
from stressvision.wire.notifications import NoticeQueue, NoticeTarget
from tests.integration.fake_api import FakeBackend, alert, busy_plant, create_fake_api, served

SCRIPT = """
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.alerts.page import render
render(open_page()[1])
"""
LINE = 'class="sv line"'


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def inbox(user: str = "", **parameters: str) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=30)
    for name, value in parameters.items():
        app.query_params[name] = value
    if user:
        soon = utc_now() + timedelta(hours=1)
        principal = {"token": "t", "name": user, "role": "health", "expires_at": soon}
        app.session_state["principal"] = LoggedIn.model_validate(principal)
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def subjects(app: AppTest) -> list[str]:
    """Return the subject of each line, from top to bottom."""
    bodies = [element.proto.body for element in app.main.get("html")]
    return [body.split('data-sv-subject="')[1].split('"')[0] for body in bodies if body.startswith(f"<div {LINE}")]


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def has_button(app: AppTest, key: str) -> bool:
    return any(button.key == key for button in app.button)


def test_line_has_severity_person_place_share_and_owner(state: FakeBackend) -> None:
    text = shown(inbox())
    for part in ("Alta", "Lars Keller Ruiz · EMP002", "Estrés o tristeza · Envasado · Mañana", "75 %", "habitual 12 %"):
        assert part in text
    assert "Sin atender" in text
    assert "Atiende medico.ocupacional" in text
    assert "3 alertas" in text


def test_new_alert_waits_until_it_is_asked_for(state: FakeBackend) -> None:
    app = inbox("doctora")
    before = subjects(app)
    state.alerts = {9: alert(9, employee_name="Ana Torres Vega", employee_code="EMP001"), **state.alerts}
    app.run()
    assert subjects(app) == before, "nothing moves under the pointer"
    assert app.button(key="inbox_new").label == "1 nueva – mostrar"
    press(app, "inbox_new")
    assert subjects(app) == ["Ana Torres Vega · EMP001", *before]
    assert not has_button(app, "inbox_new")


def test_decided_alert_stays_in_its_place(state: FakeBackend) -> None:
    app = inbox("doctora")
    before = subjects(app)
    press(app, "acknowledge_1")
    assert subjects(app) == before
    assert "Alerta 1 atendida: Lars Keller Ruiz · EMP002." in shown(app)
    assert "Atiende doctora" in shown(app)
    assert not has_button(app, "acknowledge_1")


def test_decision_is_taken_back(state: FakeBackend) -> None:
    app = press(inbox("doctora"), "acknowledge_1")
    press(app, "inbox_undo")
    assert "Decisión deshecha: Lars Keller Ruiz · EMP002." in shown(app)
    assert state.alerts[1].status == "pending"
    assert not has_button(app, "inbox_undo")
    assert has_button(app, "acknowledge_1")


def test_acknowledging_asks_for_the_user_once(state: FakeBackend) -> None:
    app = press(inbox(), "acknowledge_1")
    assert state.decisions == []
    press(app, "drawer_acknowledge_1")
    assert [box.value for box in app.warning] == ["Escriba su identificador para continuar."]
    app.text_input(key="drawer_user_id").input("  medico.ocupacional ")
    press(app, "drawer_acknowledge_1")
    assert state.decisions == [("acknowledge", 1, "medico.ocupacional", None)]
    assert "Atiende: medico.ocupacional" in shown(app)
    press(app, "acknowledge_2")
    assert state.decisions[1:] == [("acknowledge", 2, "medico.ocupacional", None)]


def test_resolving_asks_for_the_outcome_and_takes_notes(state: FakeBackend) -> None:
    app = press(inbox("doctora"), "open_1")
    assert "18 de sus 24 detecciones (75 %)" in shown(app)
    press(app, "drawer_resolve_1")
    app.text_area(key="notes_words_1").input("Pausa acordada.\nSe revisa el viernes.")
    press(app, "submit_words_1")
    assert [box.value for box in app.warning] == ["Elija qué resultó ser la alerta."]
    app.segmented_control(key="outcome_1").set_value("useful")
    press(app, "submit_words_1")
    assert state.decisions == [("resolve", 1, "doctora", "Pausa acordada.\nSe revisa el viernes.")]
    assert state.alerts[1].outcome == "useful"
    assert "Alerta 1 resuelta: Lars Keller Ruiz · EMP002." in shown(app)
    assert 'data-sv-stored="draft_words_1:' in shown(app), "the browser forgets the draft"
    assert "alerta" not in app.query_params


def test_late_decision_keeps_its_text_and_adds_it_as_a_note(state: FakeBackend) -> None:
    app = press(inbox("enfermera"), "open_1")
    press(app, "drawer_resolve_1")
    app.segmented_control(key="outcome_1").set_value("unclear")
    app.text_area(key="notes_words_1").input("Turno cambiado")
    state.alerts[1] = alert(1, status="resolved", resolved_by="doctora", resolved_at=utc_now(), version=2)
    press(app, "submit_words_1")
    assert state.alerts[1].resolved_by == "doctora"
    (warning,) = [box.value for box in app.warning]
    assert warning.startswith("La alerta cambió. Su decisión no se guardó.")
    assert app.text_area(key="notes_words_1").value == "Turno cambiado"
    assert "Resuelta" in shown(app), "the drawer shows the other user's decision"
    assert not has_button(app, "drawer_acknowledge_1")
    assert app.button(key="submit_words_1").label == "Añadir nota"
    press(app, "submit_words_1")
    assert state.decisions[-1] == ("notes", 1, "enfermera", "Turno cambiado")
    assert "Nota añadida a la alerta 1: Lars Keller Ruiz · EMP002." in shown(app)


@pytest.mark.parametrize(("typed", "day"), [("7/3/2026", date(2026, 3, 7)), ("31/02/2026", None)])
def test_days_of_the_filter_are_typed(state: FakeBackend, typed: str, day: date | None) -> None:
    app = inbox("medico")
    app.text_input(key="inbox_start").set_value(typed).run()
    assert app.query_params.get("desde") == (day.isoformat() if day else None)
    assert [box.value for box in app.warning] == ([] if day else ["Escriba un día, como 07/03/2026."])


def test_refused_decision_names_the_person_and_the_reason(state: FakeBackend) -> None:
    app = inbox("medico")
    state.alerts[1] = alert(1, status="resolved", resolved_by="otra.persona", resolved_at=utc_now())
    press(app, "acknowledge_1")
    assert "No se pudo cambiar la alerta 1 de Lars Keller Ruiz · EMP002. La alerta ya está resuelta." in shown(app)


def test_several_alerts_are_acknowledged_at_once(state: FakeBackend) -> None:
    app = inbox("doctora")
    app.checkbox(key="pick_1").check()
    app.checkbox(key="pick_2").check().run()
    assert "2 elegidas" in shown(app)
    press(app, "bulk_acknowledge")
    assert [decision[:3] for decision in state.decisions] == [
        ("acknowledge", 1, "doctora"),
        ("acknowledge", 2, "doctora"),
    ]
    assert "2 alertas cambiadas." in shown(app)
    press(app, "inbox_undo")
    assert {state.alerts[1].status, state.alerts[2].status} == {"pending"}


def test_several_alerts_are_resolved_with_one_note(state: FakeBackend) -> None:
    app = inbox("doctora")
    app.checkbox(key="pick_1").check()
    app.checkbox(key="pick_3").check().run()
    press(app, "bulk_resolve")
    app.segmented_control(key="bulk_outcome").set_value("false_alarm")
    app.text_area(key="bulk_notes").input("Simulacro")
    press(app, "bulk_submit")
    assert state.decisions == [("resolve", 1, "doctora", "Simulacro"), ("resolve", 3, "doctora", "Simulacro")]
    assert {state.alerts[1].outcome, state.alerts[3].outcome} == {"false_alarm"}


def test_filters_and_page_are_in_the_address(state: FakeBackend) -> None:
    state.alerts |= {number: alert(number) for number in range(10, 40)}
    app = inbox("doctora", estado="all", severidad="high", pagina="2")
    assert app.segmented_control(key="inbox_status").value == "all"
    assert app.selectbox(key="inbox_severity").value == "high"
    assert len(subjects(app)) == 12, "32 alerts of high severity, 20 a page"
    app.text_input(key="inbox_search").input("lars").run()
    assert app.query_params["buscar"] == "lars"
    assert "pagina" not in app.query_params, "another filter begins at its first page"
    assert len(subjects(app)) == 20


def test_filters_survive_a_visit_of_another_page(state: FakeBackend) -> None:
    visit = "import streamlit as st\nif st.checkbox('other', key='other'):\n    st.stop()\n"
    app = AppTest.from_string(visit + SCRIPT, default_timeout=30).run()
    app.segmented_control(key="inbox_status").set_value("resolved").run()
    assert "Resuelta · medico.ocupacional" in shown(app)
    app.checkbox(key="other").check().run()
    app.query_params.clear()
    app.checkbox(key="other").uncheck().run()
    assert app.segmented_control(key="inbox_status").value == "resolved"
    assert app.query_params["estado"] == "resolved"


def test_unknown_values_of_the_address_are_left_out(state: FakeBackend) -> None:
    app = inbox("doctora", estado="quizas", desde="ayer", pagina="-3", severidad="grave")
    assert "3 alertas" in shown(app)


def test_nothing_found_is_said(state: FakeBackend) -> None:
    assert "Ninguna alerta coincide con los filtros." in shown(inbox(buscar="nadie"))


def test_linked_alert_opens_once_and_takes_notes(state: FakeBackend) -> None:
    app = inbox("enfermera", alerta="1")
    assert "Generada" in shown(app)
    press(app, "drawer_note_1")
    app.text_area(key="notes_words_1").input(" Pausa ofrecida ")
    press(app, "submit_words_1")
    assert state.decisions == [("notes", 1, "enfermera", "Pausa ofrecida")]
    assert "Nota · enfermera" in shown(app)
    assert state.calls.count("GET /api/alerts/1") == 1, "each look-up is audited"


def test_linked_alert_can_be_resolved(state: FakeBackend) -> None:
    app = inbox("medico", alerta="1")
    press(app, "drawer_resolve_1")
    app.segmented_control(key="outcome_1").set_value("useful")
    press(app, "submit_words_1")
    assert state.decisions == [("resolve", 1, "medico", None)]
    assert not has_button(app, "drawer_note_1"), "the drawer is closed"


def test_link_to_a_missing_alert_is_explained(state: FakeBackend) -> None:
    assert "No existe la alerta 77." in shown(inbox("medico", alerta="77"))


def test_drawer_has_evidence_earlier_alerts_and_probability(state: FakeBackend) -> None:
    state.alerts = {1: alert(1, escalation_level=1), 2: alert(2, usual_share=None, error_chance=0.63)}
    text = shown(inbox("medico", alerta="1"))
    assert "1 de 2 detecciones" in text
    assert "12 % (9 días)" in text
    assert "1 en 250,000" in text
    assert "Escalada (paso 1)" in text
    assert "Alertas anteriores" in text
    assert text.count("sin nivel habitual") == 2, "in the list and among the earlier alerts"


def test_pause_needs_a_reason_and_can_be_ended(state: FakeBackend) -> None:
    app = inbox("medico", alerta="1")
    press(app, "drawer_pause_1")
    press(app, "submit_silence")
    assert state.silences == []
    assert [box.value for box in app.warning] == ["Escriba primero el texto."]
    app.segmented_control(key="silence_span").set_value(480)
    app.text_input(key="silence_reason_1").input("Ya atendido")
    press(app, "submit_silence")
    (wanted,) = state.silences
    assert (wanted.employee_id, wanted.device_id, wanted.reason) == (2, None, "Ya atendido")
    assert wanted.created_by == "medico"
    assert timedelta(hours=7, minutes=59) < wanted.ends_at - utc_now() <= timedelta(hours=8)
    assert "Sin alertas hasta" in shown(app)
    assert "Ya atendido (medico)" in shown(app)
    press(app, "end_silence_1")
    assert state.silences == []


def test_device_alerts_have_their_own_list(state: FakeBackend) -> None:
    silent = {"employee_id": None, "employee_name": None, "device_id": "pi-envasado-02", "evidence_events": None}
    state.alerts[9] = alert(9, **silent, evidence_minutes=None, evidence_share=None, alert_type="device_silent")
    app = inbox("medico")
    assert "pi-envasado-02" not in "".join(subjects(app))
    assert "1 dispositivo no envía datos" in shown(app)
    app.segmented_control(key="inbox_about").set_value("devices").run()
    assert subjects(app) == ["pi-envasado-02"]
    assert "El dispositivo no envía señal" in shown(app)


def test_share_of_useful_alerts_has_its_interval(state: FakeBackend) -> None:
    state.alerts[4] = state.alerts[4].model_copy(update={"outcome": "useful"})
    assert "100 % de 1 con resultado" in shown(inbox("medico"))


def test_undelivered_notifications_are_shown(state: FakeBackend) -> None:
    assert "sin entregar" not in shown(inbox())
    target = NoticeTarget(
        target="a", label="json://x", waiting=3, sent=0, failed=0, last_sent_at=None, last_error="json://x no responde"
    )
    state.queue = NoticeQueue(configured=True, waiting=3, failed=0, failing_since=utc_now(), targets=[target])
    text = shown(inbox())
    assert "Hay avisos sin entregar" in text
    assert "json://x no responde" in text


def test_choice_without_a_value_is_not_written_into_the_address(state: FakeBackend) -> None:
    app = inbox("doctora", sobre="devices")
    app.session_state["inbox_about"] = None
    app.run()
    assert app.query_params["sobre"] == "devices"
