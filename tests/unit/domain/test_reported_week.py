"""The week whose report is due: the last one before the configured day and hour of the plant."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stressvision.domain.calendar import find_reported_week

LIMA = ZoneInfo("America/Lima")
HOUR = timedelta(hours=1)
WEEK = date(2026, 11, 16)
"""A Monday; the week ends on Sunday, November 22."""
BEFORE = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("now", "weekday", "hour", "week"),
    [
        ("2026-11-23T06:59", "monday", 7, BEFORE),
        ("2026-11-23T07:00", "monday", 7, WEEK),
        ("2026-11-29T23:00", "monday", 7, WEEK),
        ("2026-11-23T00:30", "monday", 0, BEFORE),  # the quarter hours of Sunday night are not in yet
        ("2026-11-23T01:00", "monday", 0, WEEK),
        ("2026-11-28T07:00", "sunday", 7, BEFORE),
        ("2026-11-29T07:00", "sunday", 7, WEEK),
        ("2026-11-23T12:00", "off", 7, None),
    ],
)
def test_week_that_is_due(now: str, weekday: str, hour: int, week: date | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=LIMA)
    assert find_reported_week(moment, LIMA, weekday, hour, HOUR) == week


def test_hour_that_the_clock_skips_is_due_once() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday = datetime(2026, 3, 29, 3, 30, tzinfo=berlin)  # 02:00 does not exist on that day
    assert find_reported_week(sunday, berlin, "sunday", 2, HOUR) == date(2026, 3, 16)
