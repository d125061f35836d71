"""The history of alerts and of silences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import alert_events
from stressvision.domain.alerts import AlertStep

_e = alert_events.c


@dataclass(frozen=True)
class AlertStepRow(ReadRow):
    """One step of a history; a silenced alert has a `silence_id` and no `alert_id`."""

    id: int
    alert_id: int | None
    employee_id: int | None
    silence_id: int | None
    timestamp: datetime
    kind: str
    user_id: str | None
    notes: str | None
    details: Mapping[str, Any] | None


_read_alert_step = RowReader(AlertStepRow)


@dataclass(frozen=True)
class NewAlertStep:
    """A step of an alert's history or, with `silence_id`, of a silence's. `user_id` None: the program itself."""

    timestamp: datetime
    kind: str
    alert_id: int | None = None
    employee_id: int | None = None
    silence_id: int | None = None
    user_id: str | None = None
    notes: str | None = None
    details: Mapping[str, object] | None = None


_STEP = select(*columns_for(AlertStepRow, alert_events))


def insert_step(connection: Connection, step: NewAlertStep) -> None:
    """Store a step."""
    connection.execute(insert(alert_events).values(vars(step)))


def select_steps(connection: Connection, alert_id: int) -> list[AlertStepRow]:
    """Return the history of an alert, oldest first."""
    return _read_alert_step.many(connection.execute(_STEP.where(_e.alert_id == alert_id).order_by(_e.id)))


def select_silenced(
    connection: Connection, silence_ids: Iterable[int], since: datetime | None = None
) -> list[AlertStepRow]:
    """Return the alerts that these silences suppressed (after `since`), newest first."""
    query = _STEP.where(_e.silence_id.in_(silence_ids), _e.kind == str(AlertStep.SILENCED))
    if since is not None:
        query = query.where(_e.timestamp > since)
    return _read_alert_step.many(connection.execute(query.order_by(_e.id.desc())))
