"""The alerts that a rule would have created from past detections."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from stressvision.domain.alerts import AlertRule


def find_alert_times(rule: AlertRule, expressions: Iterable[tuple[datetime, float]]) -> list[datetime]:
    """Return when the rule would have created alerts about one person.

    An approximation of the live rule that needs no decisions of the time: every alert counts as unresolved for the
    rule's quiet time, and as resolved afterwards. Two rules compared on the same detections are affected alike.

    Args:
        rule: The rule; its minimum share is not considered.
        expressions: Times and confidences of the detections that the rule counts, in order.
    """
    window: deque[tuple[datetime, float]] = deque()
    total = 0.0
    found: list[datetime] = []
    for at, confidence in expressions:
        window.append((at, confidence))
        total += confidence
        while window[0][0] <= at - rule.window:
            total -= window.popleft()[1]
        is_quiet = bool(found) and at - found[-1] <= max(rule.quiet, timedelta())
        if not is_quiet and len(window) >= rule.min_events and total / len(window) > rule.min_confidence:
            found.append(at)
            window.clear()
            total = 0.0
    return found
