"""Column types that store the same meaning in SQLite and PostgreSQL."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json
from sqlalchemy import DateTime, Dialect, Text, types

from stressvision.core.clock import from_stored, to_stored

STORED_MOMENT_GLOB = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"
"""The only form of time that an SQLite column accepts; a CHECK constraint refuses any other."""


_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
_HUGE_EXPONENT = re.compile(r"\d[eE]\+?\d{3}")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The text of a JSON column that is not JSON."""

    raw: object


class OddMoment(datetime):
    """The nearest possible time before a stored one that is impossible, or outside the years 1970 to 9000."""


class UtcMoment(types.TypeDecorator[datetime]):
    """Aware UTC datetimes: fixed-width text in SQLite, timestamptz in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return to_stored(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        try:
            moment = from_stored(value)
        except (ValueError, TypeError):
            return _nearest_moment(str(value))
        return moment if _EARLIEST <= moment <= _LATEST else _odd(moment)


def _nearest_moment(text: str) -> OddMoment:
    """Return the last possible moment that sorts before an impossible text, such as 2026-02-31 10:00:00.000."""
    for length, rest in ((16, ":59.999"), (13, ":59:59.999"), (10, " 23:59:59.999")):
        with suppress(ValueError):
            return _odd(from_stored(text[:length] + rest))
    for length, first, months in ((7, "-01 00:00:00.000", 1), (4, "-01-01 00:00:00.000", 12)):
        with suppress(ValueError, OverflowError):
            start = from_stored(text[:length] + first)
            # Day or month 00 sorts before the first one.
            end = start if text[length + 1 : length + 3] == "00" else _add_months(start, months)
            return _odd(end - timedelta(milliseconds=1))
    return _odd(_LATEST if text[:4].isdecimal() and text[:4] >= "9000" else _EARLIEST)


def _add_months(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    return start.replace(year=start.year + years, month=month + 1)


def _odd(moment: datetime) -> OddMoment:
    possible = min(max(moment, _EARLIEST), _LATEST)
    return OddMoment.combine(possible.date(), possible.time(), UTC)


def read_json(text: Any) -> Any:
    """Return the parsed JSON; an Unreadable where it is not JSON that can be written again.

    SQLite stores numbers of a JSON column as numbers, and whatever another program writes there.
    """
    if isinstance(text, int | float):
        return text
    try:
        value = from_json(text, allow_inf_nan=False)
    except (ValueError, TypeError):
        return Unreadable(text)
    may_overflow = _HUGE_EXPONENT.search(text if isinstance(text, str) else bytes(text).decode("utf-8", "replace"))
    # The digits may also stand in a string, such as a hash.
    return Unreadable(text) if may_overflow and _holds_infinity(value) else value


def _holds_infinity(value: object) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_infinity, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and math.isinf(value)
