"""The page of the plant against the fake API."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.plant.charts import trend
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, served
from tests.integration.fake_plant import invent_plant

SCRIPT = """
from stressvision.dashboard.app import open_page
from stressvision.dashboard.pages.plant import page
page.render(open_page()[1])
"""


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def open_plant(**address: str) -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(element.proto.body for element in app.get("html"))


def test_week_is_told_in_three_sentences(state: FakeBackend) -> None:
    text = shown(open_plant(fecha="2026-11-18"))
    assert "Semana del lunes 16/11/2026 al domingo 22/11/2026" in text
    for sentence in (
        "El 24.5 % de las detecciones fue compatible con estrés o tristeza, 3.5 puntos más que en el período anterior.",
        "La proporción más alta fue la de Envasado a las 13:00 (43 %, en 4 días).",
        "Las cifras se apoyan en 4 de 7 días y en el 25 % de los cuartos de hora",
    ):
        assert sentence in text
    assert "GET /api/plant/week/2026-11-18" in state.calls
    assert not [call for call in state.calls if call.startswith("GET /api/employees")], "no person is requested"


def test_address_follows_the_period(state: FakeBackend) -> None:
    app = open_plant(periodo="mes", fecha="2026-11-18")
    assert "Mes del 01/11/2026 al 30/11/2026" in shown(app)
    app.button(key="plant_earlier").click().run()
    assert "Mes del 01/10/2026 al 31/10/2026" in shown(app)
    assert (app.query_params["periodo"], app.query_params["fecha"]) == ("mes", "2026-10-31")
    app.text_input(key=f"plant_day_{date(2026, 10, 31)}").set_value("8/9/2026").run()
    assert "Mes del 01/09/2026 al 30/09/2026" in shown(app)
    assert "Semana del lunes" in shown(open_plant(periodo="siglo", fecha="ayer"))


def test_measure_and_area_change_the_page(state: FakeBackend) -> None:
    app = open_plant(fecha="2026-11-18")
    app.segmented_control(key="plant_measure").set_value("fatigue").run()
    assert "1.0 puntos menos que en el período anterior" in shown(app)
    assert "Día a día: Toda la planta" in shown(app)
    app.button_group(key="plant_area").set_value("Sin área").run()
    assert "Día a día: Sin área" in shown(app)
    comparison = app.dataframe[0].value
    assert list(comparison["name"]) == ["Calidad", "Envasado", "Sin área"]
    assert list(comparison["days"]) == ["2 de 7"] * 3


def test_withheld_period_is_hatched_and_never_zero(state: FakeBackend) -> None:
    nothing: dict[str, object] = {
        "total": None,
        "areas": [],
        "trend": [],
        "shifts": [],
        "hours": [],
        "days_with_figures": 0,
    }
    state.plant = state.plant.model_copy(update=nothing)
    app = open_plant(fecha="2026-11-18")
    text = shown(app)
    assert "Menos de 5 personas" in text
    assert "0.0 %" not in text
    assert not app.get("plotly_chart")


def test_dotted_line_of_the_trend_has_a_name() -> None:
    figures = invent_plant()
    context = PageContext(BackendClient("http://127.0.0.1:9", "es"), "es", ZoneInfo("America/Lima"))
    drawn = trend(context, figures.trend, figures, figures.previous)
    assert [trace.name for trace in drawn.data] == ["Estrés o tristeza", "Fatiga", "Período anterior"]


def test_document_of_the_week_is_prepared_on_request(state: FakeBackend) -> None:
    app = open_plant(fecha="2026-11-18")
    assert not [call for call in state.calls if call.startswith("GET /api/reports")]
    app.button(key="plant_document").click().run()
    assert "GET /api/reports/weekly/2026-11-16" in state.calls
    (button,) = app.get("download_button")
    assert button.proto.label == "Descargar reporte_semanal_2026-11-16.pdf"
    assert "Preparar el PDF" not in "".join(b.label for b in open_plant(periodo="mes", fecha="2026-11-18").button)
