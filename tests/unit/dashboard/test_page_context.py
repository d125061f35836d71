"""The page context: times in the plant's time zone, numbers and plurals."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stressvision.core.texts import Language
from stressvision.dashboard import texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext

NOW = datetime(2026, 11, 22, 15, 31, 5, tzinfo=UTC)


def context(language: Language = "es", zone: str = "America/Lima") -> PageContext:
    return PageContext(BackendClient("http://127.0.0.1:9", language), language, ZoneInfo(zone), clock=lambda: NOW)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("America/Lima", "22/11/2026 10:31"), ("UTC", "22/11/2026 15:31"), ("Asia/Kathmandu", "22/11/2026 21:16")],
)
def test_date_and_time_uses_plant_time_zone(zone: str, expected: str) -> None:
    assert context(zone=zone).date_and_time(NOW) == expected


@pytest.mark.parametrize(
    ("seconds", "spanish", "english"),
    [
        (-3, "ahora", "now"),
        (4, "ahora", "now"),
        (5, "hace 5 s", "5 s ago"),
        (59, "hace 59 s", "59 s ago"),
        (60, "hace 1 min", "1 min ago"),
        (3599, "hace 59 min", "59 min ago"),
        (3600, "hace 1 h", "1 h ago"),
        (86399, "hace 23 h", "23 h ago"),
        (86400, "21/11/2026 10:31", "21/11/2026 10:31"),
    ],
)
def test_ago(seconds: int, spanish: str, english: str) -> None:
    moment = NOW - timedelta(seconds=seconds)
    assert context().ago(moment) == spanish
    assert context("en").ago(moment) == english


def test_count_selects_singular_or_plural() -> None:
    assert (
        context().count(1, texts.overview.ONE_PENDING, texts.overview.MANY_PENDING)
        == "Hay 1 alerta pendiente de revisar"
    )
    assert (
        context().count(1200, texts.overview.ONE_PENDING, texts.overview.MANY_PENDING)
        == "Hay 1,200 alertas pendientes de revisar"
    )
