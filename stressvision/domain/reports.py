"""Report windows and what a report says of the people in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from stressvision.domain.emotions import Emotion, percent, stress_percentage


class ReportKind(StrEnum):
    SCHEDULED = "scheduled"
    MANUAL = "manual"


@dataclass(frozen=True)
class Window:
    """Half open: `start` belongs to it, `end` to the next."""

    start: datetime
    end: datetime


def window_holding(moment: datetime, length: timedelta) -> Window:
    """The UTC-aligned window of `length` that holds `moment`: quarter hours begin at :00, :15, :30, :45."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    start = epoch + (moment - epoch) // length * length
    return Window(start, start + length)


@dataclass(frozen=True)
class EmotionTally:
    """How often one employee showed one expression in a window, and with what summed confidence."""

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
    """`counts` names the five expressions; detections that were not analysed are in `total_detections` only."""

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
    """One summary an employee, by id."""
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
