"""Escalation of alerts that are not acknowledged in time: to the same recipients step by step, and to others."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from stressvision.core.clock import MonotonicClock
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alerts as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step
from stressvision.db.queries.alerts.notifications import queued_targets_of
from stressvision.db.queries.alerts.silences import find_silence
from stressvision.db.queries.people.employees import select_standings
from stressvision.domain.alerts import ESCALATION_LIMIT, AlertStatus, AlertStep, compute_escalation_level
from stressvision.domain.consent import may_be_recognised
from stressvision.domain.notifications import NoticeKind
from stressvision.services import notice_routing
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import enqueue

MOST_WAITING = 500
"""Pending alerts considered at a time, the newest."""
TO_OTHERS = 0
"""Step of the messages to destinations that are notified only of alerts that wait; the configured ones begin at 1."""


class WaitingTimes:
    """How long alerts have waited, by the monotonic clock from when they were first seen.

    The stored time counts once, for what passed before that, and only where it is credible: neither in the future nor
    before ESCALATION_LIMIT. An alert cannot have been stored before one with a lower id.
    """

    def __init__(self, monotonic: MonotonicClock = time.monotonic) -> None:
        self._monotonic = monotonic
        self._first_seen: dict[int, float] = {}
        self._began: dict[int, float] = {}

    def measure(self, waiting: Sequence[rows.AlertRow], now: datetime) -> dict[int, timedelta]:
        """Return how long each alert has waited; `waiting`: in order of their ids. The others are forgotten."""
        ids = {row.id for row in waiting}
        self._first_seen = {key: at for key, at in self._first_seen.items() if key in ids}
        self._began = {key: at for key, at in self._began.items() if key in ids}
        waited, earliest = {}, datetime.min.replace(tzinfo=now.tzinfo)
        for row in waiting:
            if row.created_at <= now:
                earliest = max(earliest, row.created_at)
            waited[row.id] = self._measure_one(row.id, now - max(row.created_at, earliest))
        return waited

    def _measure_one(self, alert_id: int, by_wall: timedelta) -> timedelta:
        seconds = self._monotonic()
        first_seen = self._first_seen.setdefault(alert_id, seconds)
        if alert_id not in self._began:
            if timedelta() <= by_wall <= ESCALATION_LIMIT:
                self._began[alert_id] = seconds - by_wall.total_seconds()
            else:
                return timedelta(seconds=seconds - first_seen) if by_wall < timedelta() else by_wall
        return timedelta(seconds=seconds - self._began[alert_id])


def escalate_due(context: Context, times: WaitingTimes | None = None) -> tuple[int, ...]:
    """Escalate the alerts that have waited for a configured step or destination, and return their ids.

    Each step is taken once, and each destination notified once, however many processes run this. Alerts of silenced
    employees wait. `times`: kept by the caller between its calls; without it, only stored times count.
    """
    steps = context.settings.escalation_minutes
    if not steps and not notice_routing.escalates_to_others(context.settings):
        return ()
    with context.database.read() as connection:
        waiting = rows.select_newest_pending(connection, MOST_WAITING)
        waited = (times or WaitingTimes()).measure(waiting, context.clock())
        others = _find_others(connection, context, waiting, waited)
    level = {row.id: compute_escalation_level(waited[row.id], steps) for row in waiting}
    due = [row.id for row in waiting if level[row.id] > row.escalation_level or others.get(row.id)]
    return tuple(alert_id for alert_id in due if _escalate(context, alert_id, level[alert_id], waited))


def _find_others(
    connection: Connection, context: Context, alerts: Sequence[rows.AlertRow], waited: Mapping[int, timedelta]
) -> dict[int, set[str]]:
    """Return the targets of each alert that its waiting time makes due, and that are not notified yet."""
    due = notice_routing.find_next_targets(connection, context.settings, alerts, waited)
    queued = queued_targets_of(connection, NoticeKind.ESCALATION, TO_OTHERS, list(due))
    return {alert_id: targets - queued.get(alert_id, set()) for alert_id, targets in due.items()}


def _escalate(context: Context, alert_id: int, level: int, waited: Mapping[int, timedelta]) -> bool:
    with context.database.write() as connection:
        row = rows.select_alert(connection, alert_id)
        if row is None or row.status != AlertStatus.PENDING:
            return False
        if row.employee_id is not None:
            standing = select_standings(connection, [row.employee_id]).get(row.employee_id)
            if standing is None or not may_be_recognised(standing):
                return False
        if find_silence(connection, context.clock(), employee_id=row.employee_id) is not None:
            return False
        details: dict[str, object] = {}
        if level > row.escalation_level:
            rows.set_escalation_level(connection, alert_id, level)
            enqueue(connection, context, NoticeKind.ESCALATION, alert_id, level)
            details["level"] = level
        others = _find_others(connection, context, [row], waited).get(alert_id)
        if others:
            details["others"] = enqueue(connection, context, NoticeKind.ESCALATION, alert_id, TO_OTHERS, others)
        if not details:
            return False
        step = NewAlertStep(context.clock(), str(AlertStep.ESCALATED), alert_id, row.employee_id, details=details)
        insert_step(connection, step)
        record(connection, context, Actor(), "alert_escalated", "alert", alert_id, details)
        return True
