"""Every page of every role in a browser: rules of axe-core."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from stressvision.domain.auth import Role
from tests.e2e.console import (
    ACCOUNTS,
    CHROMIUM,
    Console,
    browse,
    list_paths,
    log_in,
    open_browser,
    run_console,
    settle,
)

AXE = Axe().axe_script

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with run_console(tmp_path_factory.mktemp("console")) as console:
        yield console


def find_violations(page: Page, name: str) -> list[str]:
    """Return what axe-core finds in both themes."""
    found = []
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for violation in page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]:
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
        page.goto(f"{console.base}/mis-datos")
        settle(page)
        found += find_violations(page, "own page without a link")
        page.goto(f"{console.base}{console.links[0]}")
        page.get_by_role("button", name="Abrir").click()
        page.get_by_text("Ana Torres Vega").first.wait_for()
        settle(page)
        found += find_violations(page, "own page")
    assert not found, "\n".join(found)
