"""Report windows, the summary of each employee in a window, and camera coverage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from stressvision.domain.emotions import Emotion, percent, stress_percentage


class ReportKind(StrEnum):
    """Origin of a report."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"


@dataclass(frozen=True)
class Window:
    """A half-open stretch of time: `start` belongs to it, `end` to the next."""

    start: datetime
    end: datetime


def window_holding(moment: datetime, length: timedelta) -> Window:
    """Return the UTC-aligned window of `length` that contains `moment`: quarter hours begin at :00, :15, :30, :45."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = epoch + (moment - epoch) // length * length
    return Window(start, start + length)


@dataclass(frozen=True)
class EmotionTally:
    """Detections of one expression of one employee in a window, with the sum of their confidences."""

    employee_id: int
    name: str
    code: str
    department: str | None
    emotion: str | None
    count: int
    confidence_sum: float
    confidence_count: int


@dataclass(frozen=True)
class EmployeeSummary:
    """One employee in a window. `counts` has the five expressions; `total_detections` also those not analysed."""

    employee_id: int
    name: str
    code: str
    department: str | None
    total_detections: int
    stress_pct: float
    fatigue_pct: float
    counts: Mapping[str, int]
    avg_confidence: float | None


def summarise(tallies: Iterable[EmotionTally]) -> tuple[EmployeeSummary, ...]:
    """Return one summary per employee, ordered by id."""
    by_employee: dict[int, list[EmotionTally]] = {}
    for tally in tallies:
        by_employee.setdefault(tally.employee_id, []).append(tally)
    return tuple(_summarise_one(own) for _, own in sorted(by_employee.items()))


def _summarise_one(tallies: list[EmotionTally]) -> EmployeeSummary:
    first = tallies[0]
    counts = {emotion.value: 0 for emotion in Emotion}
    for tally in tallies:
        if tally.emotion is not None:
            counts[tally.emotion] = counts.get(tally.emotion, 0) + tally.count
    total = sum(tally.count for tally in tallies)
    rated = sum(tally.confidence_count for tally in tallies)
    return EmployeeSummary(
        employee_id=first.employee_id,
        name=first.name,
        code=first.code,
        department=first.department,
        total_detections=total,
        stress_pct=stress_percentage(counts, total),
        fatigue_pct=percent(counts[Emotion.FATIGUE], total),
        counts=counts,
        avg_confidence=round(sum(t.confidence_sum for t in tallies) / rated, 3) if rated else None,
    )


MINUTE = timedelta(minutes=1)
EXPECTED_FOR = timedelta(days=1)
"""A camera that watched within this time before a window is expected in it; one that was removed earlier is not."""


@dataclass(frozen=True)
class Coverage:
    """The `seen_minutes` of `minutes` in which a camera watched; `strip`: the same in percent, by equal slices.

    A lower bound: minutes without detections that a camera spent without a connection are unknown.
    """

    device_id: str
    location: str | None
    minutes: int
    seen_minutes: int
    strip: tuple[int, ...]

    @property
    def coverage_pct(self) -> float:
        """Share of the minutes in which the camera watched, in percent."""
        return round(100.0 * self.seen_minutes / self.minutes, 1) if self.minutes else 0.0


def compute_coverage(
    device_id: str, location: str | None, seen: Iterable[datetime], window: Window, slice_minutes: int
) -> Coverage:
    """Return a camera's coverage of a window.

    Args:
        device_id: The camera device.
        location: Where it stands, if known.
        seen: Beginnings of the minutes in which it watched; those outside the window do not count.
        window: The stretch of time to cover.
        slice_minutes: Length of each slice of `strip`, in minutes.
    """
    minutes = -(-(window.end - window.start) // MINUTE)
    offsets = {(moment - window.start) // MINUTE for moment in seen}
    inside = [offset for offset in offsets if 0 <= offset < minutes]
    counts = [0] * -(-minutes // slice_minutes)
    for offset in inside:
        counts[offset // slice_minutes] += 1
    lengths = [min(slice_minutes, minutes - number * slice_minutes) for number in range(len(counts))]
    strip = tuple(round(100 * count / length) for count, length in zip(counts, lengths, strict=True))
    return Coverage(device_id, location, minutes, len(inside), strip)
