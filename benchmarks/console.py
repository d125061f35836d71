"""The console before a month of a plant: `python -m benchmarks.console`. Needs Chromium; takes some minutes.

Opens every page on the data of benchmarks/month.py, then keeps ten tabs open while detections arrive, and writes its
section of docs/performance.md. On a machine with other load, only processor time and memory compare.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import requests
from playwright.sync_api import Page

from benchmarks.comparison import detections
from benchmarks.document import replace_section, verdict
from benchmarks.month import ALERTS, CAMERAS, DETECTIONS, PEOPLE, REPORTS, fill_month
from benchmarks.programs import Server, run_suite
from benchmarks.tabs import open_tabs
from stressvision.core.config import Settings
from stressvision.dashboard.status import REFRESH_SECONDS
from stressvision.services.context import open_context

HEADING = "## Console: a month of a plant"
PATHS = (
    "",
    "alertas",
    "alertas?pagina=3",
    "alertas?buscar=Quispe",
    "persona?empleado=7",
    "planta",
    "reportes",
    "empleados",
    "camara",
    "ajustes",
)
TABS = ("", "", "alertas", "alertas", "persona?empleado=7", "planta", "reportes", "empleados", "camara", "ajustes")
RATE = 10.0
"""Detections a second."""
CONTENT_TARGET_S, MEMORY_TARGET_MIB, PROCESSOR_TARGET, SHIFT_TARGET = 2.0, 250, 0.40, 0.1
REFRESH_TARGET = 0.9
"""Fewest refreshes of the strip, of those due: with fewer the tabs did not work, and their cost says nothing."""
ROUNDS = 3
PROGRAMS = {"backend": ("backend_api.py",), "ingest": ("server_simulator.py",), "dashboard": ("main.py",)}
_WATCH_SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });"""
_COUNT_REFRESHES = """
  window.refreshes = 0;
  let seen = document.querySelector("[data-sv-strip]")?.dataset.svStrip;
  setInterval(() => {
    const at = document.querySelector("[data-sv-strip]")?.dataset.svStrip;
    if (at && at !== seen) { seen = at; window.refreshes += 1; }
  }, 200);"""
"""The strip of every page states the time of the answer that it shows."""


@dataclass(frozen=True)
class Opening:
    """`content`: s until the title and the first content stand; `processor`: s of dashboard and backend for it."""

    path: str
    content: float
    processor: float


@dataclass(frozen=True)
class Load:
    """What ten tabs cost: shares of a core, MiB of the dashboard, and the largest layout shift of a tab.

    `refreshes`: of the strip, over all tabs; `fewest`: of the tab with the fewest; `due`: how many were due in a tab.
    """

    seconds: float
    dashboard_share: float
    backend_share: float
    resident: float
    shift: float
    refreshes: int
    fewest: int
    due: float

    @property
    def is_real(self) -> bool:
        """Return whether the tabs refreshed as they should."""
        return self.fewest >= REFRESH_TARGET * self.due


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="of ten tabs")
    parser.add_argument("--database", type=Path, help="a database filled before by this benchmark")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = options.database or folder / "month.db"
        url = f"sqlite:///{path}"
        if options.database is None:
            context = open_context(Settings(database_url=url))
            with closing(context.database):
                fill_month(context, path)
        with run_suite(folder, url, PROGRAMS) as running, open_tabs(running["dashboard"].url(""), [""]) as (page,):
            openings = [measure_opening(running, page, wanted) for wanted in PATHS]
            for opening in openings:
                print(opening, flush=True)
            load = measure_load(running, page, options.seconds)
            print(load)
    section = describe(openings, load)
    replace_section(section)
    print(section)


def measure_opening(running: dict[str, Server], page: Page, path: str) -> Opening:
    """Open the page ROUNDS times; the first warms the caches of the server."""
    times, costs = [], []
    for _ in range(ROUNDS + 1):
        before = _processor(running)
        began = time.monotonic()
        page.goto(f"{running['dashboard'].url('')}/{path}", wait_until="commit")
        page.wait_for_selector(".stMain h1")
        page.wait_for_function("() => document.querySelectorAll('.stMain .stElementContainer').length > 3")
        times.append(time.monotonic() - began)
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        costs.append(_processor(running) - before)
    return Opening(path, statistics.median(times[1:]), statistics.median(costs[1:]))


