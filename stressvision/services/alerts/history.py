"""The history of an alert, written in the transaction that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alert_history import insert_step
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
    _record(connection, {"alert_id": alert_id, "employee_id": employee_id}, step)


def record_silenced(connection: Connection, silence_id: int, employee_id: int | None, step: HistoryStep) -> None:
    """What was kept quiet has no alert: its history is that of the silence."""
    _record(connection, {"silence_id": silence_id, "employee_id": employee_id}, step)


def _record(connection: Connection, place: Mapping[str, object], step: HistoryStep) -> None:
    insert_step(
        connection,
        {
            **place,
            "timestamp": step.at,
            "kind": str(step.kind),
            "user_id": step.user_id,
            "notes": step.notes,
            "details": dict(step.details) if step.details else None,
        },
    )
