"""Conversions of a moment between memory, database and wire."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.core.clock import from_stored, parse_moment, to_millisecond, to_stored, to_wire
from stressvision.core.errors import InvalidInput

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


@given(MOMENTS)
def test_every_form_represents_the_same_moment(moment: datetime) -> None:
    kept = to_millisecond(moment)
    assert from_stored(to_stored(kept)) == kept
    assert parse_moment(to_wire(kept)) == kept
    assert parse_moment(moment.isoformat()) == to_millisecond(moment.astimezone(UTC))


@given(MOMENTS, MOMENTS)
def test_stored_text_sorts_chronologically(first: datetime, second: datetime) -> None:
    first, second = to_millisecond(first), to_millisecond(second)
    assert (to_stored(first) < to_stored(second)) == (first < second)


def test_text_without_offset_is_utc() -> None:
    assert parse_moment("2026-11-22 10:30:00") == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-11-22", 22, 23),
        ("20261122", 22, 23),
        (" 2026-W47-7 ", 22, 23),
        ("2026W477", 22, 23),
        ("2026-W47", 16, 23),
        ("2026W47", 16, 23),
        ("2026-11-22T00", 22, 22),
        ("2026-11-22T00:00Z", 22, 22),
        ("20261122T000000", 22, 22),
    ],
)
def test_date_alone_is_its_start_or_its_end(text: str, first: int, after: int) -> None:
    assert parse_moment(text) == datetime(2026, 11, first, tzinfo=UTC)
    assert parse_moment(text, is_end=True) == datetime(2026, 11, after, tzinfo=UTC)


def test_length_of_day_follows_time_zone() -> None:
    """The clocks of Santiago de Chile go forward at midnight before 6 September 2026."""
    santiago = ZoneInfo("America/Santiago")
    start = parse_moment("2026-09-06", zone=santiago)
    assert parse_moment("2026-09-06", zone=santiago, is_end=True) - start == timedelta(hours=23)
    assert parse_moment("2026-09-06T12:00:00Z", zone=santiago) == datetime(2026, 9, 6, 12, tzinfo=UTC)


def test_naive_moment_is_rejected() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_stored(datetime(2026, 11, 22))  # noqa: DTZ001


def test_invalid_date_names_field_and_format() -> None:
    with pytest.raises(InvalidInput, match="2026-11-22T10:30:00Z") as caught:
        parse_moment("ayer", field="start_date")
    assert caught.value.field == "start_date"