def measure_load(running: dict[str, Server], page: Page, seconds: float) -> Load:
    """Keep ten tabs open while detections arrive."""
    stop = threading.Event()
    poster = threading.Thread(target=_post, args=(running["ingest"], stop), daemon=True)
    browser = page.context.browser
    assert browser is not None
    tabs = [page, *(browser.new_page() for _ in TABS[1:])]
    for tab, path in zip(tabs, TABS, strict=True):
        tab.goto(f"{running['dashboard'].url('')}/{path}", wait_until="commit")
        tab.wait_for_selector(".stMain h1")
    page.wait_for_timeout(10_000)
    for tab in tabs:
        tab.evaluate(_WATCH_SHIFTS.replace(", buffered: true", ""))
        tab.evaluate(_COUNT_REFRESHES)
    poster.start()
    began = time.monotonic()
    before = {name: server.processor_seconds() for name, server in running.items()}
    page.wait_for_timeout(1000 * seconds)
    elapsed = time.monotonic() - began
    shares = {name: (server.processor_seconds() - before[name]) / elapsed for name, server in running.items()}
    shift = max(float(tab.evaluate("window.shift")) for tab in tabs)
    counts = [int(tab.evaluate("window.refreshes")) for tab in tabs]
    stop.set()
    poster.join()
    return Load(
        elapsed,
        shares["dashboard"],
        shares["backend"],
        running["dashboard"].resident_mib(),
        shift,
        refreshes=sum(counts),
        fewest=min(counts),
        due=elapsed / REFRESH_SECONDS,
    )


def _processor(running: dict[str, Server]) -> float:
    return sum(running[name].processor_seconds() for name in ("dashboard", "backend"))


def _post(ingest: Server, stop: threading.Event) -> None:
    session, make = requests.Session(), detections()
    due = time.monotonic()
    while not stop.wait(max(0.0, due - time.monotonic())):
        session.post(ingest.url("/detections"), json=make(), timeout=60)
        due += 1 / RATE


def describe(openings: Sequence[Opening], load: Load) -> str:
    """Return the section of the document."""
    lines = [
        HEADING,
        "",
        f"Written by `python -m benchmarks.console` on {datetime.now(UTC):%Y-%m-%d}, on a machine with "
        f"{psutil.cpu_count()} processor cores and {psutil.getloadavg()[1]:.0f} processes waiting for them on average: "
        f"{PEOPLE} people, {CAMERAS} cameras, {DETECTIONS:,} detections, {ALERTS:,} alerts, {REPORTS:,} reports. Time "
        "until the title and the first content stand, and processor time of dashboard and backend for the whole page.",
        "",
        "| page | first content, s | at most | | processor, s |",
        "|---|---:|---:|---|---:|",
    ]
    for item in openings:
        met = verdict(item.content <= CONTENT_TARGET_S)
        lines.append(f"| `/{item.path}` | {item.content:.2f} | {CONTENT_TARGET_S:g} | {met} | {item.processor:.2f} |")
    lines += [
        "",
        f"Ten tabs for {load.seconds:.0f} s while {RATE:g} detections arrive a second:",
        "",
        "| figure | measured | at most | |",
        "|---|---:|---:|---|",
        f"| refreshes of the strip in the slowest tab, of {load.due:.0f} that are due | {load.fewest} "
        f"| {REFRESH_TARGET * load.due:.0f} or more | {verdict(load.is_real)} |",
        f"| refreshes of the strip, all tabs | {load.refreshes} | | |",
        f"| dashboard, share of a core | {100 * load.dashboard_share:.0f} % | {100 * PROCESSOR_TARGET:.0f} % "
        f"| {verdict(load.is_real and load.dashboard_share <= PROCESSOR_TARGET)} |",
        f"| dashboard, MiB | {load.resident:.0f} | {MEMORY_TARGET_MIB} "
        f"| {verdict(load.resident <= MEMORY_TARGET_MIB)} |",
        f"| layout shift of a tab | {load.shift:.3f} | {SHIFT_TARGET:g} | {verdict(load.shift <= SHIFT_TARGET)} |",
        f"| backend, share of a core | {100 * load.backend_share:.0f} % | | |",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
