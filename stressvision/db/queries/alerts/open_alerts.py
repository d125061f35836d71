"""What the alert rule asks for before it creates an alert: an open one of the same kind, and the last resolution."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, not_, select

from stressvision.db.engine.prepared import PreparedStatement
from stressvision.db.queries.alerts.alerts import IS_FATIGUE
from stressvision.db.schema.tables import alerts
from stressvision.domain.alerts import PROLONGED_FATIGUE, PROLONGED_STRESS, AlertStatus

_a = alerts.c


def _same_kind(alert_type: str) -> ColumnElement[bool]:
    """Match fatigue, or every other alert of a person: all types of the earlier phases are stress."""
    return IS_FATIGUE if alert_type == PROLONGED_FATIGUE else not_(IS_FATIGUE)


def _open(alert_type: str) -> Select[int]:
    return (
        select(_a.id)
        .where(
            _a.employee_id == bindparam("employee_id"),
            _a.timestamp > bindparam("since"),
            _a.timestamp <= bindparam("until"),
            _a.status != str(AlertStatus.RESOLVED),
            _same_kind(alert_type),
        )
        .limit(1)
    )


def _last_resolution(alert_type: str) -> Select[datetime]:
    until = bindparam("until", type_=_a.timestamp.type)
    resolved = case((_a.resolved_at <= until, _a.resolved_at), (_a.timestamp <= until, _a.timestamp))
    return select(func.max(resolved, type_=_a.timestamp.type)).where(
        _a.employee_id == bindparam("employee_id"), _a.status == str(AlertStatus.RESOLVED), _same_kind(alert_type)
    )


_PERSONAL = (PROLONGED_STRESS, PROLONGED_FATIGUE)
_OPEN = {alert_type: PreparedStatement(_open(alert_type)) for alert_type in _PERSONAL}
_LAST_RESOLUTION = {alert_type: PreparedStatement(_last_resolution(alert_type)) for alert_type in _PERSONAL}


def has_open_alert(connection: Connection, employee_id: int, alert_type: str, since: datetime, until: datetime) -> bool:
    """Return whether the employee has an unresolved alert of this kind of a time over (since, until].

    A later one was stored under a wrong clock, and must not suppress others until then.
    """
    values = {"employee_id": employee_id, "since": since, "until": until}
    return _OPEN[alert_type].fetch_scalar(connection, values) is not None


def last_resolution(connection: Connection, employee_id: int, alert_type: str, until: datetime) -> datetime | None:
    """Return when the employee's last resolved alert of this kind was resolved, at `until` at the latest.

    For alerts without a credible time of resolution, as those of the earlier phases, it is the time of the alert.
    """
    return _LAST_RESOLUTION[alert_type].fetch_scalar(connection, {"employee_id": employee_id, "until": until})
