"""Queries on alerts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, func, insert, not_, select, update

from stressvision.db.engine.prepared import PreparedStatement
from stressvision.db.queries.paging import older_than
from stressvision.db.schema.tables import alerts, employees
from stressvision.domain.alerts import PROLONGED_FATIGUE, PROLONGED_STRESS, AlertStatus, Subject
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
    about: Subject = Subject.PEOPLE,
) -> Sequence[Row[Any]]:
    """Newest first; `after`: the timestamp and id of the row that came before."""
    query = _filtered(_selection(), status, employee_id, about).order_by(_a.timestamp.desc(), _a.id.desc())
    if after is not None:
        query = query.where(older_than(_a.timestamp, _a.id, after))
    return connection.execute(query.limit(limit)).all()


def count_alerts(
    connection: Connection,
    status: AlertStatus | None,
    employee_id: int | None = None,
    about: Subject = Subject.PEOPLE,
) -> int:
    query = select(func.count()).select_from(alerts)
    return connection.execute(_filtered(query, status, employee_id, about)).scalar_one()


def _filtered(query: Select[Any], status: AlertStatus | None, employee_id: int | None, about: Subject) -> Select[Any]:
    if status is not None:
        query = query.where(_a.status == str(status))
    if about is not Subject.ALL:
        query = query.where(_a.device_id.is_(None) if about is Subject.PEOPLE else _a.device_id.is_not(None))
    return query if employee_id is None else query.where(_a.employee_id == employee_id)


def select_alert(connection: Connection, alert_id: int) -> Row[Any] | None:
    return connection.execute(_selection().where(_a.id == alert_id)).one_or_none()


def select_alerts_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in connection.execute(_selection().where(_a.id.in_(ids)))}


def insert_alert(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(alerts).values(values).returning(_a.id)).scalar_one()


def update_alert(connection: Connection, alert_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(alerts).where(_a.id == alert_id).values(values))


def _same_kind(alert_type: str) -> ColumnElement[bool]:
    """Fatigue is a kind of its own; whatever else is about a person, also of the earlier phases, is stress."""
    is_fatigue = func.coalesce(_a.alert_type, "") == PROLONGED_FATIGUE
    return is_fatigue if alert_type == PROLONGED_FATIGUE else not_(is_fatigue)


def _open(alert_type: str) -> Select[int]:
    return (
        select(_a.id)
        .where(
            _a.employee_id == bindparam("employee_id"),
            _a.timestamp > bindparam("since"),
            _a.status != str(AlertStatus.RESOLVED),
            _same_kind(alert_type),
        )
        .limit(1)
    )


def _last_resolution(alert_type: str) -> Select[datetime]:
    return select(func.max(func.coalesce(_a.resolved_at, _a.timestamp))).where(
        _a.employee_id == bindparam("employee_id"), _a.status == str(AlertStatus.RESOLVED), _same_kind(alert_type)
    )


_PERSONAL = (PROLONGED_STRESS, PROLONGED_FATIGUE)
_OPEN = {alert_type: PreparedStatement(_open(alert_type)) for alert_type in _PERSONAL}
_LAST_RESOLUTION = {alert_type: PreparedStatement(_last_resolution(alert_type)) for alert_type in _PERSONAL}


def has_open_alert(connection: Connection, employee_id: int, alert_type: str, since: datetime) -> bool:
    """Whether an unresolved alert of this person and kind dates from after `since`."""
    values = {"employee_id": employee_id, "since": since}
    return _OPEN[alert_type].answer(connection, values) is not None


def last_resolution(connection: Connection, employee_id: int, alert_type: str) -> datetime | None:
    """When this person's last resolved alert of this kind was resolved.

    Earlier phases did not keep it: then, when it arose.
    """
    return _LAST_RESOLUTION[alert_type].answer(connection, {"employee_id": employee_id})


def count_alerts_in(connection: Connection, window: Window) -> int:
    """Alerts of people; those of devices are no part of what a report tells."""
    query = select(func.count()).select_from(alerts)
    inside = (_a.timestamp >= window.start, _a.timestamp < window.end, _a.device_id.is_(None))
    return connection.execute(query.where(*inside)).scalar_one()


def select_unacknowledged(connection: Connection, since: datetime) -> Sequence[Row[Any]]:
    """Pending alerts of people, written after `since`, oldest first."""
    query = select(alerts).where(_a.status == str(AlertStatus.PENDING), _a.device_id.is_(None), _a.created_at > since)
    return connection.execute(query.order_by(_a.id)).all()


def select_latest_device_alerts(connection: Connection) -> Sequence[Row[Any]]:
    """The last alert of each device and type."""
    latest = select(func.max(_a.id)).where(_a.device_id.is_not(None)).group_by(_a.device_id, _a.alert_type)
    return connection.execute(select(alerts).where(_a.id.in_(latest)).order_by(_a.id)).all()
