"""Time in memory, in the database and on the wire is the same moment."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.clock import from_stored, parse_moment, to_millisecond, to_stored, to_wire
from stressvision.errors import InvalidInput

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001


@given(MOMENTS)
def test_every_form_says_the_same_moment(moment: datetime) -> None:
    kept = to_millisecond(moment)
    assert from_stored(to_stored(kept)) == kept
    assert parse_moment(to_wire(kept)) == kept
    assert parse_moment(moment.isoformat()) == to_millisecond(moment.astimezone(UTC))


@given(MOMENTS, MOMENTS)
def test_stored_text_sorts_as_time_does(one: datetime, other: datetime) -> None:
    one, other = to_millisecond(one), to_millisecond(other)
    assert (to_stored(one) < to_stored(other)) == (one < other)


def test_without_an_offset_it_is_utc() -> None:
    assert parse_moment("2026-11-22 10:30:00") == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def test_a_naive_moment_is_never_stored() -> None:
    with pytest.raises(ValueError, match="time zone"):
        to_stored(datetime(2026, 11, 22))  # noqa: DTZ001


def test_what_is_no_date_names_the_field_and_the_form() -> None:
    with pytest.raises(InvalidInput, match="2026-11-22T10:30:00Z") as caught:
        parse_moment("ayer", field="start_date")
    assert caught.value.field == "start_date"
