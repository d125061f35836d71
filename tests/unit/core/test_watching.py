"""Polygons and weekly hours of a camera."""

from datetime import UTC, datetime, time

import pytest

from stressvision.core.errors import InvalidInput
from stressvision.core.watching import (
    WatchPeriod,
    contains,
    format_polygons,
    format_schedule,
    is_scheduled,
    parse_polygons,
    parse_schedule,
)

MONDAY, SATURDAY, SUNDAY = 23, 28, 29
"""Days of November 2026."""


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_point_is_inside_a_concave_polygon_only_between_its_edges() -> None:
    (hook,) = parse_polygons("0,0 1,0 1,1 0.5,1 0.5,0.5 0,0.5")
    assert contains(hook, (0.25, 0.25))
    assert contains(hook, (0.75, 0.75))
    assert not contains(hook, (0.25, 0.75))
    assert not contains(hook, (1.2, 0.25))


def test_polygons_are_written_as_they_are_read() -> None:
    text = "0,0 0.3,0 0.3,1; 0.5,0.5 1,0.5 1,1 0.5,1"
    assert format_polygons(parse_polygons(text)) == text
    assert parse_polygons(" ") == ()


@pytest.mark.parametrize("text", ["0,0 1,1", "0,0 1,0 1,2", "a,b c,d e,f", "0 0 1 1", "0,0 1,0 nan,1"])
def test_malformed_polygon_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_polygons(text)


def test_schedule_covers_its_days_and_hours() -> None:
    schedule = parse_schedule("lun-vie 07:00-19:00; sáb 08:00-13:00")
    assert is_scheduled(schedule, local(MONDAY, 7))
    assert not is_scheduled(schedule, local(MONDAY, 19))
    assert is_scheduled(schedule, local(SATURDAY, 12, 59))
    assert not is_scheduled(schedule, local(SUNDAY, 12))


def test_night_shift_ends_on_the_next_day_also_across_the_week() -> None:
    schedule = parse_schedule("sun 22:00-06:00")
    assert is_scheduled(schedule, local(SUNDAY, 23))
    assert is_scheduled(schedule, local(MONDAY, 5, 59))
    assert not is_scheduled(schedule, local(MONDAY, 6))
    assert not is_scheduled(schedule, local(SATURDAY, 23))
    assert not is_scheduled(schedule, local(SUNDAY, 5))


def test_camera_without_schedule_always_watches() -> None:
    assert is_scheduled((), local(SUNDAY, 3))


def test_days_wrap_around_the_week_and_are_written_one_by_one() -> None:
    (period,) = parse_schedule("sat-mon 08:00-13:00")
    assert period == WatchPeriod(frozenset({6, 7, 1}), time(8), time(13))
    assert format_schedule([period]) == "lun 08:00-13:00; sab-dom 08:00-13:00"


@pytest.mark.parametrize("text", ["lun", "lun 7-19", "lun 25:00-26:00", "luz 07:00-19:00", "8 07:00-19:00"])
def test_malformed_schedule_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_schedule(text)
