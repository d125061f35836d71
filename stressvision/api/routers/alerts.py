"""Endpoints of alerts."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Query

from stressvision.api.dependencies import ActorDep, ContextDep, Cursor, EmployeeFilter, RowId, UserId
from stressvision.domain.alerts import AlertStatus, Subject
from stressvision.services.alerts import decisions
from stressvision.services.paging import read_instant
from stressvision.wire.alerts import AlertChanged, AlertDecision, AlertDetail, AlertList, AlertNote

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

Decision = Annotated[AlertDecision | None, Body()]


class StatusFilter(StrEnum):
    """Value of the query parameter `status`."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    ALL = "all"


@router.get("")
def list_alerts(
    context: ContextDep,
    actor: ActorDep,
    status: StatusFilter = StatusFilter.PENDING,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    employee_id: EmployeeFilter = None,
    cursor: Cursor = None,
    about: Annotated[Subject, Query(description="Alerts of people, of devices, or both.")] = Subject.PEOPLE,
) -> AlertList:
    status_wanted = None if status is StatusFilter.ALL else AlertStatus(status)
    return decisions.list_alerts(context, status_wanted, limit, employee_id, actor, read_instant(cursor), about)


@router.get("/{alert_id}")
def read_alert(context: ContextDep, actor: ActorDep, alert_id: RowId) -> AlertDetail:
    return decisions.read_alert(context, alert_id, actor)


@router.post("/{alert_id}/acknowledge")
def acknowledge_alert(
    context: ContextDep, actor: ActorDep, alert_id: RowId, decision: Decision = None, user_id: UserId = None
) -> AlertChanged:
    body = decision or AlertDecision()
    author = actor.claiming(body.user_id or user_id)
    alert = decisions.acknowledge_alert(context, alert_id, author, body.notes, body.version)
    return AlertChanged(alert_id=alert_id, alert=alert)


@router.post("/{alert_id}/resolve")
def resolve_alert(
    context: ContextDep, actor: ActorDep, alert_id: RowId, decision: Decision = None, user_id: UserId = None
) -> AlertChanged:
    body = decision or AlertDecision()
    author = actor.claiming(body.user_id or user_id)
    alert = decisions.resolve_alert(context, alert_id, author, body.notes, body.version)
    return AlertChanged(alert_id=alert_id, alert=alert)


@router.post("/{alert_id}/notes")
def note_alert(
    context: ContextDep, actor: ActorDep, alert_id: RowId, note: AlertNote, user_id: UserId = None
) -> AlertDetail:
    return decisions.note_alert(context, alert_id, actor.claiming(note.user_id or user_id), note.notes)
