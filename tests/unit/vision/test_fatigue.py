from collections.abc import Callable

import pytest

from stressvision.domain.emotions import Emotion
from stressvision.vision.eyes import Openness
from stressvision.vision.fatigue import LASTING_SECONDS, OPEN_RANGE, FatigueMonitor
from stressvision.vision.smoothing import LEAST_READINGS, TIME_CONSTANT, ExpressionTrend, fuse

STEP = 0.2
OPEN, HALF, CLOSED = 0.31, 0.18, 0.06
SHUT_MOUTH, SPEAKING, YAWNING = 0.02, 0.2, 0.4

Signal = Callable[[float], float]


def watch(seconds: float, eyes: Signal, mouth: Signal = lambda at: SHUT_MOUTH) -> FatigueMonitor:
    monitor = FatigueMonitor()
    for index in range(round(seconds / STEP)):
        at = index * STEP
        monitor.observe(at, Openness(eyes(at), mouth(at)))
    return monitor


def blinking(at: float) -> float:
    """A blink every two seconds that is caught by two readings: the most that 0.4 s can do at five a second."""
    return CLOSED if round(at / STEP) % 10 < 2 else OPEN


def test_blinking_is_not_fatigue_however_often() -> None:
    estimate = watch(60, blinking).estimate()

    assert estimate.perclos == 0.0
    assert estimate.probability < 0.1


def test_half_closed_lids_of_a_sad_or_laughing_face_are_not_fatigue() -> None:
    assert watch(60, lambda at: HALF if at % 4 < 2 else OPEN).estimate().probability < 0.25


def test_speaking_and_laughing_are_no_yawns() -> None:
    speaking = watch(60, blinking, lambda at: SPEAKING if at % 1 < 0.5 else SHUT_MOUTH)
    laughing = watch(60, blinking, lambda at: YAWNING if at % 6 < 1.2 else SHUT_MOUTH)

    assert speaking.estimate().probability < 0.25
    assert laughing.estimate().probability < 0.25


def test_eyes_that_stay_closed_are_fatigue_before_a_minute_has_been_seen() -> None:
    monitor = watch(5, lambda at: OPEN if at < 3 else CLOSED)

    assert monitor.estimate().probability > 0.6
    assert monitor.estimate().perclos is None


def test_a_long_closure_is_remembered_for_a_while_and_then_forgotten() -> None:
    def eyes(at: float) -> float:
        return CLOSED if 20 <= at < 21.6 else OPEN

    assert watch(30, eyes).estimate().probability > 0.5
    assert watch(25 + LASTING_SECONDS, eyes).estimate().probability < 0.25


def test_perclos_is_the_share_of_closed_time() -> None:
    # Closed for 0.8 s in every 3.2 s, never for a second at once: only PERCLOS can tell.
    monitor = watch(60, lambda at: CLOSED if round(at / STEP) % 16 < 5 else OPEN)

    estimate = monitor.estimate()

    assert estimate.perclos == pytest.approx(0.25, abs=0.02)
    assert estimate.probability > 0.5


def test_a_yawn_is_fatigue() -> None:
    assert watch(10, blinking, lambda at: YAWNING if 4 < at < 7 else SHUT_MOUTH).estimate().probability > 0.5


def test_narrow_eyes_are_learnt_as_open() -> None:
    monitor = watch(60, lambda at: 0.23)

    assert monitor.open_level < 0.31
    assert monitor.estimate().probability < 0.25


def test_somebody_who_arrives_asleep_is_not_learnt_as_awake() -> None:
    monitor = watch(4, lambda at: CLOSED)

    assert monitor.open_level >= OPEN_RANGE[0]
    assert monitor.estimate().probability > 0.6


def test_what_cannot_be_measured_is_said_so() -> None:
    monitor = watch(5, lambda at: CLOSED)
    monitor.observe(5.0, None)

    assert not monitor.estimate().measurable
    assert monitor.estimate().probability == 0.0


def test_a_closure_is_not_continued_across_a_gap() -> None:
    monitor = FatigueMonitor()
    for at in (0.0, 0.2, 0.4, 3.0, 3.2, 3.4):
        monitor.observe(at, Openness(CLOSED, SHUT_MOUTH))

    assert monitor.estimate().probability == 0.0


NEUTRAL = {"neutral": 0.9, "happy": 0.05, "stress": 0.03, "sad": 0.02}
STRESS = {"neutral": 0.02, "happy": 0.02, "stress": 0.94, "sad": 0.02}


def test_one_frame_never_decides() -> None:
    trend = ExpressionTrend()
    for index in range(15):
        trend.add(index * STEP, STRESS if index == 14 else NEUTRAL)

    mean = trend.mean(14 * STEP)

    assert mean is not None
    assert max(mean, key=mean.__getitem__) is Emotion.NEUTRAL


def test_an_expression_that_lasts_takes_over() -> None:
    trend = ExpressionTrend()
    for index in range(20):
        trend.add(index * STEP, STRESS if index >= 12 else NEUTRAL)

    mean = trend.mean(19 * STEP)

    assert mean is not None
    assert max(mean, key=mean.__getitem__) is Emotion.STRESS


def test_too_few_or_old_readings_say_nothing() -> None:
    trend = ExpressionTrend()
    for index in range(LEAST_READINGS):
        early = trend.mean(index * STEP)
        assert early is None
        trend.add(index * STEP, NEUTRAL)

    assert trend.mean(LEAST_READINGS * STEP) is not None
    assert trend.mean(LEAST_READINGS * STEP + 2 * TIME_CONSTANT) is None


def test_the_five_probabilities_sum_to_one() -> None:
    expression = {Emotion(name): share for name, share in NEUTRAL.items()}

    vector = fuse(expression, 0.3)

    assert sum(vector.values()) == pytest.approx(1.0)
    assert set(vector) == set(Emotion)
    assert vector[Emotion.FATIGUE] == pytest.approx(0.3)
