"""A day's summary, added up from its quarter-hour reports: once with persons, once with what a viewer may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stressvision.domain.disclosure import is_large_enough, suppress_small_groups
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion

SETTLED_AFTER = timedelta(hours=1)
"""A day's summary is first written this long after its end: what devices kept while offline has then mostly come."""


@dataclass(frozen=True)
class EmotionTotals:
    """How many detections, and how many of them showed which expression; those left over were not analysed."""

    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "EmotionTotals") -> "EmotionTotals":
        names = {*self.counts, *other.counts}
        counts = {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names}
        return EmotionTotals(self.total + other.total, counts)

    @property
    def stress(self) -> int:
        return sum(self.counts.get(emotion, 0) for emotion in STRESS_EMOTIONS)

    @property
    def fatigue(self) -> int:
        return self.counts.get(Emotion.FATIGUE, 0)


@dataclass(frozen=True)
class WindowFigures:
    """One stretch of time over everybody seen, with `employees` recognised."""

    start: datetime
    end: datetime
    detections: int
    employees: int
    stress: int
    fatigue: int
    alerts: int


@dataclass(frozen=True)
class WindowReport:
    """What a stored report says: its figures, and each person's tally by id, with their department."""

    figures: WindowFigures
    people: Mapping[int, EmotionTotals]
    departments: Mapping[int, str | None]


@dataclass(frozen=True)
class GroupFigures:
    """A department over a day. None: the people in none."""

    department: str | None
    people: int
    tally: EmotionTotals


@dataclass(frozen=True)
class AggregateFigures:
    """What may be shown without persons: windows with enough people in them, and departments that hide nobody.

    `groups` is empty where there is nothing to show; `withheld` says that something was left out.
    """

    windows: tuple[WindowFigures, ...]
    people: int
    groups: tuple[GroupFigures, ...]
    withheld: bool


@dataclass(frozen=True)
class DayFigures:
    windows: tuple[WindowFigures, ...]
    people: Mapping[int, EmotionTotals]
    aggregate: AggregateFigures


def sum_day(reports: Iterable[WindowReport]) -> DayFigures:
    """Takes the reports one by one: only one of them is in memory at a time."""
    windows: list[WindowFigures] = []
    shown: list[WindowFigures] = []
    people: dict[int, EmotionTotals] = defaultdict(EmotionTotals)
    public: dict[str | None, _Group] = defaultdict(_Group)
    for report in reports:
        windows.append(report.figures)
        is_public = is_large_enough(len(report.people))
        if is_public:
            shown.append(report.figures)
        for employee_id, tally in report.people.items():
            people[employee_id] += tally
            if is_public:
                public[report.departments.get(employee_id)].add(employee_id, tally)
    return DayFigures(tuple(windows), dict(people), _aggregate(windows, shown, public))


def group_by_department(
    people: Mapping[int, EmotionTotals], departments: Mapping[int, str | None]
) -> tuple[GroupFigures, ...]:
    """By name, those in no department last."""
    groups: dict[str | None, _Group] = defaultdict(_Group)
    for employee_id, tally in people.items():
        groups[departments.get(employee_id)].add(employee_id, tally)
    return _figures(groups)


@dataclass
class _Group:
    """A department while it is being added up."""

    members: set[int] = field(default_factory=set)
    tally: EmotionTotals = field(default_factory=EmotionTotals)

    def add(self, employee_id: int, tally: EmotionTotals) -> None:
        self.members.add(employee_id)
        self.tally += tally


def _aggregate(
    windows: list[WindowFigures], shown: list[WindowFigures], groups: Mapping[str | None, _Group]
) -> AggregateFigures:
    disclosure = suppress_small_groups({name or "": group.members for name, group in groups.items()})
    allowed = {name: group for name, group in groups.items() if (name or "") in disclosure.shown}
    members = {employee_id for group in groups.values() for employee_id in group.members}
    withheld = len(shown) < len(windows) or len(allowed) < len(groups)
    return AggregateFigures(tuple(shown), len(members), _figures(allowed), withheld)


def _figures(groups: Mapping[str | None, _Group]) -> tuple[GroupFigures, ...]:
    ordered = sorted(groups.items(), key=lambda item: (item[0] is None, item[0] or ""))
    return tuple(GroupFigures(name, len(group.members), group.tally) for name, group in ordered)
