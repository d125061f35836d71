"""A person's own expression baseline: which readings it follows, and how far it can go."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.core.config import PROJECT_ROOT, Policy, Settings
from stressvision.vision.baseline import MOST_DRIFT, OwnBaseline, combine_references
from stressvision.vision.expression import ExpressionEstimate, ExpressionReference, StateProbabilities
from stressvision.vision.recognition.verdicts import judge_stills
from stressvision.vision.relaxed import open_relaxed_reader

MODEL, OTHER_MODEL = "a" * 64, "b" * 64
ENROLLED = ExpressionReference(MODEL, (1.0, 0.0, -1.0), 2)
NEUTRAL = StateProbabilities(0.9, 0.02, 0.04, 0.04)
TENSE = StateProbabilities(0.2, 0.0, 0.7, 0.1)


def reading(logits: tuple[float, ...], probabilities: StateProbabilities = NEUTRAL) -> ExpressionEstimate:
    return ExpressionEstimate(probabilities, 0.0, logits, referenced=True)


def test_baseline_follows_a_relaxed_neutral_face_slowly() -> None:
    baseline = OwnBaseline(ENROLLED)
    for _ in range(1000):
        baseline.follow(reading((1.2, 0.0, -1.2)), relaxed=True)

    assert 0 < baseline.drift < 0.05
    assert baseline.reference.logits[0] == pytest.approx(1.01, abs=0.005)


@pytest.mark.parametrize(
    ("estimate", "relaxed"),
    [
        (reading((2.0, 0.0, -2.0)), False),
        (reading((2.0, 0.0, -2.0), TENSE), True),
        (ExpressionEstimate(NEUTRAL, 0.0, (2.0, 0.0, -2.0), referenced=False), True),
        (reading((2.0, -2.0)), True),
    ],
)
def test_other_readings_are_not_followed(estimate: ExpressionEstimate, relaxed: bool) -> None:
    baseline = OwnBaseline(ENROLLED)
    for _ in range(1000):
        baseline.follow(estimate, relaxed=relaxed)
    assert baseline.drift == 0


@given(st.lists(st.tuples(*[st.floats(-50, 50)] * 3), min_size=1, max_size=30))
def test_no_history_moves_it_beyond_the_bound(history: list[tuple[float, float, float]]) -> None:
    baseline = OwnBaseline(ENROLLED)
    for logits in history:
        for _ in range(200):
            baseline.follow(reading(logits), relaxed=True)
    assert baseline.drift <= MOST_DRIFT + 1e-9


def test_chronic_stress_is_not_learnt_away() -> None:
    """Months in which even the relaxed face grows tenser end at the bound; what lies beyond it stays visible."""
    baseline = OwnBaseline(ENROLLED)
    for _ in range(200_000):
        baseline.follow(reading((-3.0, 0.0, 3.0)), relaxed=True)

    shift = np.array(baseline.reference.logits) - np.array(ENROLLED.logits)
    assert np.abs(shift).max() == pytest.approx(MOST_DRIFT)
    assert (np.array((-3.0, 0.0, 3.0)) - np.array(baseline.reference.logits))[2] > 3


def test_new_enrolment_starts_again() -> None:
    baseline = OwnBaseline(ENROLLED)
    for _ in range(5000):
        baseline.follow(reading((2.0, 0.0, -2.0)), relaxed=True)
    assert baseline.starts_from(ENROLLED)
    assert not baseline.starts_from(ExpressionReference(MODEL, (1.1, 0.0, -1.1), 1))
    assert not baseline.starts_from(ExpressionReference(OTHER_MODEL, ENROLLED.logits, 2))


def test_references_of_one_model_are_averaged_and_unreadable_ones_skipped() -> None:
    texts = [
        ExpressionReference(OTHER_MODEL, (9.0, 9.0), 1).to_json(),
        ExpressionReference(MODEL, (1.0, -1.0), 1).to_json(),
        "not json",
        ExpressionReference(MODEL, (4.0, -4.0), 2).to_json(),
    ]
    assert combine_references(texts) == ExpressionReference(MODEL, (3.0, -3.0), 3)
    assert combine_references(["{}", ""]) is None
    assert combine_references([]) is None


def test_relaxed_stills_of_the_demonstration_have_a_reference() -> None:
    relaxed = open_relaxed_reader(Settings())
    contents = [path.read_bytes() for path in sorted((PROJECT_ROOT / "demo" / "enrol" / "EMP002").glob("*.jpg"))]
    samples = [verdict.sample for verdict in judge_stills(contents, relaxed)]
    assert any(sample is not None and sample.expression is not None for sample in samples)


def test_policy_that_forbids_expressions_reads_no_reference() -> None:
    assert open_relaxed_reader(Settings(policy=Policy.EU)) is None
