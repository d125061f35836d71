"""Which lengths of a report window fit into the days of a time zone."""

from zoneinfo import ZoneInfo

import pytest

from stressvision.core.clock import splits_days
from stressvision.core.config import load_settings
from stressvision.core.errors import ConfigurationError


@pytest.mark.parametrize(
    ("zone", "fitting", "splitting"),
    [
        ("America/Lima", (1, 15, 30, 60), (7, 45, 120, 300, 1440)),
        ("Asia/Kolkata", (15, 30), (60, 20, 720)),
        ("Asia/Kathmandu", (15, 5), (30, 60)),
        ("Australia/Lord_Howe", (15, 30), (60,)),
        ("UTC", (60, 480, 1440), (50,)),
    ],
)
def test_window_across_midnight_is_found(zone: str, fitting: tuple[int, ...], splitting: tuple[int, ...]) -> None:
    assert [minutes for minutes in fitting if splits_days(ZoneInfo(zone), minutes)] == []
    assert [minutes for minutes in splitting if not splits_days(ZoneInfo(zone), minutes)] == []


def test_setting_whose_windows_cross_midnight_is_refused_with_lengths_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRESSVISION_TIME_ZONE", "Asia/Kolkata")
    monkeypatch.setenv("STRESSVISION_INTERVAL_MINUTES", "60")
    with pytest.raises(ConfigurationError, match=r"5, 10, 15, 30\.") as refusal:
        load_settings()
    assert refusal.value.field == "STRESSVISION_INTERVAL_MINUTES"
