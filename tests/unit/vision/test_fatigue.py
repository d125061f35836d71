from collections.abc import Callable

import pytest

from stressvision.domain.emotions import Emotion
from stressvision.vision.fatigue.monitor import LASTING_SECONDS, FatigueMonitor
from stressvision.vision.fatigue.usual import OPEN_RANGE
from stressvision.vision.geometry.cover import Cover
from stressvision.vision.geometry.mouth import RELAXED, Mouth
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.smoothing import (
    LEAST_PERIOD_READINGS,
    LEAST_READINGS,
    TIME_CONSTANT,
    ExpressionTrend,
    ReadingPeriod,
    fuse,
)
from tests.faces import make_geometry

STEP = 0.2
OPEN, HALF, SQUINT, CLOSED = 0.31, 0.18, 0.13, 0.06
LAUGHING = Mouth(gap=0.25, width=0.71, lift=-0.10)
SMILING = Mouth(gap=0.02, width=0.66, lift=-0.03)
YAWNING = Mouth(gap=0.22, width=0.58, lift=-0.15)

Signal = Callable[[float], float]


def relaxed(at: float) -> Mouth:
    return RELAXED


def watch(
    seconds: float,
    eyes: Signal,
    mouth: Callable[[float], Mouth] = relaxed,
    closed: Callable[[float], float] | None = None,
) -> FatigueMonitor:
    monitor = FatigueMonitor()
    for index in range(round(seconds / STEP)):
        at = index * STEP
        monitor.observe(at, make_geometry(eyes(at), mouth(at), closed=closed(at) if closed else None))
    return monitor


def blinking(at: float) -> float:
    """A blink every two seconds that is caught by two readings: the most that 0.4 s can do at five a second."""
    return CLOSED if round(at / STEP) % 10 < 2 else OPEN


def test_blinking_is_not_fatigue_however_often() -> None:
    estimate = watch(60, blinking).estimate()

    assert estimate.perclos == 0.0
    assert estimate.probability < 0.1


def test_contour_of_open_eyes_is_wanted_until_the_pose_is_known() -> None:
    frontal, turned = HeadPose(0.0, 0.0, 0.0), HeadPose(25.0, 0.0, 0.0)
    assert watch(14, lambda at: OPEN).wants_contour(frontal)
    known = watch(20, lambda at: OPEN)

    assert not known.wants_contour(frontal)
    assert known.wants_contour(turned)


def test_eyes_without_contour_count_as_open_and_a_closure_after_them_is_found() -> None:
    monitor = watch(20, lambda at: OPEN)
    level = monitor.open_level
    for index in range(100, 400):
        shut = index >= 300
        monitor.observe(index * STEP, make_geometry(CLOSED if shut else None, closed=0.99 if shut else 0.01))
        if index == 299:
            assert monitor.estimate().probability < 0.1

    assert monitor.open_level == level
    assert monitor.estimate().probability > 0.8


def test_half_closed_lids_of_a_sad_or_laughing_face_are_not_fatigue() -> None:
    assert watch(60, lambda at: HALF if at % 4 < 2 else OPEN).estimate().probability < 0.25


@pytest.mark.parametrize("mouth", [LAUGHING, SMILING])
def test_lids_that_a_smile_narrows_are_not_closed(mouth: Mouth) -> None:
    def laugh(at: float) -> bool:
        return 10 <= at < 20

    monitor = watch(
        25,
        lambda at: SQUINT if laugh(at) else OPEN,
        lambda at: mouth if laugh(at) else RELAXED,
        lambda at: 0.95 if laugh(at) else 0.02,
    )

    assert monitor.estimate().perclos == 0.0
    assert monitor.estimate().probability < 0.25


def test_the_same_lids_without_a_smile_are_closed() -> None:
    monitor = watch(
        25,
        lambda at: SQUINT if 10 <= at < 20 else OPEN,
        closed=lambda at: 0.95 if 10 <= at < 20 else 0.02,
    )

    assert monitor.estimate().probability > 0.6


def test_a_happy_expression_alone_is_a_smile_too() -> None:
    monitor = FatigueMonitor()
    for index in range(100):
        shut = 25 <= index < 75
        geometry = make_geometry(SQUINT if shut else OPEN, closed=0.95 if shut else 0.02)
        monitor.observe(index * STEP, geometry, happy=0.9 if shut else 0.1)

    assert monitor.estimate().perclos == 0.0


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
    # Closed for 0.8 s in every 3.2 s, never for a second at once: only PERCLOS can show it.
    monitor = watch(60, lambda at: CLOSED if round(at / STEP) % 16 < 5 else OPEN)

    estimate = monitor.estimate()

    assert estimate.perclos == pytest.approx(0.25, abs=0.02)
    assert estimate.probability > 0.5


