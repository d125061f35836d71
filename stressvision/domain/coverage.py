"""How much of a stretch of time a camera really saw, as far as is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.domain.reports import Window

MINUTE = timedelta(minutes=1)

EXPECTED_FOR = timedelta(days=1)
"""A camera that watched within this time before a window is missed in it; one that was taken away long ago is not."""


@dataclass(frozen=True)
class Coverage:
    """`seen_minutes` of the `minutes` of a stretch; `strip`: the same in percent, by equal slices of it.

    A lower bound: of an empty minute that a camera spent without a connection nobody learns.
    """

    device_id: str
    location: str | None
    minutes: int
    seen_minutes: int
    strip: tuple[int, ...]

    @property
    def coverage_pct(self) -> float:
        return round(100.0 * self.seen_minutes / self.minutes, 1) if self.minutes else 0.0


def measure(
    device_id: str, location: str | None, seen: Iterable[datetime], window: Window, slice_minutes: int
) -> Coverage:
    """`seen`: beginnings of the minutes in which the camera watched; those outside the window do not count."""
    minutes = -(-(window.end - window.start) // MINUTE)
    places = {(moment - window.start) // MINUTE for moment in seen}
    inside = [place for place in places if 0 <= place < minutes]
    counts = [0] * -(-minutes // slice_minutes)
    for place in inside:
        counts[place // slice_minutes] += 1
    lengths = [min(slice_minutes, minutes - number * slice_minutes) for number in range(len(counts))]
    strip = tuple(round(100 * count / length) for count, length in zip(counts, lengths, strict=True))
    return Coverage(device_id, location, minutes, len(inside), strip)
