"""Alerts of employees and of devices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, case, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.prepared import BoundQuery, PreparedQuery, read_count, read_value
from stressvision.db.engine.row_reader import Items, OneOf, ReadRow, RowReader, Tally, Within
from stressvision.db.schema.tables import alerts, employees
from stressvision.domain.alerts import PROLONGED_FATIGUE, AlertStatus, Outcome, Severity, compute_version
from stressvision.domain.evidence import compute_excess, compute_share
from stressvision.domain.reports import Window
from stressvision.wire.alerts import MinuteCount

_a = alerts.c
IS_FATIGUE: ColumnElement[bool] = func.coalesce(_a.alert_type, "") == PROLONGED_FATIGUE
"""Condition for alerts of fatigue; every other type of a person's alert is stress."""


@dataclass(frozen=True)
class AlertRow(ReadRow):
    """An alert with the name and code of its employee; those of a device's alert are None."""

    id: int
    timestamp: datetime
    employee_id: int | None
    alert_type: str | None
    severity: Annotated[str | None, OneOf(frozenset(Severity))]
    description: str | None
    status: Annotated[str, OneOf(frozenset(AlertStatus))]
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolution_notes: str | None
    created_at: datetime
    resolved_by: str | None
    resolved_at: datetime | None
    evidence_events: Annotated[int | None, Tally()]
    evidence_total: Annotated[int | None, Tally()]
    evidence_confidence: Annotated[float | None, Within(0, 1)]
    device_id: str | None
    evidence_start: datetime | None
    evidence_minutes: Annotated[list[dict[str, Any]] | None, Items(MinuteCount, strict=True)]
    usual_share: float | None
    usual_days: int | None
    error_chance: float | None
    escalation_level: int
    outcome: Annotated[str | None, OneOf(frozenset(Outcome))]
    stored_version: int
    employee_name: str | None
    employee_code: str | None
    department: str | None
    shift: str | None

    @property
    def known_status(self) -> AlertStatus:
        """The status; PENDING where the stored one is not valid."""
        return AlertStatus.PENDING if "status" in self.odd_fields else AlertStatus(self.status)

    @property
    def evidence_share(self) -> float | None:
        """How much of the time the expression was seen, in percent of the person's detections."""
        return compute_share(self.evidence_events, self.evidence_total)

    @property
    def above_usual(self) -> float | None:
        """Percentage points by which that exceeds the person's usual level."""
        return compute_excess(self.evidence_share, self.usual_share)

    @property
    def version(self) -> int:
        """The version that a decision may name."""
        return compute_version(self.known_status, self.stored_version)


_read_alert = RowReader(AlertRow)


@dataclass(frozen=True)
class AlertEvidence:
    """The columns of the evidence that is stored with an alert.

    `evidence_confidence`, `usual_share`, `error_chance`: 0-1. `evidence_minutes`: JSON objects of wire.MinuteCount.
    """

    evidence_events: int | None = None
    evidence_total: int | None = None
    evidence_confidence: float | None = None
    evidence_start: datetime | None = None
    evidence_minutes: list[dict[str, Any]] | None = None
    usual_share: float | None = None
    usual_days: int | None = None
    error_chance: float | None = None


@dataclass(frozen=True)
class NewAlert:
    """A pending alert of an employee or of a device."""

    timestamp: datetime
    alert_type: str
    severity: str
    description: str
    created_at: datetime
    employee_id: int | None = None
    device_id: str | None = None
    evidence: AlertEvidence = field(default_factory=AlertEvidence)


@dataclass(frozen=True)
class AlertDecisionMade:
    """A change of status. `user_id` None: the program itself. `notes` None: the stored notes stay."""

    status: AlertStatus
    at: datetime
    user_id: str | None = None
    notes: str | None = None
    outcome: Outcome | None = None


_PERSON = employees.c
JOINED = alerts.outerjoin(employees, _PERSON.id == _a.employee_id)
"""Alerts with their employee, if they have one."""
ALERT: Select[Any] = select(
    *columns_for(
        AlertRow,
        alerts,
        employee_name=_PERSON.full_name,
        employee_code=_PERSON.employee_code,
        department=_PERSON.department,
        shift=_PERSON.shift,
        stored_version=_a.version,
    )
).select_from(JOINED)


def load_alerts(connection: Connection, query: Select[Any]) -> list[AlertRow]:
    """Return the rows of a query that was made from ALERT."""
    return _read_alert.many(connection.execute(query))