def test_a_yawn_is_fatigue_for_a_while() -> None:
    def mouth(at: float) -> Mouth:
        rise = min(1.0, max(0.0, (at - 4) / 1.4))
        return Mouth(0.22 * rise, 0.58, -0.15) if 4 < at < 9 else RELAXED

    assert watch(10, blinking, mouth).estimate().probability > 0.5
    assert watch(10 + LASTING_SECONDS, blinking, mouth).estimate().probability < 0.25


def test_a_yawn_counts_although_the_eyes_cannot_be_seen() -> None:
    monitor = FatigueMonitor()
    for index in range(50):
        at = index * STEP
        rise = min(1.0, max(0.0, (at - 4) / 1.4))
        mouth = Mouth(0.22 * rise, 0.58, -0.15) if 4 < at < 9 else RELAXED
        monitor.observe(at, make_geometry(mouth=mouth, cover=Cover(eyes=True)))

    assert monitor.estimate().perclos is None
    assert monitor.estimate().probability > 0.5


def test_narrow_eyes_are_learnt_as_open() -> None:
    monitor = watch(60, lambda at: 0.22, closed=lambda at: 0.6)

    assert monitor.open_level < 0.31
    assert monitor.estimate().probability < 0.25


def test_eyes_narrow_in_one_pose_are_open_in_that_pose() -> None:
    monitor = FatigueMonitor()
    for index in range(300):
        down = index % 100 >= 50
        aspect, doubt, pitch = (0.20, 0.7, -18.0) if down else (0.31, 0.02, 0.0)
        monitor.observe(index * STEP, make_geometry(aspect, closed=doubt, pose=(0.0, pitch)))

    assert monitor.estimate().perclos == 0.0


def test_a_person_who_arrives_asleep_is_not_learnt_as_awake() -> None:
    monitor = watch(4, lambda at: CLOSED)

    assert monitor.open_level >= OPEN_RANGE[0]
    assert monitor.estimate().probability > 0.6


def test_lids_that_sink_for_long_are_not_learnt_as_usual() -> None:
    monitor = watch(120, lambda at: OPEN if at < 20 else CLOSED)

    assert monitor.open_level == pytest.approx(OPEN, abs=0.01)


def test_what_is_usual_for_a_person_outlasts_their_absence() -> None:
    monitor = watch(20, lambda at: 0.22, closed=lambda at: 0.6)
    level = monitor.open_level
    monitor.restart()

    assert monitor.is_stale(20.0)
    assert monitor.open_level == level
    assert not monitor.estimate().measurable


def test_what_cannot_be_measured_is_said_so() -> None:
    monitor = watch(5, lambda at: CLOSED)
    monitor.observe(5.0, None)

    assert not monitor.estimate().measurable
    assert monitor.estimate().probability == 0.0


def test_a_closure_is_not_continued_across_a_gap() -> None:
    monitor = FatigueMonitor()
    for at in (0.0, 0.2, 0.4, 3.0, 3.2, 3.4):
        monitor.observe(at, make_geometry(CLOSED))

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


def test_a_period_is_the_mean_of_all_its_readings() -> None:
    period = ReadingPeriod()
    for index in range(10):
        period.add_expression(STRESS if index >= 7 else NEUTRAL)
        period.add_fatigue(0.1 * index)

    means = period.means()

    assert means.expression is not None
    assert means.expression[Emotion.STRESS] == pytest.approx(0.7 * 0.03 + 0.3 * 0.94)
    assert means.readings == 10
    assert means.fatigue == pytest.approx(0.45)


@pytest.mark.parametrize(("read", "looks"), [(LEAST_PERIOD_READINGS - 1, 2), (4, 15), (0, 15)])
def test_a_period_of_which_little_could_be_read_has_no_expression(read: int, looks: int) -> None:
    period = ReadingPeriod()
    for index in range(looks):
        period.add_fatigue(0.0)
        if index < read:
            period.add_expression(NEUTRAL)

    assert period.means().expression is None


def test_nothing_of_a_period_is_left_in_the_next() -> None:
    period = ReadingPeriod()
    for _ in range(5):
        period.add_expression(STRESS)
        period.add_fatigue(0.9)
    period.restart()

    assert period.means().expression is None
    assert period.means().fatigue == 0.0


def test_the_five_probabilities_sum_to_one() -> None:
    expression = {Emotion(name): share for name, share in NEUTRAL.items()}

    vector = fuse(expression, 0.3)

    assert sum(vector.values()) == pytest.approx(1.0)
    assert set(vector) == set(Emotion)
    assert vector[Emotion.FATIGUE] == pytest.approx(0.3)
