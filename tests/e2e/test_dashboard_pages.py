"""The dashboard in a real browser: content, automatic updates, and no request to another machine."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from playwright.sync_api import Error as PlaywrightError

from stressvision.core.clock import utc_now
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.db.queries.auth.accounts import revoke_tokens_of
from stressvision.domain.auth import Role
from stressvision.services.auth.accounts import add_account
from stressvision.services.context import Actor, Context, open_context
from tests.e2e.console import CHROMIUM, DESK, PHONE, PHRASE, TIMEOUT_MS, assert_named_in_time, holds_session
from tests.integration.conftest import enrol
from tests.integration.fake_api import FakeBackend, alert, busy_plant, create_fake_api, device, served
from tests.integration.live_backend import raise_alert, serve
from tests.programs.running import answers, free_port, program, wait_until

BANNER = "#sv-banner"
PAGES = {
    "": ("Resumen", "Últimas detecciones", "pi-envasado-02"),
    "alertas": ("Bandeja", "Estrés o tristeza · Envasado · Mañana", "habitual 12 %"),
    "empleados": ("Empleados", "4 personas", "Marque una fila"),
    "persona": ("Persona", "Elija a una persona", "Vigilancia"),
    "planta": ("Planta", "Las cifras se apoyan en 4 de 7 días", "Turnos"),
    "mis-datos": ("Mis datos", "enlace personal o el código QR"),
    "reportes": ("Reportes", "Por persona", "Reportes recientes"),
    "camara": ("pi-envasado-02", "pi-simulator-01", "Sin cámara"),
}

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")]


@dataclass
class Plant:
    """A fake API that can stop and start, and a dashboard that uses it."""

    state: FakeBackend
    api_port: int
    dashboard: str
    running: ExitStack = field(default_factory=ExitStack)

    def start_api(self) -> None:
        self.running.enter_context(served(create_fake_api(self.state), self.api_port))

    def stop_api(self) -> None:
        self.running.close()

    def count_calls(self, call: str) -> int:
        return self.state.calls.count(call)

    def wait_for_polls(self, call: str, count: int) -> None:
        """Wait until the dashboard has sent `count` more requests."""
        before = self.count_calls(call)
        wait_until(lambda: self.count_calls(call) >= before + count, f"{count} more of {call}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The address of the dashboard, and the port on which it expects the API."""
    port, api_port = free_port(), free_port()
    settings = {
        "STRESSVISION_DASHBOARD_PORT": str(port),
        "STRESSVISION_API_PORT": str(api_port),
        "STRESSVISION_TIME_ZONE": "America/Lima",
    }
    folder = tmp_path_factory.mktemp("dashboard")
    with program("main.py", folder=folder, settings=settings) as started:
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(f"{base}/_stcore/health"), "the dashboard")
        yield base, api_port
        started.stop()
        assert "Traceback" not in started.output
    written = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".log"]
    assert [path.name for path in written] == ["dashboard.key"], "the dashboard writes nothing else to disk"
    assert written[0].stat().st_mode & 0o077 == 0


