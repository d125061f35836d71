"""Parts of a picture and hours of the week that a camera watches, and their form in settings."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time

from stressvision.core.errors import InvalidInput, Message

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners as shares of the picture's width and height, 0 to 1 from the top left, in order."""

LEAST_CORNERS, MOST_CORNERS = 3, 24
MOST_POLYGONS = 16
MOST_PERIODS = 28
CLOCK_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
_DAYS = {
    **dict(zip(("lun", "mar", "mie", "jue", "vie", "sab", "dom"), range(1, 8), strict=True)),
    **dict(zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), range(1, 8), strict=True)),
    **{str(day): day for day in range(1, 8)},
}
_PERIOD = re.compile(r"(?P<first>\w+)(-(?P<last>\w+))?\s+(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


@dataclass(frozen=True)
class WatchPeriod:
    """Hours of the week in which a camera watches.

    Attributes:
        days: Days on which the period begins, 1 (Monday) to 7.
        start: Local time at which it begins.
        end: Local time at which it ends; on the next day if it is not later than `start`.
    """

    days: frozenset[int]
    start: time
    end: time

    def includes(self, local: datetime) -> bool:
        """Return whether a local time is within the period."""
        day, clock = local.isoweekday(), local.time()
        if self.start < self.end:
            return day in self.days and self.start <= clock < self.end
        day_before = day - 1 or 7
        return (day in self.days and clock >= self.start) or (day_before in self.days and clock < self.end)


def contains(polygon: Polygon, point: Point) -> bool:
    """Return whether a point is inside a polygon, by the number of edges that a ray to the right crosses."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def is_scheduled(schedule: Iterable[WatchPeriod], local: datetime) -> bool:
    """Return whether the camera watches at a local time; without any period it always does."""
    periods = tuple(schedule)
    return not periods or any(period.includes(local) for period in periods)


def parse_polygons(text: str) -> tuple[Polygon, ...]:
    """Return the polygons of `x,y x,y x,y; x,y …`, in shares of width and height.

    Raises:
        InvalidInput: The text has another form, a number outside 0 to 1, too few corners or too many polygons.
    """
    polygons = tuple(_parse_polygon(part) for part in text.split(";") if part.strip())
    if len(polygons) > MOST_POLYGONS:
        raise _bad_polygon(text)
    return polygons


def format_polygons(polygons: Iterable[Polygon]) -> str:
    """Return polygons in the form that `parse_polygons` reads."""
    return "; ".join(" ".join(f"{x:g},{y:g}" for x, y in polygon) for polygon in polygons)


def parse_schedule(text: str) -> tuple[WatchPeriod, ...]:
    """Return the periods of `lun-vie 07:00-19:00; sab 08:00-13:00`; days also in English or as 1 (Monday) to 7.

    Raises:
        InvalidInput: The text has another form.
    """
    periods = tuple(_parse_period(part.strip()) for part in text.split(";") if part.strip())
    if len(periods) > MOST_PERIODS:
        raise _bad_period(text)
    return periods


def format_schedule(schedule: Iterable[WatchPeriod]) -> str:
    """Return periods in the form that `parse_schedule` reads, consecutive days of a week together."""
    return "; ".join(
        f"{days} {period.start:%H:%M}-{period.end:%H:%M}" for period in schedule for days in _name_days(period.days)
    )


def raising_value_error(parse: Callable[[str], tuple[object, ...]]) -> Callable[[object], object]:
    """Return a validator of a setting: texts are parsed, and the message becomes that of a ValueError."""

    def validate(value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return parse(value)
        except InvalidInput as error:
            raise ValueError(error.message.es.rstrip(".")) from None

    return validate


def _name_days(days: Iterable[int]) -> Iterable[str]:
    """Yield the runs of consecutive days, as in `lun-vie`."""
    names = list(_DAYS)
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][1] == day - 1:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    for first, last in runs:
        yield names[first - 1] if first == last else f"{names[first - 1]}-{names[last - 1]}"


def _parse_polygon(text: str) -> Polygon:
    try:
        corners = tuple(
            (float(x), float(y)) for x, y in (corner.split(",") for corner in text.replace(", ", ",").split())
        )
    except ValueError:
        raise _bad_polygon(text) from None
    inside = all(0 <= number <= 1 for corner in corners for number in corner)
    if not inside or not LEAST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise _bad_polygon(text)
    return corners


def _parse_period(text: str) -> WatchPeriod:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise _bad_period(text)
    names = (match["first"], match["last"] or match["first"])
    first, last = (_DAYS.get(name.lower().replace("é", "e").replace("á", "a")) for name in names)
    try:
        start, end = time.fromisoformat(match["start"]), time.fromisoformat(match["end"])
    except ValueError:
        raise _bad_period(text) from None
    if first is None or last is None:
        raise _bad_period(text)
    days = range(first, last + 1) if first <= last else (*range(first, 8), *range(1, last + 1))
    return WatchPeriod(frozenset(days), start, end)


def _bad_polygon(text: str) -> InvalidInput:
    shown = text.strip()[:60]
    return InvalidInput(
        Message(
            es=f"«{shown}» no es un polígono: escriba de 3 a {MOST_CORNERS} esquinas x,y entre 0 y 1, por ejemplo "
            "«0,0 0.3,0 0.3,1 0,1»; varios se separan con punto y coma.",
            en=f"“{shown}” is not a polygon: write 3 to {MOST_CORNERS} corners x,y from 0 to 1, for example "
            "“0,0 0.3,0 0.3,1 0,1”; separate several with semicolons.",
        )
    )


def _bad_period(text: str) -> InvalidInput:
    shown = text[:60]
    return InvalidInput(
        Message(
            es=f"«{shown}» no es un horario: escriba días y horas, por ejemplo «lun-vie 07:00-19:00; sab 08:00-13:00».",
            en=f"“{shown}” is not a schedule: write days and hours, for example "
            "“mon-fri 07:00-19:00; sat 08:00-13:00”.",
        )
    )
