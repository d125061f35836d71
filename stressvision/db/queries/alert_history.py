"""Queries on the history of alerts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, literal, null, select

from stressvision.db.schema.tables import alert_events, alerts
from stressvision.domain.alerts import AlertStep

_e = alert_events.c


def insert_step(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(insert(alert_events).values(values))


def begin_histories(connection: Connection) -> None:
    """For alerts that came from elsewhere: what their own columns tell."""
    known = (
        (AlertStep.RAISED, alerts.c.timestamp, null(), null()),
        (AlertStep.ACKNOWLEDGED, alerts.c.acknowledged_at, alerts.c.acknowledged_by, null()),
        (AlertStep.RESOLVED, alerts.c.resolved_at, alerts.c.resolved_by, alerts.c.resolution_notes),
    )
    names = ["alert_id", "employee_id", "timestamp", "kind", "user_id", "notes"]
    for kind, at, user, notes in known:
        rows = select(alerts.c.id, alerts.c.employee_id, at, literal(str(kind)), user, notes).where(at.is_not(None))
        connection.execute(insert(alert_events).from_select(names, rows))


def select_steps(connection: Connection, alert_id: int) -> Sequence[Row[Any]]:
    """Oldest first."""
    return connection.execute(select(alert_events).where(_e.alert_id == alert_id).order_by(_e.id)).all()


def select_silenced(
    connection: Connection, silence_ids: Iterable[int], since: datetime | None = None
) -> Sequence[Row[Any]]:
    """What these silences kept quiet (after `since`), newest first."""
    query = select(alert_events).where(_e.silence_id.in_(silence_ids), _e.kind == str(AlertStep.SILENCED))
    if since is not None:
        query = query.where(_e.timestamp > since)
    return connection.execute(query.order_by(_e.id.desc())).all()
