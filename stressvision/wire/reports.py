"""Reports of windows, days and weeks, as the backend answers them."""

from typing import Literal

from pydantic import Field

from stressvision.wire.pages import NextCursor
from stressvision.wire.values import Moment, WireModel


class UsualLevel(WireModel):
    """What is usual for a person, in percent: the median of `days` earlier days."""

    stress_pct: float
    fatigue_pct: float
    days: int


class EmployeeReport(WireModel):
    """`counts` names the five expressions; what was counted and not analysed is in `total_detections` only.

    `usual` null: the person has not enough history yet.
    """

    employee_id: int
    name: str
    code: str
    department: str | None = None
    stress_pct: float
    fatigue_pct: float | None = None
    total_detections: int | None = None
    counts: dict[str, int]
    avg_confidence: float | None
    usual: UsualLevel | None = None


class DeviceCoverage(WireModel):
    """How much of the time a camera really saw: `seen_minutes` of `minutes`, `strip` in percent by equal slices of it.

    A lower bound: of an empty minute that a camera spent without a connection nobody learns.
    """

    device_id: str
    location: str | None = None
    minutes: int
    seen_minutes: int
    coverage_pct: float
    strip: list[int] = Field(default_factory=list)


class PreviousPeriod(WireModel):
    """The stretch of the same length just before, to compare with."""

    start_timestamp: Moment
    end_timestamp: Moment
    total_detections: int
    total_employees_detected: int
    overall_stress_percentage: float
    overall_fatigue_percentage: float | None


class Report(WireModel):
    """`revision` counts how often late detections changed it. `kind`: scheduled, manual.

    `previous` null: in the window before nobody was seen.
    """

    id: int
    start_timestamp: Moment
    end_timestamp: Moment
    kind: str
    revision: int
    total_detections: int
    total_employees_detected: int
    overall_stress_percentage: float
    overall_fatigue_percentage: float | None = None
    per_employee_summary: dict[str, EmployeeReport]
    alerts_triggered: int
    coverage: list[DeviceCoverage] = Field(default_factory=list)
    previous: PreviousPeriod | None = None
    window_minutes: int | None = None
    generated_at: Moment


class ReportList(WireModel):
    reports: list[Report]
    total: int
    next_cursor: NextCursor = None


class PeriodFigures(WireModel):
    """One window of a day, or one day of a week."""

    start_timestamp: Moment
    end_timestamp: Moment
    total_detections: int
    total_employees_detected: int
    stress_detections: int
    fatigue_detections: int
    alerts_triggered: int


class GroupReport(WireModel):
    """One department; null: the people in none. `people` of several days: the most of any one."""

    department: str | None
    people: int
    total_detections: int
    stress_detections: int
    fatigue_detections: int
    stress_pct: float
    fatigue_pct: float


class Aggregate(WireModel):
    """What may be shown without persons. `withheld`: groups or windows with too few people were left out."""

    periods: list[PeriodFigures]
    departments: list[GroupReport]
    total_employees_detected: int
    withheld: bool


class Summary(WireModel):
    """A calendar day of the plant (00:00 to 24:00) or a week (Monday to Sunday).

    `day`: YYYY-MM-DD, of a week its Monday. `is_final`: the period is over and its summary written; until then it may
    still grow. `has_persons` false: per_employee_summary is empty, groups under five people are withheld, and the
    figures add up what may be shown.
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
    total_employees_detected: int
    overall_stress_percentage: float
    overall_fatigue_percentage: float
    alerts_triggered: int
    periods: list[PeriodFigures]
    departments: list[GroupReport]
    coverage: list[DeviceCoverage]
    previous: PreviousPeriod | None = None
    per_employee_summary: dict[str, EmployeeReport] = Field(default_factory=dict)
