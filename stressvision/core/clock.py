"""Time: one place that reads it, and the one place that converts it.

In memory: timezone-aware UTC. In SQLite: `YYYY-MM-DD HH:MM:SS.SSS`, which sorts as text and compares
rightly with `datetime('now', …)`. On the wire: ISO 8601 with `Z`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from stressvision.core.errors import InvalidInput, Message

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, aware, in UTC, cut to the millisecond that the database keeps."""
    return to_millisecond(datetime.now(UTC))


def to_millisecond(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_stored(moment: datetime) -> str:
    """The text SQLite keeps. A naive moment is a programming error and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored: give it a time zone")
    return moment.astimezone(UTC).isoformat(" ", "milliseconds")[:-6]


def from_stored(text: str) -> datetime:
    return datetime.fromisoformat(text + "Z")


def to_wire(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat("T", "milliseconds") + "Z"


def parse_moment(text: str, *, field: str | None = None, zone: tzinfo = UTC, is_end: bool = False) -> datetime:
    """Any ISO 8601 date or time, with any offset; without one it is `zone`'s. In UTC.

    A date alone (2026-11-22, or the week 2026-W47) is its beginning; where it `is_end`, its end.
    Raises InvalidInput naming the field and the accepted form; also for years outside 1970 to 9000, which no
    device means and arithmetic cannot take.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if is_end:
            moment += _length(text.strip())
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        if not 1970 <= utc.year <= 9000:
            raise ValueError(utc.year)
    except (ValueError, OverflowError):
        raise InvalidInput(
            Message(
                es=f"«{text}» no es una fecha válida: use ISO 8601, por ejemplo 2026-11-22T10:30:00Z.",
                en=f"“{text}” is not a valid date: use ISO 8601, for example 2026-11-22T10:30:00Z.",
            ),
            field=field,
        ) from None
    return to_millisecond(utc)


def _length(text: str) -> timedelta:
    """Of what an ISO 8601 date stands for: a day or a week; nothing, where a time follows."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return timedelta(0)
    return timedelta(weeks=1) if text[-3] == "W" else timedelta(days=1)
