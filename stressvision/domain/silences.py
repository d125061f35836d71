"""Silence: no alerts of one kind of subject until a moment that is known, for a reason that is written down."""

from datetime import datetime, timedelta

LONGEST_SILENCE = timedelta(days=30)
"""Whoever needs longer says so again: a silence nobody remembers is a blind spot."""


def is_acceptable_end(now: datetime, ends_at: datetime) -> bool:
    return now < ends_at <= now + LONGEST_SILENCE
