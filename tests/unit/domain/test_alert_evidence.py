"""Evidence of an alert: counts by minute, usual level, probability of errors as its cause."""

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.core.config import PROJECT_ROOT
from stressvision.domain.evidence import (
    MINUTE,
    Observation,
    compute_error_chance,
    compute_error_rate,
    compute_excess,
    compute_share,
    compute_usual_level,
    count_by_minute,
    describe_extent,
)
from stressvision.services.alerts.evidence import read_stress_error_rate

AT = datetime(2026, 11, 22, 15, 7, 30, tzinfo=UTC)
WINDOW = timedelta(minutes=15)

seconds = st.integers(0, 899)


@given(st.lists(st.tuples(seconds, st.booleans()), max_size=60))
def test_minutes_contain_every_observation_once(seen: list[tuple[int, bool]]) -> None:
    observations = [Observation(AT - timedelta(seconds=ago), counts) for ago, counts in seen]
    minutes = count_by_minute(observations, AT - WINDOW, AT)
    assert [after.start - before.start for before, after in pairwise(minutes)] == [MINUTE] * 15
    assert sum(minute.total for minute in minutes) == len(seen)
    assert sum(minute.events for minute in minutes) == sum(counts for _, counts in seen)
    assert all(minute.events <= minute.total for minute in minutes)


def test_minutes_follow_the_clock() -> None:
    first, second = count_by_minute([Observation(AT, True)], AT - timedelta(seconds=31), AT)
    assert (first.start.minute, first.total) == (6, 0)
    assert (second.start.minute, second.events, second.total) == (7, 1, 1)


def exact_tail(events: int, total: int, rate: Fraction) -> Fraction:
    return sum(
        (comb(total, count) * rate**count * (1 - rate) ** (total - count) for count in range(events, total + 1)),
        Fraction(0),
    )


@given(st.integers(0, 40), st.integers(0, 40), st.fractions(0, 1, max_denominator=50))
def test_error_chance_is_the_binomial_tail(events: int, total: int, rate: Fraction) -> None:
    expected = float(exact_tail(events, total, rate))
    assert compute_error_chance(events, total, float(rate)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.integers(1, 900), st.integers(0, 900), st.floats(0.001, 0.999))
def test_error_chance_is_a_probability_and_decreases_with_events(total: int, events: int, rate: float) -> None:
    chance = compute_error_chance(events, total, rate)
    assert 0.0 <= chance <= 1.0
    assert compute_error_chance(events + 1, total, rate) <= chance + 1e-9
    assert compute_error_chance(0, total, rate) == 1.0


def test_errors_explain_ten_of_nine_hundred_but_not_ten_of_ten() -> None:
    assert compute_error_chance(10, 900, 0.18) > 0.999
    assert compute_error_chance(10, 10, 0.18) < 1e-6


def test_usual_level_is_the_median_of_days_with_enough_detections() -> None:
    assert compute_usual_level([(3, 30), (6, 30), (30, 30), (29, 29)]) is not None
    level = compute_usual_level([(3, 30), (6, 30), (30, 30), (29, 29)])
    assert level is not None
    assert (level.share, level.days) == (20.0, 3)
    assert compute_usual_level([(3, 30), (6, 30), (29, 29)]) is None


def test_error_rate_is_read_from_the_model_card() -> None:
    card = json.loads((PROJECT_ROOT / "models" / "expression.json").read_text(encoding="utf-8"))
    (row,) = (row for row in card["measured"] if row["set"] == "FER+ validation" and not row["baseline"])
    neutral = row["confusion"][0]
    expected = (neutral[2] + neutral[3]) / sum(neutral)
    assert read_stress_error_rate(PROJECT_ROOT / "models") == pytest.approx(expected)
    assert compute_error_rate([[8, 2], [1, 9]], ["neutral", "stress"], "neutral", ["stress"]) == 0.2


def test_missing_model_card_has_no_error_rate(tmp_path: Path) -> None:
    assert read_stress_error_rate(tmp_path) is None
    (tmp_path / "nested").mkdir()
    (tmp_path / "nested" / "expression.json").write_text('{"measured": []}', encoding="utf-8")
    assert read_stress_error_rate(tmp_path / "nested") is None


@pytest.mark.parametrize(
    ("events", "total", "usual", "share", "excess"),
    [(18, 24, 12.0, 75.0, 63.0), (1, 3, 40.0, 33.3, -6.7), (18, 24, None, 75.0, None), (None, None, 12.0, None, None)],
)
def test_share_and_excess_are_percentages_of_the_detections(
    events: int | None, total: int | None, usual: float | None, share: float | None, excess: float | None
) -> None:
    assert compute_share(events, total) == share
    assert compute_excess(share, usual) == excess


def test_share_without_detections_is_unknown() -> None:
    assert compute_share(0, 0) is None
    assert describe_extent(None, 12.0) == ""


def test_extent_names_the_usual_level_only_where_it_is_known() -> None:
    assert describe_extent(75.0, None) == ", 75 % de las de la persona en ese tiempo"
    assert describe_extent(75.0, 12.0) == ", 75 % de las de la persona en ese tiempo (lo habitual a esa hora: 12 %)"
