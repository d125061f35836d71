"""Tasks by keyboard alone with a visible focus, and what happens to typed text when a program or a camera fails."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from stressvision.domain.auth import Role
from stressvision.services.auth.accounts import add_account
from stressvision.services.devices import record_health
from stressvision.wire.detections import DeviceHealth
from tests.e2e.console import (
    ACCOUNTS,
    CHROMIUM,
    NAMED_MS,
    PHRASE,
    SUPPORT,
    TIMEOUT_MS,
    Console,
    assert_named_in_time,
    browse,
    log_in,
    measure_naming,
    settle,
)

STRIP, BANNER = "[data-sv-strip]", "#sv-banner"
LONGEST_WAY = 120
UNDECIDED = ((6, "Marco Ponce Arce"), (4, "Julio Flores Díaz"), (5, "Elena Rojas León"))
"""Alerts that no other test resolves; one for each attempt."""
"""Presses of the tabulator until every element of a page was reached."""
SHOWS_FOCUS = """
  async () => {
    const element = document.activeElement;
    const look = () => {
      const looks = [];
      for (let part = element, depth = 0; part && depth < 4; part = part.parentElement, depth += 1) {
        const style = getComputedStyle(part);
        looks.push(style.outlineStyle, style.outlineColor, style.boxShadow, style.borderColor, style.backgroundColor);
      }
      return looks.join();
    };
    const rest = () => new Promise((done) => setTimeout(done, 250));
    await rest();
    const focused = look();
    const other = element.closest('[role="dialog"]')?.querySelector('button[aria-label]');
    if (other && other !== element) other.focus({ preventScroll: true });
    else element.blur();
    await rest();
    const plain = look();
    element.focus({ focusVisible: true, preventScroll: true });
    return focused !== plain;
  }"""

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")]


def tab_to(page: Page, target: Locator, *, is_checked: bool = True) -> None:
    """Press the tabulator until the element has the focus, and expect that the focus can be seen."""
    target.first.wait_for()
    for _ in range(LONGEST_WAY):
        if target.evaluate_all("elements => elements.some((element) => element.contains(document.activeElement))"):
            assert not is_checked or page.evaluate(SHOWS_FOCUS), f"no visible focus on {target}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached by the tabulator: {target}")


def log_in_by_keyboard(page: Page, console: Console, role: Role) -> None:
    page.goto(console.base)
    tab_to(page, page.get_by_label("Cuenta"))
    page.keyboard.type(ACCOUNTS[role])
    tab_to(page, page.get_by_label("Contraseña", exact=True), is_checked=False)
    page.keyboard.type(PHRASE)
    page.keyboard.press("Enter")
    page.get_by_text(f"{ACCOUNTS[role]} · ").wait_for()


def test_doctor_works_by_keyboard(console: Console, browser: Browser) -> None:
    with browse(browser) as page:
        log_in_by_keyboard(page, console, Role.HEALTH)
        settle(page)
        tab_to(page, page.get_by_role("link", name="Bandeja"))
        page.keyboard.press("Enter")
        see = page.get_by_role("button", name="Ver · Ana Torres Vega")
        tab_to(page, see)
        page.keyboard.press("Enter")
        drawer = page.get_by_role("dialog")
        drawer.get_by_text("Historial").wait_for()
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden(timeout=TIMEOUT_MS)
        expect(see).to_be_focused(timeout=TIMEOUT_MS)
        page.keyboard.press("Enter")
        drawer.get_by_text("Historial").wait_for()
        page.keyboard.press("n")
        tab_to(page, drawer.get_by_label("Nota nueva"))
        page.keyboard.type("Llamada hecha")
        tab_to(page, drawer.get_by_role("button", name="Añadir nota"))
        page.keyboard.press("Enter")
        drawer.get_by_text("Llamada hecha").first.wait_for()
        settle(page)  # Streamlit drops a click on what it is about to draw anew
        page.keyboard.press("s")
        tab_to(page, drawer.get_by_role("radiogroup"), is_checked=False)
        page.keyboard.press("Space")
        tab_to(page, drawer.get_by_label("Notas"), is_checked=False)
        page.keyboard.type("Conversación")
        tab_to(page, drawer.get_by_role("button", name="Resolver").last)
        page.keyboard.press("Enter")
        page.get_by_text("resuelta: Ana Torres Vega").first.wait_for()
        tab_to(page, page.get_by_role("button", name="Deshacer"))
        page.keyboard.press("Enter")
        page.get_by_text("Decisión deshecha: Ana Torres Vega").first.wait_for()
        tab_to(page, page.get_by_role("button", name="Ver · Lars Keller Ruiz"), is_checked=False)
        page.keyboard.press("Enter")
        drawer.get_by_text("Historial").wait_for()
        page.keyboard.press("p")
        tab_to(page, drawer.get_by_label("Motivo"))
        page.keyboard.type("De viaje")
        tab_to(page, drawer.get_by_role("button", name="Pausar").last, is_checked=False)
        page.keyboard.press("Enter")
        page.get_by_text("Sin alertas hasta").first.wait_for()
        tab_to(page, page.get_by_role("button", name="Ver · Rosa Quispe Mamani"), is_checked=False)
        page.keyboard.press("Enter")
        drawer.get_by_text("Historial").wait_for()
        page.keyboard.press("a")
        page.get_by_text("atendida: Rosa Quispe Mamani").first.wait_for()


def test_people_and_settings_by_keyboard(console: Console, browser: Browser) -> None:
    with browse(browser) as page:
        log_in_by_keyboard(page, console, Role.ADMIN)
        page.goto(f"{console.base}/inscribir")
        settle(page)
        tab_to(page, page.get_by_label("Código de empleado", exact=True))
        page.keyboard.type("EMP090")
        page.keyboard.press("Tab")
        tab_to(page, page.get_by_label("Nombre completo"), is_checked=False)
        page.keyboard.type("Nadia León")
        tab_to(page, page.get_by_role("combobox", name="Área"), is_checked=False)
        page.keyboard.type("Calidad")
        page.get_by_role("option", name="Añadir: Calidad").wait_for()
        page.keyboard.press("Enter")
        tab_to(page, page.get_by_role("region"), is_checked=False)
        tab_to(page, page.get_by_label("Firma"), is_checked=False)
        page.keyboard.type("Nadia León")
        tab_to(page, page.locator('[data-testid="stFileUploader"] button, [data-testid="stCameraInput"] button').first)
        page.reload()
        settle(page)
        tab_to(page, page.get_by_role("radiogroup").first, is_checked=False)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Space")
        expect(page.get_by_label("Código de empleado", exact=True)).to_be_hidden(timeout=TIMEOUT_MS)
        tab_to(page, page.get_by_role("combobox"), is_checked=False)
        page.keyboard.type("Marco")
        page.get_by_role("option", name="Marco Ponce Arce").wait_for()
        page.keyboard.press("Enter")
        erase = page.get_by_role("button", name="Borrar todo lo de Marco Ponce Arce")
        tab_to(page, erase)
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        tab_to(page, dialog.get_by_role("textbox").first)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden(timeout=TIMEOUT_MS)
        expect(erase).to_be_focused(timeout=TIMEOUT_MS)
        page.goto(f"{console.base}/ajustes")
        settle(page)
        field = page.get_by_role("spinbutton").first
        tab_to(page, field)
        page.keyboard.press("ArrowUp")
        tab_to(page, page.get_by_role("button", name="Guardar"))
        page.keyboard.press("Enter")
        page.get_by_text("Guardado").first.wait_for()


def type_note(page: Page, console: Console, words: str, alert_id: int) -> Locator:
    page.goto(f"{console.base}/alertas?alerta={alert_id}")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("button", name="Nota").click()
    notes = drawer.get_by_label("Nota nueva")
    notes.press_sequentially(words)
    return notes


def test_killed_backend_and_lost_camera_are_named_and_a_note_is_kept(console: Console, browser: Browser) -> None:
    with browse(browser) as page:
        log_in(page, console, Role.HEALTH)
        notes = type_note(page, console, "Medio ", 4)

        def report(state: str) -> None:
            record_health(console.context, DeviceHealth(device_id="pi-envasado-01", state=state))

        report("watching")
        expect(page.get_by_text("1 de 3 cámaras observan")).to_be_attached(timeout=TIMEOUT_MS)
        lost = "0 de 3 cámaras observan"
        assert_named_in_time(page, STRIP, lost, lambda: report("no_camera"), lambda: report("watching"))
        down = "El servidor no responde desde las"
        assert_named_in_time(page, BANNER, down, console.stop_backend, console.start_backend)
        banner = page.get_by_role("alert").filter(has_text=down)
        notes.press_sequentially("escrita")
        expect(notes).to_have_value("Medio escrita")
        console.start_backend()
        expect(banner).to_be_hidden(timeout=TIMEOUT_MS)
        expect(notes).to_have_value("Medio escrita")
        page.get_by_role("dialog").get_by_role("button", name="Añadir nota").click()
        expect(page.get_by_role("dialog").locator("blockquote").first).to_have_text("Medio escrita", timeout=TIMEOUT_MS)


def test_killed_dashboard_is_named_and_a_note_is_kept(console: Console, browser: Browser) -> None:
    with browse(browser) as page:
        log_in(page, console, Role.HEALTH)
        type_note(page, console, "Sin terminar", 5)
        down = "El tablero no responde"
        assert_named_in_time(page, BANNER, down, console.kill_dashboard, console.start_dashboard)
        console.start_dashboard()
        page.reload()
        page.get_by_role("dialog").get_by_role("button", name="Nota").click()
        expect(page.get_by_label("Nota nueva")).to_have_value("Sin terminar", timeout=TIMEOUT_MS)


def decide_twice(console: Console, first: Page, second: Page, alert_id: int, name: str) -> float:
    """Let two doctors resolve an alert; return the ms until the page of the second one names the refusal."""
    for page, words in ((first, "Hablé con él"), (second, "Lo llamé ayer")):
        page.goto(f"{console.base}/alertas?alerta={alert_id}")
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("button", name="Resolver").click()
        drawer.get_by_role("radio", name="Útil").click()
        drawer.get_by_label("Notas").fill(words)
        drawer.get_by_label("Notas").blur()
    settle(first)  # a click on a button that is being drawn anew is lost
    first.get_by_role("dialog").get_by_role("button", name="Resolver").last.click()
    first.get_by_text(f"resuelta: {name}").first.wait_for()
    late = second.get_by_role("dialog").get_by_role("button", name="Resolver").last
    settle(second)
    return measure_naming(second, "[role=dialog]", "Su decisión no se guardó", late.click)


def test_second_doctor_keeps_the_text_of_a_late_decision(console: Console, browser: Browser) -> None:
    add_account(console.context, "dr.salas", Role.HEALTH, PHRASE, SUPPORT)
    with browse(browser) as first, browse(browser) as second:
        log_in(first, console, Role.HEALTH)
        log_in(second, console, Role.HEALTH, name="dr.salas")
        times: list[float] = []
        while not times or times[-1] > NAMED_MS:
            assert len(times) < len(UNDECIDED), f"named after {times} ms"
            times.append(decide_twice(console, first, second, *UNDECIDED[len(times)]))
        drawer = second.get_by_role("dialog")
        expect(drawer.get_by_label("Notas").or_(drawer.get_by_label("Nota nueva"))).to_have_value("Lo llamé ayer")
        drawer.get_by_role("button", name="Añadir nota").click()
        expect(drawer.locator("blockquote").filter(has_text="Lo llamé ayer").first).to_be_visible(timeout=TIMEOUT_MS)