def select_alert(connection: Connection, alert_id: int) -> AlertRow | None:
    """Return the alert, or None."""
    row = connection.execute(ALERT.where(_a.id == alert_id)).one_or_none()
    return _read_alert.one(row)


def select_alerts_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, AlertRow]:
    """Return the alerts that exist, by id."""
    return {row.id: row for row in load_alerts(connection, ALERT.where(_a.id.in_(ids)))}


def insert_alert(connection: Connection, alert: NewAlert) -> int:
    """Store a pending alert and return its id."""
    values = {name: value for name, value in vars(alert).items() if name != "evidence"}
    query = insert(alerts).values({**values, **vars(alert.evidence), "status": str(AlertStatus.PENDING)})
    return int(connection.execute(query.returning(_a.id)).scalar_one())


def record_decision(connection: Connection, alert_id: int, decision: AlertDecisionMade) -> None:
    """Set the alert's status with the user and the time of the decision (ACKNOWLEDGED or RESOLVED)."""
    verb = "acknowledged" if decision.status is AlertStatus.ACKNOWLEDGED else "resolved"
    values: dict[str, object] = {
        "status": str(decision.status),
        f"{verb}_by": decision.user_id,
        f"{verb}_at": decision.at,
    }
    if decision.notes is not None:
        values["resolution_notes"] = decision.notes
    if decision.outcome is not None:
        values["outcome"] = str(decision.outcome)
    connection.execute(update(alerts).where(_a.id == alert_id).values(values | {"version": _next_version()}))


def undo_decision(connection: Connection, alert_id: int, status: AlertStatus) -> None:
    """Return the alert to `status` (PENDING or ACKNOWLEDGED), without the decisions after it."""
    values: dict[str, object] = {"status": str(status), "resolved_by": None, "resolved_at": None, "outcome": None}
    values["resolution_notes"] = None
    if status is AlertStatus.PENDING:
        values |= {"acknowledged_by": None, "acknowledged_at": None}
    connection.execute(update(alerts).where(_a.id == alert_id).values(values | {"version": _next_version()}))


def _next_version() -> ColumnElement[int]:
    """Return the stored version, or that of a status which another program wrote, plus one."""
    of_status = case({str(status): compute_version(status) for status in AlertStatus}, value=_a.status, else_=0)
    return case((_a.version > of_status, _a.version), else_=of_status) + 1


def set_escalation_level(connection: Connection, alert_id: int, level: int) -> None:
    """Set up to which step the alert has been escalated."""
    connection.execute(update(alerts).where(_a.id == alert_id).values(escalation_level=level))


def count_alerts_in(connection: Connection, window: Window) -> int:
    """Return the number of employees' alerts in the window; devices' alerts are not part of a report."""
    query = select(func.count()).select_from(alerts)
    inside = (_a.timestamp >= window.start, _a.timestamp < window.end, _a.device_id.is_(None))
    return connection.execute(query.where(*inside)).scalar_one()


def select_newest_pending(connection: Connection, limit: int) -> list[AlertRow]:
    """Return the employees' pending alerts stored last, `limit` at most, in the order in which they were stored."""
    query = ALERT.where(_a.status == str(AlertStatus.PENDING), _a.device_id.is_(None))
    return load_alerts(connection, query.order_by(_a.id.desc()).limit(limit))[::-1]


_pending = (_a.status == str(AlertStatus.PENDING), _a.device_id.is_(None))
_NEWEST_PENDING = PreparedQuery(
    select(func.max(_a.id)).where(*_pending, _a.severity == bindparam("severity", type_=_a.severity.type))
)
_PENDING = PreparedQuery(select(func.count()).select_from(alerts).where(*_pending))


def find_newest_pending(severity: Severity) -> BoundQuery[int | None]:
    """Return the id of the employees' pending alert of this severity that was stored last, or None."""
    return _NEWEST_PENDING.bind(read_value, severity=str(severity))


def count_pending() -> BoundQuery[int]:
    """Count the employees' pending alerts."""
    return _PENDING.bind(read_count)


def select_latest_device_alerts(connection: Connection) -> list[AlertRow]:
    """Return the last alert of each device and type."""
    latest = select(func.max(_a.id)).where(_a.device_id.is_not(None)).group_by(_a.device_id, _a.alert_type)
    return load_alerts(connection, ALERT.where(_a.id.in_(latest)).order_by(_a.id))
