"""Writing an alert's history, in the transaction that changes the alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alert_history import insert_step
from stressvision.domain.alerts import AlertStep


@dataclass(frozen=True)
class HistoryStep:
    """One step of a history. `user_id` None: taken by the program itself."""

    kind: AlertStep
    at: datetime
    user_id: str | None = None
    notes: str | None = None
    details: Mapping[str, object] | None = None


def record_step(
    connection: Connection,
    alert_id: int | None,
    employee_id: int | None,
    step: HistoryStep,
    *,
    silence_id: int | None = None,
) -> None:
    """Add a step to the history of an alert, or of the silence that suppressed one (`alert_id` None)."""
    insert_step(
        connection,
        {
            "alert_id": alert_id,
            "silence_id": silence_id,
            "employee_id": employee_id,
            "timestamp": step.at,
            "kind": str(step.kind),
            "user_id": step.user_id,
            "notes": step.notes,
            "details": dict(step.details) if step.details else None,
        },
    )
