"""The text of a date field."""

from datetime import date

import pytest

from stressvision.dashboard.elements.date_field import format_day, parse_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("07/03/2026", date(2026, 3, 7)),
        (" 7-3-2026 ", date(2026, 3, 7)),
        ("7.3.2026", date(2026, 3, 7)),
        ("2026-03-07", date(2026, 3, 7)),
        ("29/02/2028", date(2028, 2, 29)),
        ("29/02/2026", None),
        ("3/7/26", None),
        ("mañana", None),
        ("", None),
    ],
)
def test_day_is_read_as_people_write_it(text: str, day: date | None) -> None:
    assert parse_day(text) == day


def test_day_is_shown_with_the_day_first() -> None:
    assert format_day(date(2026, 3, 7)) == "07/03/2026"
    assert parse_day(format_day(date(2026, 3, 7))) == date(2026, 3, 7)
