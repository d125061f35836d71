"""Camera coverage and calendar days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.core.errors import InvalidInput
from stressvision.domain.calendar import day_of, day_window, parse_day, week_of
from stressvision.domain.reports import Window, compute_coverage

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUARTER = Window(NOON, NOON + timedelta(minutes=15))
MINUTES = st.sets(st.integers(-5, 30))


@given(MINUTES, st.integers(1, 20))
def test_minutes_in_the_window_count_once(minutes: set[int], slice_minutes: int) -> None:
    seen = [NOON + timedelta(minutes=minute) for minute in minutes]
    found = compute_coverage("pi-1", None, [*seen, *seen], QUARTER, slice_minutes)
    assert found.minutes == 15
    assert found.seen_minutes == len([minute for minute in minutes if 0 <= minute < 15])
    assert len(found.strip) == -(-15 // slice_minutes)
    assert all(0 <= share <= 100 for share in found.strip)


def test_camera_that_watched_throughout_has_full_coverage() -> None:
    found = compute_coverage("pi-1", None, [NOON + timedelta(minutes=minute) for minute in range(15)], QUARTER, 4)
    assert (found.coverage_pct, found.strip) == (100.0, (100, 100, 100, 100))
    nothing = compute_coverage("pi-1", None, [], QUARTER, 4)
    assert (nothing.coverage_pct, nothing.strip) == (0.0, (0, 0, 0, 0))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Lima", date(2026, 11, 22), 24),
        ("Europe/Madrid", date(2026, 3, 29), 23),
        ("Europe/Madrid", date(2026, 10, 25), 25),
    ],
)
def test_day_length_follows_clock_changes(zone: str, day: date, hours: int) -> None:
    window = day_window(day, ZoneInfo(zone))
    assert window.end - window.start == timedelta(hours=hours)
    assert day_of(window.start, ZoneInfo(zone)) == day
    assert day_of(window.end, ZoneInfo(zone)) == day + timedelta(days=1)


@given(st.dates(date(1971, 1, 1), date(8000, 1, 1)))
def test_week_contains_its_day_and_begins_on_monday(day: date) -> None:
    week = week_of(day)
    assert day in week
    assert [own.weekday() for own in week] == list(range(7))
    assert len({week_of(own) for own in week}) == 1


@pytest.mark.parametrize("text", ["", "ayer", "2026-02-30", "22/11/2026", "1815-06-18", "9999-12-31"])
def test_invalid_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_day(text)
