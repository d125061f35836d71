"""Daily totals, added up from quarter-hour reports: with persons, and as aggregates that a viewer may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stressvision.core.names import clean_name, group_order
from stressvision.domain.disclosure import suppress_cells, suppress_small_groups
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.domain.reports import window_holding

_HOUR = timedelta(hours=1)

SETTLED_AFTER = timedelta(hours=1)
"""Wait after the end of a day before its summary is written: most detections kept by offline devices arrive by then."""


@dataclass(frozen=True)
class EmotionTotals:
    """Total number of detections, and their number per expression; the rest were not analysed."""

    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "EmotionTotals") -> "EmotionTotals":
        names = {*self.counts, *other.counts}
        counts = {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names}
        return EmotionTotals(self.total + other.total, counts)

    @property
    def stress(self) -> int:
        """Number of stress and sad detections."""
        return sum(self.counts.get(emotion, 0) for emotion in STRESS_EMOTIONS)

    @property
    def fatigue(self) -> int:
        """Number of fatigue detections."""
        return self.counts.get(Emotion.FATIGUE, 0)


@dataclass(frozen=True)
class WindowFigures:
    """Figures of one window over all detections, with the number of `employees` recognised."""

    start: datetime
    end: datetime
    detections: int
    employees: int
    stress: int
    fatigue: int
    alerts: int


@dataclass(frozen=True)
class PublicWindow:
    """What may be shown without persons of a window; `people` and `departments`, by employee id, for its sums."""

    figures: WindowFigures
    people: Mapping[int, EmotionTotals]
    departments: Mapping[int, str | None]


@dataclass(frozen=True)
class WindowReport:
    """A stored report: its figures, the totals of each person by employee id, and what may be shown without persons."""

    figures: WindowFigures
    people: Mapping[int, EmotionTotals]
    public: PublicWindow | None = None


@dataclass(frozen=True)
class GroupFigures:
    """A department over a day. `department` None: the people without one."""

    department: str | None
    people: int
    tally: EmotionTotals


@dataclass(frozen=True)
class CellFigures:
    """A department in one UTC hour. `department` None: the people without one."""

    department: str | None
    hour: datetime
    tally: EmotionTotals


@dataclass(frozen=True)
class AggregateFigures:
    """Figures that may be shown without persons: windows with enough people, and departments that identify no one.

    `withheld`: something was left out. `cells`: departments by hour, likewise.
    """

    windows: tuple[WindowFigures, ...]
    people: int
    groups: tuple[GroupFigures, ...]
    withheld: bool
    cells: tuple[CellFigures, ...] = ()


@dataclass(frozen=True)
class DayFigures:
    """A day with persons, and the aggregate that may be shown without them."""

    windows: tuple[WindowFigures, ...]
    people: Mapping[int, EmotionTotals]
    aggregate: AggregateFigures


def sum_day(reports: Iterable[WindowReport]) -> DayFigures:
    """Return the totals of a day. Reports are consumed one by one, with only one in memory at a time."""
    windows: list[WindowFigures] = []
    shown: list[WindowFigures] = []
    people: dict[int, EmotionTotals] = defaultdict(EmotionTotals)
    public: dict[str | None, _Group] = defaultdict(_Group)
    cells: dict[tuple[str | None, datetime], _Group] = defaultdict(_Group)
    for report in reports:
        windows.append(report.figures)
        for employee_id, tally in report.people.items():
            people[employee_id] += tally
        if report.public is None:
            continue
        shown.append(report.public.figures)
        hour = window_holding(report.figures.start, _HOUR).start
        for employee_id, tally in report.public.people.items():
            department = _same_name(report.public.departments.get(employee_id))
            public[department].add(employee_id, tally)
            cells[department, hour].add(employee_id, tally)
    return DayFigures(tuple(windows), dict(people), _aggregate(windows, shown, public, cells))


def group_by_department(
    people: Mapping[int, EmotionTotals], departments: Mapping[int, str | None]
) -> tuple[GroupFigures, ...]:
    """Return the totals of each department by name, people without one last.

    Args:
        people: Totals by employee id.
        departments: Department by employee id.
    """
    groups: dict[str | None, _Group] = defaultdict(_Group)
    for employee_id, tally in people.items():
        groups[_same_name(departments.get(employee_id))].add(employee_id, tally)
    return _figures(groups)


def _same_name(department: str | None) -> str | None:
    """Return the department's name in one form: reports keep it as it was typed."""
    return None if department is None else clean_name(department) or None


@dataclass
class _Group:
    """Mutable sum of a department."""

    members: set[int] = field(default_factory=set)
    tally: EmotionTotals = field(default_factory=EmotionTotals)

    def add(self, employee_id: int, tally: EmotionTotals) -> None:
        self.members.add(employee_id)
        self.tally += tally


def _aggregate(
    windows: list[WindowFigures],
    shown: list[WindowFigures],
    groups: Mapping[str | None, _Group],
    cells: Mapping[tuple[str | None, datetime], _Group],
) -> AggregateFigures:
    disclosure = suppress_small_groups({name or "": group.members for name, group in groups.items()})
    allowed = {name: group for name, group in groups.items() if (name or "") in disclosure.shown}
    members = {employee_id for group in groups.values() for employee_id in group.members}
    withheld = len(shown) < len(windows) or len(allowed) < len(groups)
    hidden = {name or "" for name in groups if (name or "") not in disclosure.shown}
    return AggregateFigures(tuple(shown), len(members), _figures(allowed), withheld, _select_cells(cells, hidden))


def _select_cells(
    cells: Mapping[tuple[str | None, datetime], _Group], hidden: Collection[str]
) -> tuple[CellFigures, ...]:
    """Return the cells that may be shown beside the totals of the departments and of the hours."""
    shown = suppress_cells({(name or "", hour.isoformat()): own.members for (name, hour), own in cells.items()}, hidden)
    return tuple(
        CellFigures(name, hour, own.tally)
        for (name, hour), own in sorted(cells.items(), key=lambda item: (item[0][1], item[0][0] or ""))
        if (name or "", hour.isoformat()) in shown
    )


def _figures(groups: Mapping[str | None, _Group]) -> tuple[GroupFigures, ...]:
    ordered = sorted(groups.items(), key=lambda item: group_order(item[0]))
    return tuple(GroupFigures(name, len(group.members), group.tally) for name, group in ordered)
