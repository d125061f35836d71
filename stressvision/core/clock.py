"""Time: the clock, and every conversion of a moment.

In memory: timezone-aware UTC. In SQLite: `YYYY-MM-DD HH:MM:SS.SSS`, which sorts as text and compares
correctly with `datetime('now', …)`. On the wire: ISO 8601 with `Z`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo

from stressvision.core.errors import InvalidInput, Message

Clock = Callable[[], datetime]
MonotonicClock = Callable[[], float]
"""Seconds that only grow, unaffected by steps of the wall clock."""

FUTURE_TOLERANCE = timedelta(minutes=5)
"""A stored time further ahead of the present was written by a wrong clock, and does not count as recent."""
STEP_TOLERANCE = timedelta(seconds=2)
"""A smaller difference between both clocks is an adjustment or a delay, not a step."""


def latest_credible(now: datetime) -> datetime:
    """Return the latest time that may count as recent: the present, with the tolerated difference between clocks."""
    return now + FUTURE_TOLERANCE


class StepDetector:
    """Detect that the wall clock was set, or that the machine was suspended, by comparison with the monotonic clock."""

    def __init__(self, wall: Clock, monotonic: MonotonicClock) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._offset = self._measure()

    def check(self) -> timedelta | None:
        """Return the length of the step since the last call (negative: set back), or None."""
        offset = self._measure()
        step = offset - self._offset
        if abs(step) < STEP_TOLERANCE:
            return None
        self._offset = offset
        return step

    def _measure(self) -> timedelta:
        return self._wall() - datetime(1970, 1, 1, tzinfo=UTC) - timedelta(seconds=self._monotonic())


def utc_now() -> datetime:
    """Return the present moment in UTC, truncated to the millisecond that the database keeps."""
    return to_millisecond(datetime.now(UTC))


def to_millisecond(moment: datetime) -> datetime:
    """Return the moment truncated to the millisecond."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_stored(moment: datetime) -> str:
    """Return the text that SQLite keeps.

    Raises:
        ValueError: the moment is naive, which is a programming error.
    """
    if moment.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored: set its time zone")
    return moment.astimezone(UTC).isoformat(" ", "milliseconds")[:-6]


def from_stored(text: str) -> datetime:
    """Return the moment that `to_stored` wrote."""
    return datetime.fromisoformat(text + "Z")


def to_wire(moment: datetime) -> str:
    """Return the moment in ISO 8601 with milliseconds and `Z`."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat("T", "milliseconds") + "Z"


def parse_moment(text: str, *, field: str | None = None, zone: tzinfo = UTC, is_end: bool = False) -> datetime:
    """Return the moment, in UTC, that an ISO 8601 date or time describes.

    Args:
        text: A date, a week (2026-W47) or a time with any offset.
        field: Name of the input, for the error.
        zone: Time zone of a text without an offset.
        is_end: Whether a date or a week alone means its end instead of its beginning.

    Raises:
        InvalidInput: the text is not ISO 8601, or its year lies outside 1970 to 9000, where date arithmetic overflows.
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


def splits_days(zone: tzinfo, minutes: int) -> bool:
    """Return whether UTC-aligned windows of so many minutes run across midnight in this zone on some day.

    Such a window belongs to two days of the plant: its figures cannot be counted on either.
    """
    months = (datetime(year, month, 15, tzinfo=UTC) for year in (2025, 2026) for month in range(1, 13))
    offsets = {month.astimezone(zone).utcoffset() or timedelta(0) for month in months}
    length = timedelta(minutes=minutes)
    return timedelta(days=1) % length != timedelta(0) or any(offset % length for offset in offsets)


def _length(text: str) -> timedelta:
    """Return the length of the period that the text names: a day, a week, or zero for a moment."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return timedelta(0)
    return timedelta(weeks=1) if text[-3] == "W" else timedelta(days=1)
