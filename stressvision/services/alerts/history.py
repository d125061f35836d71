"""The history of an alert, written in the transaction that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alert_history import NewAlertStep, insert_step
from stressvision.domain.alerts import AlertStep


@dataclass(frozen=True)
class HistoryStep:
    """`user_id` None: the program itself."""

    kind: AlertStep
    at: datetime
    user_id: str | None = None
    notes: str | None = None
    details: Mapping[str, object] | None = None


def record_step(connection: Connection, alert_id: int, employee_id: int | None, step: HistoryStep) -> None:
    insert_step(connection, _to_row(step, employee_id, alert_id=alert_id))


def record_silenced(connection: Connection, silence_id: int, employee_id: int | None, step: HistoryStep) -> None:
    """What was kept quiet has no alert: its history is that of the silence."""
    insert_step(connection, _to_row(step, employee_id, silence_id=silence_id))


def _to_row(
    step: HistoryStep, employee_id: int | None, *, alert_id: int | None = None, silence_id: int | None = None
) -> NewAlertStep:
    return NewAlertStep(
        timestamp=step.at,
        kind=str(step.kind),
        alert_id=alert_id,
        employee_id=employee_id,
        silence_id=silence_id,
        user_id=step.user_id,
        notes=step.notes,
        details=dict(step.details) if step.details else None,
    )