@pytest.fixture
def plant(server: tuple[str, int]) -> Iterator[Plant]:
    base, api_port = server
    plant = Plant(busy_plant(utc_now()), api_port, base)
    plant.start_api()
    yield plant
    plant.stop_api()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test on a request to another machine, and on what the content policy refused."""
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    printed: list[str] = []
    page.on("console", lambda message: printed.append(message.text))
    yield page
    context.close()
    assert {urlsplit(url).hostname for url in asked if url.startswith("http")} == {"127.0.0.1"}
    assert [text for text in printed if "Content Security Policy" in text] == []


def revoke_sessions(context: Context) -> None:
    with context.database.write() as connection:
        revoke_tokens_of(connection, 1, context.clock(), except_token="")


def expect_text(page: Page, text: str) -> None:
    expect(page.get_by_text(text).first).to_be_visible(timeout=TIMEOUT_MS)


def expect_in_view(page: Page, text: str) -> None:
    """Expect the text, scrolled to; the page may replace the element that shows it meanwhile."""

    def is_scrolled_to() -> bool:
        try:
            page.get_by_text(text).first.scroll_into_view_if_needed()
        except PlaywrightError as error:
            if "not attached" not in error.message:
                raise
            return False
        return True

    wait_until(is_scrolled_to, text)
    expect_text(page, text)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_shows_its_content(plant: Plant, page: Page, path: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.goto(f"{plant.dashboard}/{path}")
    for text in PAGES[path]:
        expect_in_view(page, text)
    assert page.get_by_test_id("stException").count() == 0
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "the page is wider than its window"


def test_figures_update_without_reload(plant: Plant, page: Page) -> None:
    page.goto(plant.dashboard)
    expect_text(page, "23.4 %")
    plant.state.stress_percentage = 61.5
    plant.state.alerts[9] = alert(9)
    expect_text(page, "61.5 %")
    expect_text(page, "Hay 3 alertas pendientes de revisar")


def test_banner_links_to_alerts(plant: Plant, page: Page) -> None:
    page.goto(plant.dashboard)
    page.get_by_role("link", name="Ver alertas").click()
    expect(page.get_by_role("button", name="Ver · Lars Keller Ruiz · EMP002").first).to_be_visible(timeout=TIMEOUT_MS)
    assert page.url == f"{plant.dashboard}/alertas"


def test_acknowledging_reaches_the_api(plant: Plant, page: Page) -> None:
    page.goto(f"{plant.dashboard}/alertas")
    page.get_by_role("button", name="Atender · Lars Keller Ruiz · EMP002").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Su identificador", exact=True).fill("medico.ocupacional")
    drawer.get_by_role("button", name="Atender").click()
    expect_text(page, "Alerta 1 atendida: Lars Keller Ruiz")
    assert plant.state.decisions == [("acknowledge", 1, "medico.ocupacional", None)]
    page.get_by_role("button", name="Deshacer").click()
    expect_text(page, "Decisión deshecha: Lars Keller Ruiz")


def test_notes_being_typed_survive_refreshes_and_new_alerts(plant: Plant, page: Page) -> None:
    page.goto(f"{plant.dashboard}/alertas?alerta=1")
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("Su identificador", exact=True).fill("medico.ocupacional")
    drawer.get_by_label("Su identificador", exact=True).press("Tab")
    drawer.get_by_role("button", name="Resolver").click()
    drawer.get_by_role("radio", name="Útil").or_(drawer.get_by_role("button", name="Útil")).first.click()
    notes = drawer.get_by_label("Notas")
    notes.press_sequentially("Conversación ")
    plant.state.alerts = {9: alert(9, employee_name="Ana Torres Vega", employee_code="EMP001"), **plant.state.alerts}
    plant.wait_for_polls("GET /api/alerts", 4)
    expect(page.get_by_text("1 nueva – mostrar")).to_have_count(1)
    assert page.get_by_text("Ana Torres Vega · EMP001").count() == 0, "rows wait until they are asked for"
    page.keyboard.type("realizada")
    expect(notes).to_have_value("Conversación realizada")
    drawer.get_by_role("button", name="Resolver").last.click()
    expect_text(page, "Alerta 1 resuelta: ")
    assert plant.state.decisions == [("resolve", 1, "medico.ocupacional", "Conversación realizada")]
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('sv-draft'))") == []


def test_note_that_was_begun_goes_on_as_the_note_of_the_resolution(plant: Plant, page: Page) -> None:
    page.goto(f"{plant.dashboard}/alertas?alerta=1")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Nota").click()
    drawer.get_by_label("Nota nueva").press_sequentially("A medias")
    drawer.get_by_role("button", name="Resolver").click()
    expect(drawer.get_by_label("Notas")).to_have_value("A medias", timeout=TIMEOUT_MS)
    drawer.get_by_role("button", name="Pausar").click()
    drawer.get_by_label("Motivo").press_sequentially("De viaje")
    drawer.get_by_role("button", name="Nota").click()
    expect(drawer.get_by_label("Nota nueva")).to_have_value("A medias", timeout=TIMEOUT_MS)
    drawer.get_by_role("button", name="Pausar").first.click()  # the form that is going has such a button too
    expect(drawer.get_by_label("Motivo")).to_have_value("De viaje", timeout=TIMEOUT_MS)


def test_page_recovers_when_backend_returns(plant: Plant, page: Page) -> None:
    page.goto(plant.dashboard)
    expect_text(page, "23.4 %")
    plant.stop_api()
    expect_text(page, "El servidor no responde")
    plant.state.stress_percentage = 12.5
    plant.start_api()
    expect_text(page, "12.5 %")


def test_person_page_opens_after_backend_returns(plant: Plant, page: Page) -> None:
    page.goto(f"{plant.dashboard}/persona")
    expect_text(page, "Elija a una persona")
    plant.stop_api()
    page.get_by_role("combobox").click()
    page.get_by_role("option", name="Lars Keller Ruiz · EMP002").click()
    expect_text(page, "El servidor no responde")
    plant.start_api()
    expect_text(page, "Catorce días, hora por hora")
    assert page.url == f"{plant.dashboard}/persona?empleado=2"
    assert plant.count_calls("GET /api/employees/2/timeline") == 1, "each look-up is audited"


def test_live_picture_is_relayed_on_request(plant: Plant, page: Page) -> None:
    plant.state.picture = (PROJECT_ROOT / "demo" / "enrol" / "EMP001" / "1.jpg").read_bytes()
    plant.state.devices = [device()]
    page.goto(f"{plant.dashboard}/camara")
    page.get_by_role("button", name="Ver pi-simulator-01 en vivo").click()
    picture = page.locator("img[src^='data:image/jpeg']")
    expect(picture).to_be_visible(timeout=TIMEOUT_MS)
    wait_until(lambda: picture.evaluate("image => image.naturalWidth") > 0, "the picture")
    plant.state.picture = b""
    expect_text(page, "está en otra máquina")
    assert picture.count() == 0


def test_alert_link_survives_the_login(server: tuple[str, int], page: Page, tmp_path: Path) -> None:
    base, api_port = server
    context = open_context(Settings(database_url=f"sqlite:///{tmp_path}/gloria_stress_system.db"))
    raise_alert(context, enrol(context))
    add_account(context, "dra.quispe", Role.HEALTH, PHRASE, Actor())
    with serve(context, port=api_port):
        page.goto(f"{base}/alertas?alerta=1")
        page.get_by_label("Cuenta").fill("dra.quispe")
        page.get_by_label("Contraseña", exact=True).fill(PHRASE)
        page.get_by_role("button", name="Iniciar sesión").click()
        expect(page.get_by_role("dialog")).to_contain_text("Ana Torres Vega · EMP001", timeout=TIMEOUT_MS)
        expect(page.get_by_role("dialog")).to_contain_text("Historial")
        assert page.url == f"{base}/alertas?alerta=1"
        wait_until(lambda: holds_session(page), "the login cookie")
        page.reload()
        expect(page.get_by_role("dialog")).to_contain_text("Ana Torres Vega · EMP001", timeout=TIMEOUT_MS)
        page.get_by_role("dialog").get_by_role("button", name="Nota").click()
        page.get_by_label("Nota nueva").press_sequentially("Conversación a medias")

        def log_in_again() -> None:
            page.get_by_label("Cuenta").fill("dra.quispe")
            page.get_by_label("Contraseña", exact=True).fill(PHRASE)
            page.get_by_role("button", name="Iniciar sesión").click()

        assert_named_in_time(page, "h1", "Iniciar sesión", lambda: revoke_sessions(context), log_in_again)
        log_in_again()
        expect(page.get_by_role("dialog")).to_contain_text("Ana Torres Vega · EMP001", timeout=TIMEOUT_MS)
        page.get_by_role("dialog").get_by_role("button", name="Nota").click()
        expect(page.get_by_label("Nota nueva")).to_have_value("Conversación a medias", timeout=TIMEOUT_MS)
        second = page.context.new_page()
        second.goto(base)
        expect_text(second, "dra.quispe · Salud ocupacional")
        second.get_by_role("button", name="Cerrar sesión").click()
        expect_text(second, "Estos datos son de salud")
        wait_until(lambda: not holds_session(page), "the cookie's removal")
        page.reload()
        expect_text(page, "Estos datos son de salud")


def test_dead_dashboard_is_named_in_spanish(plant: Plant, page: Page, tmp_path: Path) -> None:
    port = free_port()
    settings = {"STRESSVISION_DASHBOARD_PORT": str(port), "STRESSVISION_API_PORT": str(plant.api_port)}
    with program("main.py", folder=tmp_path, settings=settings) as dashboard:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"), "the dashboard")
        page.goto(f"http://127.0.0.1:{port}")
        expect_text(page, "1 de 2 cámaras observan")
        expect(page).to_have_title("(2) Resumen · Stress Vision")
        assert page.evaluate("document.documentElement.lang") == "es"
        dashboard.process.kill()
        expect(page.get_by_role("alert").filter(has_text="El tablero no responde")).to_be_visible(timeout=TIMEOUT_MS)
        expect(page.get_by_text("Connection error")).to_be_hidden()
    plant.stop_api()


def test_slow_backend_is_named_within_seconds(plant: Plant, page: Page) -> None:
    page.goto(plant.dashboard)
    expect_text(page, "23.4 %")

    def delay(seconds: float) -> None:
        plant.state.delay_seconds = seconds

    assert_named_in_time(page, BANNER, "El servidor no responde", lambda: delay(10.0), lambda: delay(0.0))
    delay(0.0)
    expect(page.get_by_role("alert").filter(has_text="El servidor no responde")).to_be_hidden(timeout=TIMEOUT_MS)


def test_content_policy_refuses_other_hosts_and_reports_it(plant: Plant, browser: Browser) -> None:
    page = browser.new_page()
    reported: list[str] = []
    page.on("console", lambda message: reported.append(message.text))
    page.goto(plant.dashboard)
    page.evaluate("() => { new Image().src = 'http://203.0.113.7/pixel.png'; }")
    wait_until(lambda: any("Content Security Policy" in text for text in reported), "a report of the browser")
    page.close()


def test_other_page_cannot_frame_the_dashboard(plant: Plant, browser: Browser, tmp_path: Path) -> None:
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe src="{plant.dashboard}"></iframe>')
    page = browser.new_page()
    with page.expect_response(lambda answer: answer.url.startswith(plant.dashboard)) as answer:
        page.goto(frame.as_uri())
    assert answer.value.status == 403, "Fetch-Metadata"
    page.goto(plant.dashboard)
    page.evaluate("address => { document.body.innerHTML = `<iframe src='${address}'></iframe>`; }", plant.dashboard)
    # A refused frame holds the browser's error page, whose address its parent may not read.
    page.wait_for_function("() => { try { return !frames[0].location.href; } catch { return true; } }")
    page.close()
