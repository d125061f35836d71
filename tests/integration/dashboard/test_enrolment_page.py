"""The enrolment page against the real backend: enrol, withdraw and erase, without a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import NotFound
from stressvision.dashboard.pages.enrolment.details import match_area
from stressvision.dashboard.pages.enrolment.pictures import UsablePicture
from stressvision.db.queries.people.employees import NewEmployee, insert_employee
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from stressvision.services.privacy.erasure import find_employee_id
from tests.integration.conftest import enrol
from tests.integration.live_backend import serve

STILLS = PROJECT_ROOT / "demo" / "enrol" / "EMP001"
SCRIPT = """
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.enrolment import page
page.render(open_page()[1])
"""


@pytest.fixture
def context(usual_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    folder = tmp_path / "plant"
    folder.mkdir()
    monkeypatch.chdir(folder)
    opened = open_context(Settings(database_url=usual_url))
    with serve(opened) as live:
        monkeypatch.setenv("STRESSVISION_API_URL", live.url)
        yield opened
    opened.database.close()


def open_enrolment() -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=60).run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def button(app: AppTest, label: str) -> "AppTest":
    [found] = [item for item in app.button if item.label == label]
    return found.click().run()


def pictures(*numbers: int) -> list[UsablePicture]:
    return [UsablePicture(f"{number}.jpg", (STILLS / f"{number}.jpg").read_bytes(), 0.9) for number in numbers]


def fill(app: AppTest, name: str = "Ana Torres Vega", signature: str = "ana torres vega") -> AppTest:
    app.text_input(key="enrol_code").input("emp001")
    app.text_input(key="enrol_name").input(name)
    if [field for field in app.text_input if field.key == "enrol_recorder"]:
        app.text_input(key="enrol_recorder").input("enf.rojas")
    app.run()
    app.text_input(key="enrol_signature").input(signature)
    return app.run()


def test_person_is_enrolled_with_signature_on_screen(context: Context) -> None:
    app = fill(open_enrolment())
    assert "Falta: 3 fotos más." in shown(app)
    app.session_state["enrol_pictures"] = pictures(1, 2, 4)
    app = button(app.run(), "Inscribir a Ana Torres Vega")
    assert app.success[0].value.startswith("**Las cámaras ya reconocen a Ana Torres Vega.**")
    with context.database.read() as connection:
        query = (
            "SELECT employee_code, face_samples.quality > 0 FROM face_samples JOIN employees e ON e.id = employee_id"
        )
        assert [tuple(row) for row in connection.exec_driver_sql(query)] == [("EMP001", 1)] * 3
        [consent] = connection.exec_driver_sql("SELECT given, method, recorded_by FROM consents").all()
    assert tuple(consent) == (1, "electronic", "enf.rojas")
    assert "enrol_pictures" not in app.session_state


def test_signature_of_another_name_does_not_count(context: Context) -> None:
    app = open_enrolment()
    app.session_state["enrol_pictures"] = pictures(1, 2, 4)
    app = fill(app, signature="Lars Keller")
    assert "Falta: la firma." in shown(app)
    assert [item.disabled for item in app.button if item.label.startswith("Inscribir a")] == [True]
    assert "La firma debe ser igual al nombre completo: Ana Torres Vega" in app.warning[0].value


def test_registered_code_is_used_again_for_the_same_name_only(context: Context) -> None:
    enrol(context)
    app = fill(open_enrolment(), name="Otra Persona", signature="Otra Persona")
    assert "EMP001 ya está registrado a nombre de Ana Torres Vega" in shown(app)
    assert "Falta: el código" in shown(app)
    app = fill(app)
    assert "Falta: 3 fotos más." in shown(app)


def test_every_shift_is_offered_and_no_other_is_created(context: Context) -> None:
    with context.database.write() as connection:
        for code, shift in (("EMP001", "morning"), ("EMP002", "Rotativo"), ("EMP004", "tarde")):
            insert_employee(connection, NewEmployee(code, "Rosa Quispe", "Almacén", shift, context.clock()))
    app = open_enrolment()
    field = app.button_group(key="enrol_shift")
    assert [option.content for option in field.proto.options] == ["Mañana", "Tarde", "Noche", "Rotativo"], "all known"
    field.select("night")
    app = fill(app)
    app.session_state["enrol_pictures"] = pictures(1, 2, 4)
    app.text_input(key="enrol_code").input("emp003")
    app = button(app.run(), "Inscribir a Ana Torres Vega")
    assert app.success
    with context.database.read() as connection:
        query = "SELECT shift FROM employees WHERE employee_code = 'EMP003'"
        assert connection.exec_driver_sql(query).scalar_one() == "night"


def test_typed_area_is_the_known_one_whatever_its_case_and_accents() -> None:
    assert match_area("almacen ", ["Almacén", "Envasado"]) == "Almacén"
    assert match_area("Despacho", ["Almacén", "Envasado"]) == "Despacho"


def test_one_of_many_is_found_by_the_server(context: Context) -> None:
    with context.database.write() as connection:
        for number in range(1, 61):
            new = NewEmployee(f"EMP{number:03}", f"Persona {number}", None, None, context.clock())
            insert_employee(connection, new)
    app = open_enrolment()
    assert len(app.selectbox(key="enrol_person").options) == 51, "the first fifty and the new person"
    app.text_input(key="enrol_person_search").input("emp060").run()
    assert app.selectbox(key="enrol_person").options == ["Persona nueva", "Persona 60 · EMP060"]
    app.selectbox(key="enrol_person").select(60).run()
    app.text_input(key="enrol_person_search").input("emp001").run()
    options = ["Persona nueva", "Persona 1 · EMP001", "Persona 60 · EMP060"]
    assert app.selectbox(key="enrol_person").options == options, "the chosen person stays"
    assert "enrol_code" not in {field.key for field in app.text_input}
    app.session_state["enrol_mode"] = "rights"
    app.run()
    app.text_input(key="rights_person_search").input("persona 59").run()
    app.selectbox(key="rights_person").select_index(0).run()
    assert app.selectbox(key="rights_person").value == 59


def test_another_face_under_a_known_code_must_be_confirmed(context: Context) -> None:
    app = fill(open_enrolment())
    app.session_state["enrol_pictures"] = pictures(1, 2, 4)
    button(app.run(), "Inscribir a Ana Torres Vega")
    app = fill(open_enrolment())
    other = PROJECT_ROOT / "demo" / "enrol" / "EMP002"
    app.session_state["enrol_pictures"] = [
        UsablePicture(f"{number}.jpg", (other / f"{number}.jpg").read_bytes(), 0.9) for number in (1, 2, 4)
    ]
    app = button(app.run(), "Inscribir a Ana Torres Vega")
    assert "no parecen de la persona que ya está inscrita" in app.warning[0].value
    app.checkbox(key="enrol_replace_face").check()
    app = button(app.run(), "Inscribir a Ana Torres Vega")
    assert "ya reconocen a Ana Torres Vega" in app.success[0].value


DIALOG = """
from stressvision.dashboard.acting_user import remember_acting_user
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.enrolment import rights
context = open_page()[1]
employees = context.backend.employee_page(1, 0, {{}}).employees
remember_acting_user("enf.rojas")
if employees and "rights_certificate" not in __import__("streamlit").session_state:
    rights.{content}(context, employees[0])
