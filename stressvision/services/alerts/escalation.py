"""Escalation of alerts that are not acknowledged in time: one message for each configured step."""

from stressvision.db.queries import alerts as rows
from stressvision.db.queries.alert_history import NewAlertStep, insert_step
from stressvision.db.queries.silences import find_silence
from stressvision.domain.alerts import ESCALATION_LIMIT, AlertStatus, AlertStep, compute_escalation_level
from stressvision.domain.notifications import NoticeKind
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import enqueue


def escalate_due(context: Context) -> tuple[int, ...]:
    """Escalate the alerts that have waited for the next configured step, and return their ids.

    Each step is taken once, however many processes run this. Alerts of silenced employees wait.
    """
    steps, now = context.settings.escalation_minutes, context.clock()
    if not steps:
        return ()
    with context.database.read() as connection:
        waiting = rows.select_unacknowledged(connection, now - ESCALATION_LIMIT)
    due = {row.id: compute_escalation_level(row.created_at, now, steps) for row in waiting}
    candidates = [row.id for row in waiting if due[row.id] > row.escalation_level]
    return tuple(alert_id for alert_id in candidates if _escalate(context, alert_id, due[alert_id]))


def _escalate(context: Context, alert_id: int, level: int) -> bool:
    with context.database.write() as connection:
        row = rows.select_alert(connection, alert_id)
        if row is None or row.status != AlertStatus.PENDING or row.escalation_level >= level:
            return False
        if find_silence(connection, context.clock(), employee_id=row.employee_id) is not None:
            return False
        rows.set_escalation_level(connection, alert_id, level)
        details = {"level": level}
        step = NewAlertStep(context.clock(), str(AlertStep.ESCALATED), alert_id, row.employee_id, details=details)
        insert_step(connection, step)
        record(connection, context, Actor(), "alert_escalated", "alert", alert_id, details)
        enqueue(connection, context, NoticeKind.ESCALATION, alert_id, level)
        return True
