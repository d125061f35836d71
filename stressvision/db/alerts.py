"""Queries on alerts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from stressvision.db.paging import older_than
from stressvision.db.tables import alerts, employees
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.reports import Window

_a = alerts.c


def _selection() -> Select[Any]:
    return select(
        alerts, employees.c.full_name.label("employee_name"), employees.c.employee_code.label("employee_code")
    ).outerjoin(employees, employees.c.id == _a.employee_id)


def select_alerts(
    connection: Connection,
    status: AlertStatus | None,
    employee_id: int | None,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> Sequence[Row[Any]]:
    """Newest first; `after`: the timestamp and id of the row that came before."""
    query = _filtered(_selection(), status, employee_id).order_by(_a.timestamp.desc(), _a.id.desc())
    if after is not None:
        query = query.where(older_than(_a.timestamp, _a.id, after))
    return connection.execute(query.limit(limit)).all()


def count_alerts(connection: Connection, status: AlertStatus | None, employee_id: int | None = None) -> int:
    return connection.execute(_filtered(select(func.count()).select_from(alerts), status, employee_id)).scalar_one()


def _filtered(query: Select[Any], status: AlertStatus | None, employee_id: int | None) -> Select[Any]:
    if status is not None:
        query = query.where(_a.status == str(status))
    return query if employee_id is None else query.where(_a.employee_id == employee_id)


def select_alert(connection: Connection, alert_id: int) -> Row[Any] | None:
    return connection.execute(_selection().where(_a.id == alert_id)).one_or_none()


def select_alerts_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in connection.execute(_selection().where(_a.id.in_(ids)))}


def insert_alert(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(alerts).values(values).returning(_a.id)).scalar_one()


def update_alert(connection: Connection, alert_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(alerts).where(_a.id == alert_id).values(values))


_OPEN = (
    select(_a.id)
    .where(
        _a.employee_id == bindparam("employee_id"),
        _a.timestamp > bindparam("since"),
        _a.status != str(AlertStatus.RESOLVED),
    )
    .limit(1)
)
_LAST_RESOLUTION = select(func.max(func.coalesce(_a.resolved_at, _a.timestamp))).where(
    _a.employee_id == bindparam("employee_id"), _a.status == str(AlertStatus.RESOLVED)
)


def has_open_alert(connection: Connection, employee_id: int, since: datetime) -> bool:
    """Whether an unresolved alert of this person dates from after `since`."""
    return connection.execute(_OPEN, {"employee_id": employee_id, "since": since}).first() is not None


def last_resolution(connection: Connection, employee_id: int) -> datetime | None:
    """When this person's last resolved alert was resolved (earlier phases did not keep it: then, when it arose)."""
    resolved: datetime | None = connection.execute(_LAST_RESOLUTION, {"employee_id": employee_id}).scalar_one()
    return resolved


def count_alerts_in(connection: Connection, window: Window) -> int:
    query = select(func.count()).select_from(alerts)
    return connection.execute(query.where(_a.timestamp >= window.start, _a.timestamp < window.end)).scalar_one()
