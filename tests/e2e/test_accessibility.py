"""Every page of every role in a browser: rules of axe-core, and elements that move while a page loads or refreshes."""

import time
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from stressvision.domain.auth import Role
from tests.e2e.console import (
    ACCOUNTS,
    CHROMIUM,
    DESK,
    PHONE,
    Console,
    browse,
    list_paths,
    log_in,
    settle,
)

AXE = Axe().axe_script
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
MOST_SHIFT = 0.1
"""Cumulative layout shift that counts as good in Web Vitals."""
REFRESHES_MS = 2500
"""One refresh of the quickest page."""
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node, previousRect, currentRect }) =>
        `${(node?.className ?? node?.nodeName ?? "").slice(0, 60)} ${(node?.textContent ?? "").slice(0, 30)} `
        + `${previousRect.x},${previousRect.y} > ${currentRect.x},${currentRect.y}`);
      window.shifts.push([entry.value, moved.slice(0, 2)]);
    }
  }).observe({ type: "layout-shift", buffered: true });"""

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")]


def find_violations(page: Page, name: str) -> list[str]:
    """Return what axe-core finds: every rule in the light theme, and in the dark one those of colours.

    The document is the same in both, and no other rule reads a colour.
    """
    found = []
    page.evaluate(AXE)
    for scheme, rules in (("light", {}), ("dark", {"runOnly": COLOUR_RULES})):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for violation in page.evaluate("(rules) => axe.run({ resultTypes: ['violations'], ...rules })", rules)[
            "violations"
        ]:
            nodes = "; ".join(f"{node['target']} {node['html'][:200]}" for node in violation["nodes"])
            found.append(f"{name} ({scheme}): {violation['id']}: {nodes}")
    page.emulate_media(color_scheme="light")
    return found


def visit_states(page: Page, path: str) -> Iterator[str]:
    """Open what a page shows on request, and yield the name of each."""
    if path == "/alertas":
        page.get_by_role("button", name="Ver · ").first.click()
        page.get_by_role("dialog").get_by_text("Historial").wait_for()
        yield "the drawer"
        page.get_by_role("dialog").get_by_role("button", name="Resolver").click()
        page.get_by_label("Notas").wait_for()
        yield "a resolution"
    if path == "/persona":
        page.goto(f"{page.url}?empleado=1")
        page.get_by_text("Catorce días, hora por hora").wait_for()
        yield "a person"
    if path == "/inscribir":
        page.get_by_text("Retirar", exact=False).first.click()
        page.get_by_text("Borrar", exact=False).first.wait_for()
        yield "rights"


def test_no_page_breaks_a_rule_of_axe(console: Console, browser: Browser) -> None:
    found = []
    for role in ACCOUNTS:
        with browse(browser) as page:
            if role is Role.HEALTH:
                page.goto(console.base)
                page.get_by_label("Cuenta").wait_for()
                found += find_violations(page, "login")
            log_in(page, console, role)
            for path in list_paths(page):
                page.goto(f"{console.base}{path}")
                settle(page)
                found += find_violations(page, f"{role} {path}")
                for state in visit_states(page, path):
                    settle(page)
                    found += find_violations(page, f"{role} {path} {state}")
    with browse(browser) as page:
        page.goto(f"{console.base}/ninguna")
        found += find_violations(page, "404")
        kiosk, alert = console.form_links
        page.goto(f"{console.base}{kiosk}")
        page.get_by_text("¿Cómo se siente ahora?").wait_for()
        found += find_violations(page, "kiosk")
        page.goto(f"{console.base}{alert}")
        found += find_violations(page, "alert of a message")
        page.get_by_role("button", name="Atender").click()
        page.get_by_text("está atendida").wait_for()
        found += find_violations(page, "alert of a message, acknowledged")
        page.goto(f"{console.base}/mis-datos")
        settle(page)
        found += find_violations(page, "own page without a link")
        page.goto(f"{console.base}{console.links[0]}")
        page.get_by_role("button", name="Abrir").click()
        page.get_by_text("Ana Torres Vega").first.wait_for()
        settle(page)
        found += find_violations(page, "own page")
    assert not found, "\n".join(found)


def test_nothing_moves_while_pages_load_and_refresh(console: Console, browser: Browser) -> None:
    moved = {}
    with browse(browser, DESK) as desk, browse(browser, PHONE) as phone:
        sizes = {"desk": desk, "phone": phone}
        for page in sizes.values():
            page.context.add_init_script(WATCH_SHIFTS)
            log_in(page, console, Role.HEALTH)
        before: list[tuple[str, Page]] = []
        for path in [*list_paths(desk), console.links[1], ""]:
            opened = [(f"{path} ({size})", page.context.new_page()) for size, page in sizes.items()] if path else []
            for _, page in opened:
                page.goto(f"{console.base}{path}")
            for _, page in opened:
                settle(page)
                page.evaluate("window.settled = performance.now()")
            for name, page in before:  # refreshed while the next ones were opened
                page.wait_for_timeout(max(0.0, REFRESHES_MS - page.evaluate("performance.now() - window.settled")))
                moved[name] = page.evaluate("window.shifts")
                page.close()
            before = opened
        for size, page in sizes.items():
            page.goto(f"{console.base}/reportes")
            settle(page)
            for link in page.locator('[data-testid="stSidebarNav"] a').all():
                page.evaluate("window.shifts.length = 0")
                link.dispatch_event("click")  # not input, after which the browser ignores movement for half a second
                settle(page)
                page.wait_for_timeout(500)
                name = f"from the page before to {link.get_attribute('href')} ({size})"
                moved[name] = page.evaluate("window.shifts")
    sums = {name: round(sum(value for value, _ in shifts), 3) for name, shifts in moved.items()}
    assert len(sums) >= 4 * 10
    assert not [f"{name}: {total} {moved[name]}" for name, total in sums.items() if total > MOST_SHIFT]


def test_nothing_moves_while_scripts_arrive_late(console: Console, browser: Browser) -> None:
    with browse(browser, PHONE) as page:
        page.add_init_script(WATCH_SHIFTS)
        log_in(page, console, Role.HEALTH)
        page.route("**/static/js/*.js", deliver_late)
        page.goto(f"{console.base}/alertas")
        settle(page)
        page.wait_for_function("!document.documentElement.classList.contains('sv-loading')")
        shifts = page.evaluate("window.shifts")
    assert sum(value for value, _ in shifts) < MOST_SHIFT / 2, shifts


def deliver_late(route: Route) -> None:
    """Deliver a script of Streamlit as a slow network does, one after the other."""
    time.sleep(0.1)
    route.continue_()
