"""Reports of windows, days and weeks."""

from typing import Literal

from pydantic import Field

from stressvision.wire.values import (
    INFERS_EMOTIONS,
    ODD_FIELDS,
    EmotionCounts,
    EmotionPercent,
    EmotionTotal,
    Moment,
    NextCursor,
    WireModel,
)


class UsualLevel(WireModel):
    """A person's usual level, in percent: the median of `days` earlier days."""

    stress_pct: EmotionPercent
    fatigue_pct: float
    days: int


class EmployeeReport(WireModel):
    """Figures of one employee. `counts` has the five expressions; faces not analysed are in `total_detections` only.

    `usual` null: the person has too little history.
    """

    employee_id: int
    name: str
    code: str
    department: str | None = None
    stress_pct: EmotionPercent
    fatigue_pct: float | None = None
    total_detections: int | None = None
    counts: EmotionCounts
    avg_confidence: float | None
    usual: UsualLevel | None = None


class DeviceCoverage(WireModel):
    """Observed time of a camera: `seen_minutes` of `minutes`; `strip` in percent per equal slice of the period.

    A lower bound: a minute without detections, spent without a connection, leaves no trace.
    """

    device_id: str
    location: str | None = None
    minutes: int
    seen_minutes: int
    coverage_pct: float
    strip: list[int] = Field(default_factory=list)


class PreviousPeriod(WireModel):
    """Figures of the preceding period of the same length, for comparison."""

    start_timestamp: Moment
    end_timestamp: Moment
    total_detections: int
    total_employees_detected: int
    overall_stress_percentage: EmotionPercent
    overall_fatigue_percentage: float | None


class Report(WireModel):
    """Report of one window. `revision`: number of changes by late detections. `kind`: scheduled, manual.

    `previous` null: the window before has no detections.
    """

    id: int
    start_timestamp: Moment
    end_timestamp: Moment
    kind: str
    revision: int
    total_detections: int
    total_employees_detected: int
    overall_stress_percentage: EmotionPercent
    overall_fatigue_percentage: float | None = None
    per_employee_summary: dict[str, EmployeeReport]
    alerts_triggered: int
    coverage: list[DeviceCoverage] = Field(default_factory=list)
    previous: PreviousPeriod | None = None
    window_minutes: int | None = None
    generated_at: Moment
    infers_emotions: bool = INFERS_EMOTIONS
    odd_fields: tuple[str, ...] = ODD_FIELDS


class ReportList(WireModel):
    """One page of reports, newest first."""

    reports: list[Report]
    total: int
    next_cursor: NextCursor = None


class PeriodFigures(WireModel):
    """One window of a day, or one day of a week."""

    start_timestamp: Moment
    end_timestamp: Moment
    total_detections: int
    total_employees_detected: int
    stress_detections: EmotionTotal
    fatigue_detections: int
    alerts_triggered: int


class GroupReport(WireModel):
    """Figures of one department; null: people without one. `people` over several days: the maximum of one day."""

    department: str | None
    people: int
    total_detections: int
    stress_detections: EmotionTotal
    fatigue_detections: int
    stress_pct: EmotionPercent
    fatigue_pct: float


class CellReport(WireModel):
    """Figures of one department in one hour, which begins at `start_timestamp`; null: people without department."""

    department: str | None
    start_timestamp: Moment
    total_detections: int
    stress_detections: EmotionTotal
    fatigue_detections: int


class Aggregate(WireModel):
    """Figures without persons. `withheld`: groups or windows with too few people are left out.

    `cells` null: stored before version 0.4, which had none.
    """

    periods: list[PeriodFigures]
    departments: list[GroupReport]
    total_employees_detected: int
    withheld: bool
    cells: list[CellReport] | None = None


class Summary(WireModel):
    """A calendar day of the plant (00:00 to 24:00) or a week (Monday to Sunday).

    `day`: YYYY-MM-DD, the Monday of a week. `is_final`: the period is over and its summary stored; until then it may
    grow; a period without detections is final when it is over. `unreported_detections`: detections of the period that
    no report counts yet, 0 without persons.

    `has_persons` false: per_employee_summary is empty, groups under five people are withheld, and the totals
    add up the visible figures.
    """

    kind: Literal["daily", "weekly"]
    day: str
    start_timestamp: Moment
    end_timestamp: Moment
    time_zone: str
    is_final: bool
    revision: int
    generated_at: Moment
    has_persons: bool
    withheld: bool = False
    total_detections: int
    unreported_detections: int = 0
    total_employees_detected: int
    overall_stress_percentage: EmotionPercent
    overall_fatigue_percentage: float
    alerts_triggered: int
    periods: list[PeriodFigures]
    departments: list[GroupReport]
    coverage: list[DeviceCoverage]
    previous: PreviousPeriod | None = None
    per_employee_summary: dict[str, EmployeeReport] = Field(default_factory=dict)
    infers_emotions: bool = INFERS_EMOTIONS
