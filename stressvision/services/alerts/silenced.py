"""What would have been an alert while somebody has asked for silence: written down, and nobody is disturbed."""

from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alert_history import select_silenced
from stressvision.db.queries.silences import find_silence
from stressvision.domain.alerts import AlertDraft, AlertRule, AlertStep
from stressvision.services.alerts.history import HistoryStep, record_silenced
from stressvision.services.context import Context


def record_if_silenced(
    connection: Connection, context: Context, rule: AlertRule, draft: AlertDraft, employee_id: int, at: datetime
) -> bool:
    """Whether a silence of this employee is in force; what it keeps quiet is told once in a while."""
    silence_id = find_silence(connection, context.clock(), employee_id=employee_id)
    if silence_id is None:
        return False
    _tell_once(connection, silence_id, employee_id, draft, at, max(rule.quiet, rule.window))
    return True


def keep_device_quiet(connection: Connection, context: Context, draft: AlertDraft, device_id: str) -> bool:
    """Whether a silence of this device is in force; what it keeps quiet is told once."""
    now = context.clock()
    silence_id = find_silence(connection, now, device_id=device_id)
    if silence_id is None:
        return False
    _tell_once(connection, silence_id, None, draft, now, None)
    return True


def _tell_once(
    connection: Connection,
    silence_id: int,
    employee_id: int | None,
    draft: AlertDraft,
    at: datetime,
    within: timedelta | None,
) -> None:
    told = select_silenced(connection, [silence_id], at - within if within is not None else None)
    if any(row.details and row.details["alert_type"] == draft.alert_type for row in told):
        return
    details = {"alert_type": draft.alert_type, "severity": str(draft.severity), "description": draft.description}
    record_silenced(connection, silence_id, employee_id, HistoryStep(AlertStep.SILENCED, at, details=details))
