"""When a repair is listed: the disk's trend, and days before the damage."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.upkeep import DiskSample, RepairKind, days_until_full, repair_in_days

FIRST = date(2026, 9, 1)


def samples(free: list[int]) -> list[DiskSample]:
    return [DiskSample(FIRST + timedelta(days=number), each) for number, each in enumerate(free)]


@given(st.integers(1, 10**9), st.integers(5, 60), st.integers(1, 400))
def test_steady_loss_is_extrapolated(loss: int, days: int, left: int) -> None:
    free = [loss * (left + days - 1 - day) for day in range(days)]
    assert days_until_full(samples(free)) == pytest.approx(left)


@given(st.lists(st.integers(0, 10**12), max_size=4))
def test_few_days_tell_nothing(free: list[int]) -> None:
    assert days_until_full(samples(free)) is None


def test_one_odd_day_does_not_decide_the_trend() -> None:
    free = [1000 - 10 * day for day in range(20)]
    free[7] = 1
    assert days_until_full(samples(free)) == pytest.approx(81, rel=0.1)


def test_growing_free_space_never_ends() -> None:
    assert days_until_full(samples([100 + day for day in range(30)])) is None


@pytest.mark.parametrize(
    ("left", "listed", "urgent"),
    [(None, False, False), (30.1, False, False), (30.0, True, False), (7.0, True, True), (-3.0, True, True)],
)
def test_repair_is_listed_weeks_before_the_damage(left: float | None, listed: bool, urgent: bool) -> None:
    repair = repair_in_days(RepairKind.DISK, left)
    assert (repair is not None) is listed
    if repair is not None:
        assert repair.is_urgent is urgent
        assert repair.days_left is not None
        assert repair.days_left >= 0
