"""Agreement of self-reports with the camera: rank correlation, ROC area, and when there is too little."""

import math
from random import Random

import pytest

from stressvision.domain.agreement import FEWEST_REPORTS, Pair, Scale, compute_agreement


def pairs(answers: list[int], shares: list[float], people: int = 8) -> list[Pair]:
    return [
        Pair(place % people, answer, share) for place, (answer, share) in enumerate(zip(answers, shares, strict=True))
    ]


def test_perfect_agreement() -> None:
    answers = [1 + place % 9 for place in range(90)]
    found = compute_agreement(Scale.SLEEPINESS, pairs(answers, [10.0 * answer for answer in answers]))
    assert found.is_enough
    assert (found.reports, found.people, found.above) == (90, 8, 30)
    assert found.correlation is not None
    assert found.area is not None
    assert found.correlation.value == pytest.approx(1.0)
    assert (found.area.value, found.area.low, found.area.high) == (1.0, 1.0, 1.0)


def test_no_agreement_lies_inside_the_intervals() -> None:
    chance = Random(3)
    answers = [chance.randint(1, 9) for _ in range(300)]
    found = compute_agreement(Scale.SLEEPINESS, pairs(answers, [chance.random() for _ in answers]))
    assert found.correlation is not None
    assert found.area is not None
    assert found.correlation.low < 0.0 < found.correlation.high
    assert found.area.low < 0.5 < found.area.high


def test_intervals_have_the_published_form() -> None:
    """Spearman: Bonett and Wright 2000. Area: Hanley and McNeil 1982, table of their example (0.893, 51 and 58)."""
    answers = [9] * 51 + [1] * 58
    shares = [float(place >= 11) for place in range(51)] + [0.0] * 58
    found = compute_agreement(Scale.SLEEPINESS, pairs(answers, shares))
    assert found.area is not None
    assert found.area.value == pytest.approx(1 - 0.5 * 11 / 51)
    area, above, below = found.area.value, 51, 58
    one, both = area / (2 - area), 2 * area**2 / (1 + area)
    error = math.sqrt(
        (area * (1 - area) + (above - 1) * (one - area**2) + (below - 1) * (both - area**2)) / (above * below)
    )
    assert found.area.high - found.area.value == pytest.approx(1.959964 * error)


@pytest.mark.parametrize(
    ("answers", "people"),
    [
        ([1, 9] * (FEWEST_REPORTS // 2 - 1), 8),
        ([1] * 60 + [9] * 9, 8),
        ([1, 9] * 40, 4),
    ],
)
def test_too_few_reports_or_people_show_no_estimate(answers: list[int], people: int) -> None:
    found = compute_agreement(Scale.SLEEPINESS, pairs(answers, [float(answer) for answer in answers], people))
    assert (found.is_enough, found.correlation, found.area) == (False, None, None)
    assert found.reports == len(answers)


def test_tension_has_its_own_threshold() -> None:
    answers = [1 + place % 5 for place in range(60)]
    found = compute_agreement(Scale.TENSION, pairs(answers, [float(answer) for answer in answers]))
    assert found.above == 24