rights.show_rights(context)
"""


def confirm(content: str, button_label: str, code: str) -> AppTest:
    """Render a dialog's content by itself, because AppTest closes dialogs, and confirm it with a code."""
    app = AppTest.from_string(DIALOG.format(content=content), default_timeout=60).run()
    assert not app.exception
    [typed] = [field for field in app.text_input if field.label == "Escriba EMP001 para confirmar"]
    typed.input(code)
    return button(app, button_label)


def test_rights_are_offered_by_name(context: Context) -> None:
    enrol(context)
    app = open_enrolment()
    app.session_state["enrol_mode"] = "rights"
    app.run()
    app.selectbox(key="rights_person").select_index(0).run()
    app = app.text_input(key="rights_recorder").input("enf.rojas").run()
    labels = {item.label for item in app.button}
    assert {
        "Corregir los datos de Ana Torres Vega",
        "Desactivar a Ana Torres Vega",
        "Retirar el consentimiento de Ana Torres Vega",
        "Borrar todo lo de Ana Torres Vega",
    } <= labels
    assert "Desactivada: no se la reconoce" in shown(button(app, "Desactivar a Ana Torres Vega"))


def test_consent_is_withdrawn_with_the_typed_code(context: Context) -> None:
    enrol(context)
    app = confirm("show_withdrawal", "Retirar el consentimiento", "EMP002")
    assert "El código no coincide" in app.warning[0].value
    app = confirm("show_withdrawal", "Retirar el consentimiento", "emp001")
    assert "Consentimiento retirado: Ana Torres Vega" in app.success[0].value
    with context.database.read() as connection:
        assert connection.exec_driver_sql("SELECT consent_given FROM employees").scalar_one() == 0


def test_erasure_offers_the_certificate(context: Context) -> None:
    enrol(context)
    app = confirm("show_erasure", "Borrar para siempre", "EMP001")
    assert "Borrado terminado" in shown(app)
    assert "sin rastro" in shown(app)
    assert [item.proto.label for item in app.get("download_button")] == ["Descargar el certificado"]
    with pytest.raises(NotFound):
        find_employee_id(context, "EMP001")


def test_demonstration_says_at_once_that_nobody_is_enrolled(context: Context) -> None:
    samples = tuple(FaceSampleRow((0.01,) * 128, 0.9) for _ in range(3))
    synthetic = Enrolment("EMP001", "Ana", None, None, samples, consent_sha256="0" * 64, is_demo=True)
    enrol_employee(context, synthetic, Actor(user_id="test"))
    app = open_enrolment()
    assert "no se inscribe a nadie" in shown(app)
    assert not app.text_input
