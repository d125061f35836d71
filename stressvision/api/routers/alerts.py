"""Endpoints of alerts."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from stressvision.api.dependencies import (
    ActorDep,
    ContextDep,
    Cursor,
    Date,
    EmployeeFilter,
    Id,
    PageNumber,
    RowId,
    UserId,
    Word,
)
from stressvision.core.clock import parse_moment
from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.domain.alerts import AlertKind, AlertOrder, AlertStatus, Severity, Subject
from stressvision.services.alerts import decisions, listing
from stressvision.services.alerts.listing import Page
from stressvision.services.paging import read_instant
from stressvision.wire.alerts import (
    AlertChanged,
    AlertDecision,
    AlertDetail,
    AlertList,
    AlertNote,
    OutcomeCounts,
    UndoRequest,
)
from stressvision.wire.values import Words

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

Decision = Annotated[AlertDecision | None, Body()]


class StatusFilter(StrEnum):
    """Value of the query parameter `status`. `open`: pending and acknowledged."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    OPEN = "open"
    ALL = "all"

    @property
    def statuses(self) -> tuple[AlertStatus, ...]:
        """The states of the alerts in the list; none: all."""
        if self is StatusFilter.ALL:
            return ()
        if self is StatusFilter.OPEN:
            return (AlertStatus.PENDING, AlertStatus.ACKNOWLEDGED)
        return (AlertStatus(self),)


def get_filter(
    status: StatusFilter = StatusFilter.PENDING,
    employee_id: EmployeeFilter = None,
    about: Annotated[Subject, Query(description="Alerts of people, of devices, or both.")] = Subject.PEOPLE,
    ids: Annotated[list[Id] | None, Query(alias="id", max_length=100, description="Only these alerts.")] = None,
    start_date: Date = None,
    end_date: Date = None,
    department: Word = None,
    shift: Word = None,
    severity: Severity | None = None,
    kind: AlertKind | None = None,
    search: Annotated[
        Words | None, Query(max_length=100, description="Words of a name, a code or a device id, without accents.")
    ] = None,
) -> AlertFilter:
    """Return which alerts a list has."""
    return AlertFilter(
        statuses=status.statuses,
        about=about,
        employee_id=employee_id,
        ids=ids or (),
        start=parse_moment(start_date, field="start_date") if start_date else None,
        end=parse_moment(end_date, field="end_date", is_end=True) if end_date else None,
        department=department,
        shift=shift,
        severity=severity,
        kind=kind,
        search=search or "",
    )


@router.get("")
def list_alerts(
    context: ContextDep,
    actor: ActorDep,
    wanted: Annotated[AlertFilter, Depends(get_filter)],
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    cursor: Cursor = None,
    order: Annotated[AlertOrder, Query(description="With `urgent`, use `page` instead of `cursor`.")] = (
        AlertOrder.NEWEST
    ),
    page: PageNumber = 0,
) -> AlertList:
    return listing.list_alerts(context, wanted, Page(limit, read_instant(cursor), page, order), actor)


@router.get("/outcomes")
def read_outcomes(
    context: ContextDep, days: Annotated[int, Query(ge=1, le=3660, description="Length of the period.")] = 90
) -> OutcomeCounts:
    return listing.read_outcomes(context, days)


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
    alert = decisions.resolve_alert(context, alert_id, author, body.notes, body.version, body.outcome)
    return AlertChanged(alert_id=alert_id, alert=alert)


@router.post("/{alert_id}/undo")
def undo_decision(
    context: ContextDep,
    actor: ActorDep,
    alert_id: RowId,
    request: Annotated[UndoRequest | None, Body()] = None,
    user_id: UserId = None,
) -> AlertChanged:
    body = request or UndoRequest()
    alert = decisions.undo_decision(context, alert_id, actor.claiming(body.user_id or user_id), body.version)
    return AlertChanged(alert_id=alert_id, alert=alert)


@router.post("/{alert_id}/notes")
def note_alert(
    context: ContextDep, actor: ActorDep, alert_id: RowId, note: AlertNote, user_id: UserId = None
) -> AlertDetail:
    return decisions.note_alert(context, alert_id, actor.claiming(note.user_id or user_id), note.notes)
