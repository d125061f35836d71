"""Lists of alerts: filters, order, pages and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, not_, or_, select

from stressvision.db.engine.expressions import older_than
from stressvision.db.queries.alerts.alerts import ALERT, IS_FATIGUE, JOINED, AlertRow, load_alerts
from stressvision.db.schema.tables import alerts, employees
from stressvision.domain.alerts import AlertKind, AlertOrder, AlertStatus, Severity, Subject

_a, _PERSON = alerts.c, employees.c


@dataclass(frozen=True)
class AlertFilter:
    """Which alerts a list has; the defaults exclude none of those `about` people.

    `start` inclusive, `end` exclusive. `department`, `shift`: of the employee today. `matching`:
    employees that a search found; `search`: the searched text, for devices.
    """

    statuses: Sequence[AlertStatus] = ()
    about: Subject = Subject.PEOPLE
    employee_id: int | None = None
    ids: Sequence[int] = ()
    start: datetime | None = None
    end: datetime | None = None
    department: str | None = None
    shift: str | None = None
    severity: Severity | None = None
    kind: AlertKind | None = None
    matching: Sequence[int] | None = None
    search: str = ""


_URGENCY = case({str(Severity.HIGH): 0, str(Severity.MEDIUM): 1, str(Severity.LOW): 2}, value=_a.severity, else_=3)


def select_alerts(
    connection: Connection,
    wanted: AlertFilter,
    limit: int,
    after: tuple[datetime, int] | None = None,
    *,
    order: AlertOrder = AlertOrder.NEWEST,
    skip: int = 0,
) -> list[AlertRow]:
    """Return a page of alerts. `after`: timestamp and id of the previous page's last row, the newest first."""
    query = ALERT.where(*_conditions(wanted))
    if order is AlertOrder.URGENT:
        query = query.order_by(_URGENCY, _a.timestamp, _a.id)
    else:
        query = query.order_by(_a.timestamp.desc(), _a.id.desc())
    if after is not None:
        query = query.where(older_than(_a.timestamp, _a.id, after))
    return load_alerts(connection, query.limit(limit).offset(skip))


def count_alerts(connection: Connection, wanted: AlertFilter) -> int:
    """Return the number of alerts that match."""
    needs_person = wanted.department is not None or wanted.shift is not None
    query = select(func.count()).select_from(JOINED if needs_person else alerts)
    return int(connection.execute(query.where(*_conditions(wanted))).scalar_one())


def _conditions(wanted: AlertFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(_a.status.in_([str(status) for status in wanted.statuses]))
    if wanted.about is not Subject.ALL:
        found.append(_a.device_id.is_(None) if wanted.about is Subject.PEOPLE else _a.device_id.is_not(None))
    for column, value in (
        (_a.employee_id, wanted.employee_id),
        (_PERSON.department, wanted.department),
        (_PERSON.shift, wanted.shift),
        (_a.severity, wanted.severity),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.ids:
        found.append(_a.id.in_(wanted.ids))
    if wanted.start is not None:
        found.append(_a.timestamp >= wanted.start)
    if wanted.end is not None:
        found.append(_a.timestamp < wanted.end)
    if wanted.kind is not None:
        found.append(IS_FATIGUE if wanted.kind is AlertKind.FATIGUE else not_(IS_FATIGUE))
    if wanted.matching is not None:
        device = func.lower(_a.device_id).contains(wanted.search.lower(), autoescape=True)
        found.append(or_(_a.employee_id.in_(wanted.matching), device))
    return found


def count_outcomes(connection: Connection, since: datetime) -> dict[str | None, int]:
    """Return how many employees' alerts resolved since then have each outcome; None: without one."""
    own = (_a.status == str(AlertStatus.RESOLVED), _a.device_id.is_(None), _a.resolved_at >= since)
    query = select(_a.outcome, func.count()).where(*own).group_by(_a.outcome)
    return {outcome: count for outcome, count in connection.execute(query)}
