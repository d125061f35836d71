"""What makes a detection acceptable."""

from datetime import datetime, timedelta

FUTURE_TOLERANCE = timedelta(minutes=5)
"""A device whose clock is further ahead than this is refused: its detections would count in windows to come."""


def is_too_far_ahead(moment: datetime, now: datetime) -> bool:
    return moment > now + FUTURE_TOLERANCE
