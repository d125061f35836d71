"""Occasions of a self-report, and the moments at which an open personal page asks for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CODE_DIGITS = 6
_MINUTE = timedelta(minutes=1)
EARLIEST, SPREAD = 3, 20
"""Minutes from the opening of the page to the random question: 3 to 22."""
EARLIEST_AFTER_ALERT, SPREAD_AFTER_ALERT = 2, 9
"""Minutes from an alert to its question: 2 to 10, so that the moment does not state that there was one."""


class Occasion(StrEnum):
    """What led to a self-report: the person's own wish, a kiosk, a random question, or a question after an alert."""

    OWN = "own"
    KIOSK = "kiosk"
    RANDOM = "random"
    AFTER_ALERT = "after_alert"


@dataclass(frozen=True)
class Prompt:
    """A moment at which the page asks. The person learns the moment alone."""

    at: datetime
    occasion: Occasion


def find_prompt(
    opened_at: datetime, draw: int, alerts: Iterable[datetime], answered_at: datetime | None, now: datetime
) -> Prompt | None:
    """Return the last moment that has come and was not answered since, or None.

    Args:
        opened_at: When the page was opened.
        draw: Random number of this opening, 0 or more.
        alerts: When alerts about the person were created.
        answered_at: The last self-report.
        now: Current time.
    """
    prompts = [Prompt(opened_at + (EARLIEST + draw % SPREAD) * _MINUTE, Occasion.RANDOM)]
    delay = (EARLIEST_AFTER_ALERT + draw // SPREAD % SPREAD_AFTER_ALERT) * _MINUTE
    prompts += [Prompt(alert + delay, Occasion.AFTER_ALERT) for alert in alerts if alert + delay >= opened_at]
    due = [prompt for prompt in prompts if prompt.at <= now and (answered_at is None or prompt.at > answered_at)]
    return max(due, key=lambda prompt: prompt.at, default=None)
