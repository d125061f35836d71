"""The moments at which an open personal page asks for a self-report."""

from datetime import UTC, datetime, timedelta

from stressvision.domain.self_reports import Occasion, find_prompt

OPENED = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def test_page_asks_once_at_a_moment_that_its_draw_decides() -> None:
    moments = set()
    for draw in range(20):
        found = find_prompt(OPENED, draw, [], None, at(30))
        assert found is not None
        assert found.occasion is Occasion.RANDOM
        moments.add((found.at - OPENED).total_seconds() / 60)
        assert find_prompt(OPENED, draw, [], None, found.at - timedelta(seconds=1)) is None
        assert find_prompt(OPENED, draw, [], found.at + timedelta(seconds=1), at(30)) is None, "answered"
    assert moments == set(range(3, 23))


def test_page_asks_after_an_alert_and_not_at_once() -> None:
    draw = 19  # the random question comes after 22 minutes, the one after an alert after 2
    assert find_prompt(OPENED, draw, [at(1)], None, at(2)) is None
    found = find_prompt(OPENED, draw, [at(1)], None, at(4))
    assert found is not None
    assert (found.at, found.occasion) == (at(3), Occasion.AFTER_ALERT)


def test_question_of_an_alert_before_the_page_was_opened_is_not_made_up_for() -> None:
    assert find_prompt(OPENED, 19, [at(-20)], None, at(10)) is None
