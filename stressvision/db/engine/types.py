"""Column types that store the same meaning in SQLite and PostgreSQL."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
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
        return moment if _EARLIEST <= moment <= _LATEST else _odd(min(max(moment, _EARLIEST), _LATEST))


def _nearest_moment(text: str) -> OddMoment:
    """Return the last moment of the year, month, day, hour or minute up to which the text is possible."""
    for length, rest in ((16, ":59.999"), (13, ":59:59.999"), (10, " 23:59:59.999"), (4, "-12-31 23:59:59.999")):
        try:
            moment = from_stored(text[:length] + rest)
        except ValueError:
            continue
        return _odd(min(max(moment, _EARLIEST), _LATEST))
    return _odd(_EARLIEST)


def _odd(moment: datetime) -> OddMoment:
    return OddMoment.fromtimestamp(moment.timestamp(), UTC)


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
