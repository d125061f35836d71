"""Daily totals, and the part that a viewer may see."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.domain.summaries import DayFigures, EmotionTotals, PublicWindow, WindowFigures, WindowReport, sum_day

BEGAN = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
DEPARTMENTS = ("Almacén", "Envasado", "Producción", None)
SEEN = st.lists(st.dictionaries(st.integers(1, 16), st.integers(1, 50), max_size=16), max_size=8)


def department_of(employee_id: int) -> str | None:
    return DEPARTMENTS[employee_id % 7 % 4]


def window(number: int, seen: Mapping[int, int]) -> WindowReport:
    """Return a report with these detections by person, all of stress."""
    total = sum(seen.values())
    start = BEGAN + number * timedelta(minutes=15)
    figures = WindowFigures(start, start + timedelta(minutes=15), total, len(seen), total, 0, 0)
    tallies = {employee_id: EmotionTotals(count, {"stress": count}) for employee_id, count in seen.items()}
    departments = {employee_id: department_of(employee_id) for employee_id in seen}
    is_public = len(seen) >= SMALLEST_GROUP
    return WindowReport(figures, tallies, PublicWindow(figures, tallies, departments) if is_public else None)


def day(windows: list[dict[int, int]]) -> DayFigures:
    return sum_day(window(number, seen) for number, seen in enumerate(windows))


@given(SEEN)
def test_day_is_the_sum_of_its_windows(windows: list[dict[int, int]]) -> None:
    found = day(windows)
    total = sum(sum(seen.values()) for seen in windows)
    assert sum(own.detections for own in found.windows) == total
    assert sum(tally.total for tally in found.people.values()) == total
    assert sum(tally.stress for tally in found.people.values()) == total


@given(SEEN)
def test_public_figures_rest_on_five_people_also_after_subtraction(windows: list[dict[int, int]]) -> None:
    found = day(windows).aggregate
    assert all(own.employees >= SMALLEST_GROUP for own in found.windows)
    assert all(group.people >= SMALLEST_GROUP for group in found.groups)
    kept = [seen for seen in windows if len(seen) >= SMALLEST_GROUP]
    shown = {group.department for group in found.groups}
    hidden = {person for seen in kept for person in seen if department_of(person) not in shown}
    rest = sum(own.detections for own in found.windows) - sum(group.tally.total for group in found.groups)
    assert rest == sum(count for seen in kept for person, count in seen.items() if person in hidden)
    assert not hidden or len(hidden) >= SMALLEST_GROUP


def test_aggregate_reports_withheld_figures() -> None:
    everyone = dict.fromkeys(range(1, 17), 3)
    assert not sum_day([]).aggregate.withheld
    assert day([everyone, {1: 2}]).aggregate.withheld
