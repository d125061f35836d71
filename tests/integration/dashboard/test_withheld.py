"""What the pages show a manager: figures of few people are withheld, which is never shown as zero."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT
from stressvision.domain.auth import Role
from stressvision.wire.access import LoggedIn
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, served

REASON = "menos de 5 personas"


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    state.withheld = True
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def log_in_manager(app: AppTest, role: Role = Role.VIEWER) -> AppTest:
    manager = {"name": "gerencia", "role": role, "token": "invented", "expires_at": utc_now()}
    app.session_state["principal"] = LoggedIn.model_validate(manager)
    return app.run()


def open_overview(role: Role = Role.VIEWER) -> AppTest:
    return log_in_manager(AppTest.from_file(str(PROJECT_ROOT / "main.py"), default_timeout=30), role)


def open_reports() -> AppTest:
    script = """
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages import reports
reports.render(open_page()[1])
"""
    return log_in_manager(AppTest.from_string(script, default_timeout=30))


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def test_withheld_overview_shows_no_zero(state: FakeBackend) -> None:
    state.detections.clear()
    state.detections_last_hour, state.stress_percentage = 0, 0.0
    text = shown(open_overview())
    assert text.count(f"<dd>{REASON}</dd>") == 3
    assert "Menos de 5 personas" in text
    assert "<dd>0</dd>" not in text
    assert "Aún no hay detecciones" not in text


def test_overview_of_an_administrator_has_cameras_and_no_figure(state: FakeBackend) -> None:
    state.has_figures = False
    app = open_overview(Role.ADMIN)
    text = shown(app)
    assert text.count("<dd>reservado</dd>") == 3
    assert REASON not in text
    assert "pi-envasado-02" in text
    assert "GET /api/dashboard/stats" not in state.calls
    assert "<dd>0</dd>" not in text


def test_shown_figures_stay_numbers(state: FakeBackend) -> None:
    app = open_overview()
    assert "<dd>1,284</dd>" in shown(app)
    assert REASON not in shown(app).replace("Con trama: menos de 5 personas, o una hora que aún no termina.", "")
    assert "Con trama: menos de 5 personas, o una hora que aún no termina." in shown(app), (
        "hours without a figure are hatched"
    )


def test_reports_say_why_there_are_none(state: FakeBackend) -> None:
    state.reports.clear()
    text = shown(open_reports())
    assert "cinco personas o más; todavía no hay ninguno" in text
    assert "Aún no hay reportes" not in text


def test_report_without_persons_claims_no_absence(state: FakeBackend) -> None:
    state.reports = [state.reports[0].model_copy(update={"per_employee_summary": {}, "total_employees_detected": 6})]
    app = open_reports()
    assert "<dd>26.6 %</dd>" in shown(app)
    assert "no se reconoció a ningún empleado" not in shown(app)
    assert not app.toggle, "a manager has no document with persons to choose"
