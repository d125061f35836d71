"""Building of a summary from the figures of days: with persons, or as a viewer may see it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from stressvision.core.names import group_order, spanish_order
from stressvision.db.queries.reports.summaries import EmployeeName
from stressvision.domain.emotions import Emotion, percent
from stressvision.domain.reports import Window
from stressvision.domain.summaries import (
    SETTLED_AFTER,
    AggregateFigures,
    EmotionTotals,
    GroupFigures,
    WindowFigures,
    group_by_department,
)
from stressvision.services.reports.comparisons import with_usual
from stressvision.services.reports.coverage import join_coverage
from stressvision.wire.reports import (
    Aggregate,
    CellReport,
    DeviceCoverage,
    EmployeeReport,
    GroupReport,
    PeriodFigures,
    PreviousPeriod,
    Summary,
    UsualLevel,
)


@dataclass(frozen=True)
class Totals:
    """Sums over several periods."""

    detections: int
    stress: int
    fatigue: int
    alerts: int

    @property
    def stress_pct(self) -> float:
        """Share of stress and sad detections, in percent."""
        return percent(self.stress, self.detections)

    @property
    def fatigue_pct(self) -> float:
        """Share of fatigue detections, in percent."""
        return percent(self.fatigue, self.detections)


@dataclass(frozen=True)
class PeriodSums:
    """Figures of one day, or of several joined days.

    `people`: totals by employee id. `unreported`: detections of the period that no report counts yet.
    """

    days: tuple[date, ...]
    window: Window
    is_final: bool
    revision: int
    generated_at: datetime
    periods: tuple[PeriodFigures, ...]
    people: Mapping[int, EmotionTotals]
    aggregate: Aggregate
    coverage: tuple[DeviceCoverage, ...]
    unreported: int = 0

    @property
    def totals(self) -> Totals:
        """Sums over all periods."""
        return add_totals(self.periods)


def add_totals(periods: Iterable[PeriodFigures]) -> Totals:
    """Return the sums over the periods."""
    own = tuple(periods)
    return Totals(
        detections=sum(period.total_detections for period in own),
        stress=sum(period.stress_detections or 0 for period in own),
        fatigue=sum(period.fatigue_detections for period in own),
        alerts=sum(period.alerts_triggered for period in own),
    )


def join_days(days: Sequence[PeriodSums]) -> PeriodSums:
    """Return several days as one: each becomes a period, and public figures are sums of each day's public figures."""
    if len(days) == 1:
        return days[0]
    people: dict[int, EmotionTotals] = defaultdict(EmotionTotals)
    for day in days:
        for employee_id, tally in day.people.items():
            people[employee_id] += tally
    return PeriodSums(
        days=tuple(date for day in days for date in day.days),
        window=Window(days[0].window.start, days[-1].window.end),
        is_final=all(day.is_final for day in days),
        revision=sum(day.revision for day in days),
        generated_at=max(day.generated_at for day in days),
        periods=tuple(_as_period(day, day.periods, len(day.people)) for day in days),
        people=dict(people),
        aggregate=Aggregate(
            periods=[
                _as_period(day, day.aggregate.periods, day.aggregate.total_employees_detected)
                for day in days
                if day.aggregate.periods
            ],
            departments=_add_departments(department for day in days for department in day.aggregate.departments),
            total_employees_detected=max(day.aggregate.total_employees_detected for day in days),
            withheld=any(day.aggregate.withheld for day in days),
        ),
        coverage=join_coverage([(day.window, day.coverage) for day in days]),
        unreported=sum(day.unreported for day in days),
    )


def _as_period(day: PeriodSums, periods: Sequence[PeriodFigures], people: int) -> PeriodFigures:
    totals = add_totals(periods)
    return PeriodFigures(
        start_timestamp=day.window.start,
        end_timestamp=day.window.end,
        total_detections=totals.detections,
        total_employees_detected=people,
        stress_detections=totals.stress,
        fatigue_detections=totals.fatigue,
        alerts_triggered=totals.alerts,
    )


def _add_departments(departments: Iterable[GroupReport]) -> list[GroupReport]:
    by_name: dict[str | None, list[GroupReport]] = defaultdict(list)
    for department in departments:
        by_name[department.department].append(department)
    return [
        _build_group(
            name,
            max(day.people for day in days),
            sum(day.total_detections for day in days),
            sum(day.stress_detections or 0 for day in days),
            sum(day.fatigue_detections for day in days),
        )
        for name, days in sorted(by_name.items(), key=lambda item: group_order(item[0]))
    ]


