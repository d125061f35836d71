import pytest

from stressvision.vision.geometry.eyes import Lids
from stressvision.vision.liveness import WINDOW_SECONDS, BlinkWatch

READING = 0.2
OPEN, JITTER = 0.25, 0.03


def watch_eyes(*eyes: float | None) -> tuple[BlinkWatch, float]:
    watch, at = BlinkWatch(), 0.0
    for aspect in eyes:
        watch.observe(at, None if aspect is None else Lids(aspect))
        at += READING
    return watch, at - READING


def stare(seconds: float) -> list[float]:
    """Open eyes, measured with the jitter of a photograph that is shaken."""
    return [OPEN + JITTER * (-1) ** number for number in range(round(seconds / READING) + 1)]


def test_a_photograph_is_one_after_half_a_minute_and_not_before() -> None:
    early, early_at = watch_eyes(*stare(WINDOW_SECONDS - 1))
    late, late_at = watch_eyes(*stare(WINDOW_SECONDS + 1))

    assert not early.never_blinks(early_at)
    assert late.never_blinks(late_at)


def test_a_single_blink_is_enough_for_as_long_as_it_is_remembered() -> None:
    blinking, at = watch_eyes(*stare(15), 0.09, *stare(16))
    forgotten, later = watch_eyes(*stare(15), 0.09, *stare(WINDOW_SECONDS + 1))

    assert not blinking.never_blinks(at)
    assert forgotten.never_blinks(later)


@pytest.mark.parametrize("eyes", [None, 0.07])
def test_eyes_that_cannot_be_seen_or_stay_closed_are_not_judged(eyes: float | None) -> None:
    watch, at = watch_eyes(*[eyes] * 200)

    assert not watch.never_blinks(at)


def test_a_blink_counts_for_as_long_as_is_asked() -> None:
    watch, at = watch_eyes(*stare(4), 0.09, *stare(3))

    assert watch.blinked(at, 4.0)
    assert not watch.blinked(at, 2.0)
    assert not BlinkWatch().blinked(0.0, 8.0)
