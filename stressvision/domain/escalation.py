"""Who is told when nobody acknowledges an alert."""

from collections.abc import Sequence
from datetime import datetime, timedelta

REACH = timedelta(days=1)
"""Alerts that have waited longer are left in the list: at the end of a long standstill nobody is flooded with them."""


def due_level(waiting_since: datetime, now: datetime, steps: Sequence[int]) -> int:
    """How many of `steps` (minutes without an acknowledgement, ascending) have passed; 0 where none has."""
    waited = now - waiting_since
    return sum(waited >= timedelta(minutes=minutes) for minutes in steps) if waited <= REACH else 0