def build_summary(
    kind: str,
    period: PeriodSums,
    previous: PeriodSums,
    names: Mapping[int, EmployeeName],
    usual: Mapping[int, UsualLevel],
    time_zone: str,
    *,
    now: datetime,
    persons: bool,
) -> Summary:
    """Return the summary of a period.

    Args:
        kind: `daily` or `weekly`.
        period: The figures of the period.
        previous: The figures of the period before it.
        names: Rows (id, full_name, employee_code, department) of the people in the period, by id.
        usual: Usual levels by employee id.
        time_zone: The plant's time zone, as an IANA name.
        now: Current time.
        persons: Include the people; otherwise the public figures only, and nothing that varies with the others.
    """
    periods = list(period.periods) if persons else period.aggregate.periods
    totals = add_totals(periods)
    return Summary(
        kind=cast(Literal["daily", "weekly"], kind),
        day=period.days[0].isoformat(),
        start_timestamp=period.window.start,
        end_timestamp=period.window.end,
        time_zone=time_zone,
        is_final=period.is_final if persons else period.window.end + SETTLED_AFTER <= now,
        revision=period.revision if persons else 0,
        generated_at=period.generated_at if persons else now,
        has_persons=persons,
        # Always set for other readers: a mark on some periods only would disclose that a person was seen.
        withheld=not persons,
        total_detections=totals.detections,
        unreported_detections=period.unreported if persons else 0,
        total_employees_detected=len(period.people) if persons else period.aggregate.total_employees_detected,
        overall_stress_percentage=totals.stress_pct,
        overall_fatigue_percentage=totals.fatigue_pct,
        alerts_triggered=totals.alerts,
        periods=periods,
        departments=_departments(period.people, names) if persons else period.aggregate.departments,
        # It also counts the minutes of detections.
        coverage=list(period.coverage) if persons else [],
        previous=_build_previous(previous, persons=persons),
        per_employee_summary=with_usual(_build_people(period.people, names), usual),
    )


def _build_previous(period: PeriodSums, *, persons: bool) -> PreviousPeriod | None:
    totals = add_totals(period.periods if persons else period.aggregate.periods)
    if not totals.detections:
        return None
    return PreviousPeriod(
        start_timestamp=period.window.start,
        end_timestamp=period.window.end,
        total_detections=totals.detections,
        total_employees_detected=len(period.people) if persons else period.aggregate.total_employees_detected,
        overall_stress_percentage=totals.stress_pct,
        overall_fatigue_percentage=totals.fatigue_pct,
    )


def _build_people(people: Mapping[int, EmotionTotals], names: Mapping[int, EmployeeName]) -> dict[str, EmployeeReport]:
    """Return the summary of each person who still has a name (was not erased), ordered by name."""
    known = sorted((own for own in people if own in names), key=lambda own: spanish_order(names[own].full_name))
    return {str(employee_id): _build_person(names[employee_id], people[employee_id]) for employee_id in known}


def _build_person(row: EmployeeName, tally: EmotionTotals) -> EmployeeReport:
    return EmployeeReport(
        employee_id=row.id,
        name=row.full_name,
        code=row.employee_code,
        department=row.department,
        stress_pct=percent(tally.stress, tally.total),
        fatigue_pct=percent(tally.fatigue, tally.total),
        total_detections=tally.total,
        counts={emotion.value: tally.counts.get(emotion, 0) for emotion in Emotion},
        avg_confidence=None,
    )


def _departments(people: Mapping[int, EmotionTotals], names: Mapping[int, EmployeeName]) -> list[GroupReport]:
    departments = {employee_id: row.department for employee_id, row in names.items()}
    return [_to_group_report(group) for group in group_by_department(people, departments)]


def to_period_summary(figures: WindowFigures) -> PeriodFigures:
    """Return the figures of a window in their wire form."""
    return PeriodFigures(
        start_timestamp=figures.start,
        end_timestamp=figures.end,
        total_detections=figures.detections,
        total_employees_detected=figures.employees,
        stress_detections=figures.stress,
        fatigue_detections=figures.fatigue,
        alerts_triggered=figures.alerts,
    )


def to_aggregate(aggregate: AggregateFigures) -> Aggregate:
    """Return the public figures of a day in their wire form."""
    return Aggregate(
        periods=[to_period_summary(figures) for figures in aggregate.windows],
        departments=[_to_group_report(group) for group in aggregate.groups],
        total_employees_detected=aggregate.people,
        withheld=aggregate.withheld,
        cells=[
            CellReport(
                department=cell.department,
                start_timestamp=cell.hour,
                total_detections=cell.tally.total,
                stress_detections=cell.tally.stress,
                fatigue_detections=cell.tally.fatigue,
            )
            for cell in aggregate.cells
        ],
    )


def _to_group_report(group: GroupFigures) -> GroupReport:
    return _build_group(group.department, group.people, group.tally.total, group.tally.stress, group.tally.fatigue)


def _build_group(department: str | None, people: int, total: int, stress: int, fatigue: int) -> GroupReport:
    return GroupReport(
        department=department,
        people=people,
        total_detections=total,
        stress_detections=stress,
        fatigue_detections=fatigue,
        stress_pct=percent(stress, total),
        fatigue_pct=percent(fatigue, total),
    )
