"""The navigation by role, and the strip on every page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT
from stressvision.dashboard.navigation import PAGES
from stressvision.dashboard.palette import SEVERITIES
from stressvision.domain.auth import Role
from stressvision.wire.access import LoggedIn
from tests.integration.fake_api import FakeBackend, alert, busy_plant, create_fake_api, device, served


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBackend]:
    state = busy_plant(utc_now())
    with served(create_fake_api(state)) as base:
        monkeypatch.setenv("STRESSVISION_API_URL", base)
        yield state


def console(role: Role | None = None) -> AppTest:
    app = AppTest.from_file(str(PROJECT_ROOT / "main.py"), default_timeout=30)
    if role is not None:
        soon = utc_now() + timedelta(hours=1)
        principal = {"token": "t", "name": "persona", "role": str(role), "expires_at": soon}
        app.session_state["principal"] = LoggedIn.model_validate(principal)
    return app.run()


def strip(app: AppTest) -> str:
    assert not app.exception
    (found,) = [element.proto.body for element in app.get("html") if "sv strip" in element.proto.body]
    return str(found)


def test_paths_are_unique_and_each_page_has_an_audience() -> None:
    paths = [entry.path for entry in PAGES]
    assert len(set(paths)) == len(paths)
    assert all(entry.roles or entry.is_public for entry in PAGES)


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.VIEWER, {"alertas", "empleados", "camara"}),
        (Role.ADMIN, {"alertas", "planta", "reportes"}),
        (Role.HEALTH, set()),
        (None, set()),
    ],
)
def test_role_opens_its_pages(role: Role | None, hidden: set[str]) -> None:
    known = {"resumen", "alertas", "planta", "reportes", "empleados", "camara"}
    assert {entry.path for entry in PAGES if not entry.is_open_to(role)} & known == hidden


def test_strip_names_age_of_data_cameras_and_alerts(state: FakeBackend) -> None:
    text = strip(console())
    assert "Última señal: ahora" in text
    assert "1 de 2 cámaras observan" in text
    assert "2 alertas pendientes" in text


def test_strip_of_a_calm_plant(state: FakeBackend) -> None:
    state.alerts.clear()
    state.devices = [device()]
    text = strip(console())
    assert "1 de 1 cámaras observan" in text
    assert "Sin alertas pendientes" in text


def test_old_data_are_marked(state: FakeBackend) -> None:
    state.devices = [device(state="silent", last_seen=utc_now() - timedelta(minutes=7))]
    text = strip(console())
    assert "Última señal: hace 7 min" in text
    assert "0 de 1 cámaras observan" in text
    assert text.count(SEVERITIES["high"]) == 3, "age, cameras and alerts are all marked"


def test_strip_follows_the_api(state: FakeBackend) -> None:
    app = console()
    state.alerts[9] = alert(9)
    state.devices.append(device(device_id="pi-almacen-03"))
    text = strip(app.run())
    assert "2 de 3 cámaras observan" in text
    assert "3 alertas pendientes" in text


def test_unreachable_backend_is_named_above_the_page(state: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    app = console()
    monkeypatch.setenv("STRESSVISION_API_URL", "http://127.0.0.1:9")
    app.run()
    assert not app.exception
    bodies = [element.proto.body for element in app.main.get("html")]
    heading = next(index for index, body in enumerate(bodies) if "<h1>" in body)
    assert any("El servidor no responde" in body for body in bodies[:heading])
