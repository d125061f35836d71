"""Yawns against everything else that opens a mouth, as signals five times a second."""

import math
from collections.abc import Callable

import pytest

from stressvision.vision.fatigue.yawns import LONGEST_SECONDS, YawnWatch

STEP = 0.2
PEAK = 0.22

Gap = Callable[[float], float]


def watch(seconds: float, gap: Gap, *, laughing: bool = False, unseen: tuple[float, float] = (0.0, 0.0)) -> YawnWatch:
    yawns = YawnWatch()
    for index in range(round(seconds / STEP)):
        at = index * STEP
        yawns.observe(at, None if unseen[0] <= at < unseen[1] else gap(at), laughing=laughing)
    return yawns


def yawn(start: float, rise: float, held: float, fall: float, peak: float = PEAK) -> Gap:
    def gap(at: float) -> float:
        since = at - start
        if since < 0:
            return 0.0
        if since < rise:
            return peak * since / rise
        if since < rise + held:
            return peak * (1 - 0.1 * abs(math.sin(3 * since)))
        return max(0.0, peak * (1 - (since - rise - held) / fall))

    return gap


@pytest.mark.parametrize(
    ("rise", "held", "fall", "peak"), [(1.4, 3.5, 0.8, 0.22), (2.5, 1.0, 0.6, 0.3), (1.2, 1.6, 0.4, 0.18)]
)
def test_a_slow_jaw_drop_is_one_yawn(rise: float, held: float, fall: float, peak: float) -> None:
    yawns = watch(12, yawn(2, rise, held, fall, peak))

    assert yawns.count == 1
    assert yawns.yawned_at is not None
    assert 2 + rise < yawns.yawned_at <= 2 + rise + held + fall


def test_two_yawns_are_two() -> None:
    first, second = yawn(1, 1.2, 2.5, 0.6), yawn(9, 1.2, 2.5, 0.6)

    assert watch(16, lambda at: max(first(at), second(at))).count == 2


def test_a_yawn_behind_a_hand_for_a_moment_is_one() -> None:
    assert watch(10, yawn(2, 1.2, 3.0, 0.6), unseen=(4.0, 4.5)).count == 1


def test_a_laugh_is_no_yawn_however_long_and_wide() -> None:
    assert watch(10, yawn(2, 1.2, 3.5, 0.6, peak=0.3), laughing=True).count == 0


@pytest.mark.parametrize("per_second", [0.8, 1.5, 2.2])
def test_talk_is_no_yawn(per_second: float) -> None:
    assert watch(60, lambda at: 0.2 * abs(math.sin(math.pi * per_second * at))).count == 0


@pytest.mark.parametrize("held", [0.6, 1.2, 3.0])
def test_notes_that_are_sung_are_no_yawns(held: float) -> None:
    # A sung vowel is there at once, and closes again for the next syllable.
    def sing(at: float) -> float:
        return 0.2 if at % (held + 0.6) < held else 0.0

    assert watch(60, sing).count == 0


def test_notes_that_do_not_quite_close_the_mouth_are_no_yawns() -> None:
    assert watch(60, lambda at: 0.15 + 0.07 * math.sin(2 * math.pi * at / 1.6)).count == 0


def test_a_cry_of_surprise_is_no_yawn() -> None:
    assert watch(8, lambda at: 0.25 if 2 <= at < 5 else 0.0).count == 0


def test_a_mouth_that_hangs_open_is_no_yawn_for_ever() -> None:
    yawns = watch(60, yawn(2, 1.5, 60, 1.0))

    assert yawns.count <= 1
    assert yawns.yawned_at is None or yawns.yawned_at <= 2 + LONGEST_SECONDS + 1.5


def test_a_mouth_wide_open_without_a_laugh_may_be_a_yawn_before_it_is_one() -> None:
    yawns = watch(4.0, yawn(2, 1.0, 3.5, 0.6))

    assert yawns.may_be_yawning
    assert not watch(1.9, yawn(2, 1.0, 3.5, 0.6)).may_be_yawning
