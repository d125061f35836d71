"""Under the policy `eu` no page shows an emotion, also not of rows stored under an earlier policy."""

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT
from stressvision.dashboard.exports import report_csv, report_json
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, report, served

REASON = "Esta instalación no infiere emociones (política UE)."
EMOTIONS = ("estrés", "tristeza", "alegría", "neutra", "stress", "sad", "happy")
PAGES = ("overview", "person.page", "plant.page", "reports", "alerts.page", "own.self_reports")


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def open_page(name: str, **address: str) -> AppTest:
    script = f"""
from stressvision.dashboard.app import open_page
import stressvision.dashboard.pages.{name} as page
page.render(open_page()[1])
"""
    app = AppTest.from_string(script, default_timeout=30)
    for parameter, value in {"empleado": "2", **address}.items():
        app.query_params[parameter] = value
    return app.run()


def words(app: AppTest) -> str:
    """Return the texts, charts, columns and choices of a page, in lower case."""
    assert not app.exception
    parts = [element.proto.body for element in app.get("html")]
    parts += [element.proto.spec for element in app.get("plotly_chart")]
    parts += [" ".join(table.value.columns) for table in app.dataframe]
    parts += [str(element.proto) for kind in ("button_group", "selectbox") for element in app.get(kind)]
    return "\n".join(parts).lower().replace(REASON.lower(), "").replace("gloria · stress vision", "")


def find_emotions(app: AppTest) -> list[str]:
    return re.findall(rf"\b({'|'.join(EMOTIONS)})\b", words(app))


@pytest.mark.parametrize("name", PAGES)
def test_page_shows_fatigue_only(state: FakeBackend, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert find_emotions(open_page(name)), "the test sees what the page shows otherwise"
    monkeypatch.setenv("STRESSVISION_POLICY", "eu")
    app = open_page(name)
    assert find_emotions(app) == []
    assert REASON in "\n".join(element.proto.body for element in app.get("html"))


def test_policy_stored_in_the_database_applies_as_well(state: FakeBackend) -> None:
    state.infers_emotions = False
    app = AppTest.from_file(str(PROJECT_ROOT / "main.py"), default_timeout=30).run()
    assert find_emotions(app) == []
    assert app.session_state["infers_emotions"] is False, "for the other pages of this session"


def test_earlier_alert_can_be_closed_without_its_evidence(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_POLICY", "eu")
    app = open_page("alerts.page")
    app.button(key="open_1").click().run()
    text = words(app)
    assert text.count("alerta anterior a la política ue") >= 2, "in the list and in the drawer"
    assert find_emotions(app) == []
    assert "minutes" not in text
    assert app.button(key="drawer_resolve_1")


def test_kind_in_the_address_is_left_out(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_POLICY", "eu")
    app = open_page("alerts.page", tipo="stress")
    assert "tipo" not in app.query_params
    assert REASON in "\n".join(element.proto.body for element in app.get("html"))
    assert app.button(key="open_1"), "the alerts of every kind"


def test_files_of_a_report_hold_fatigue_only() -> None:
    shown = report(1, utc_now())
    header = next(csv.reader(io.StringIO(report_csv(shown, ("fatigue",)).removeprefix("\ufeff"))))
    assert header[-3:] == ["fatigue_pct", "avg_confidence", "fatigue"]
    assert "stress_pct" not in header
    document = json.loads(report_json(shown, ("fatigue",)))
    assert document["per_employee_summary"]["2"]["counts"] == {"fatigue": 1}
    assert "stress" not in json.dumps(document)


def test_chart_of_a_person_keeps_every_detection(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = count_bars(open_page("person.page"))
    monkeypatch.setenv("STRESSVISION_POLICY", "eu")
    strict = count_bars(open_page("person.page"))
    assert sum(strict.values()) == sum(usual.values()) > 0
    assert set(strict) <= {"Fatiga", "Sin analizar"} < set(usual)


def count_bars(app: AppTest) -> dict[str, int]:
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    return {bars["name"]: sum(bars["y"]) for bars in chart["data"]}
