"""Tabs of a real browser on pages of the dashboard."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
WAIT_MS = 180_000


@contextmanager
def open_tabs(base: str, paths: Sequence[str]) -> Iterator[list[Page]]:
    """Open one tab per path and yield them with their content; raise SystemExit where Chromium is not installed."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        pages = []
        for path in paths:
            page = browser.new_page()
            page.goto(f"{base}/{path}", timeout=WAIT_MS, wait_until="commit")
            page.wait_for_selector("h1", timeout=WAIT_MS)
            pages.append(page)
        yield pages
        browser.close()
