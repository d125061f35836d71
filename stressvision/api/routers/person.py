"""Endpoints of one person's figures over time and of the time line of their alerts."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep, RowId
from stressvision.domain.person_figures import MOST_HOURS, Unit
from stressvision.services.people import figures
from stressvision.wire.person import PersonEvents, PersonFigures

router = APIRouter(prefix="/api/employees", tags=["employees"])


@router.get("/{employee_id}/figures")
def read_person_figures(
    context: ContextDep,
    actor: ActorDep,
    employee_id: RowId,
    by: Annotated[Unit, Query(description="Length of one point.")] = Unit.HOUR,
    hours: Annotated[int, Query(ge=1, le=max(MOST_HOURS.values()))] = 24,
) -> PersonFigures:
    return figures.read_person_figures(context, employee_id, by, hours, actor)


@router.get("/{employee_id}/timeline")
def read_person_events(
    context: ContextDep, actor: ActorDep, employee_id: RowId, days: Annotated[int, Query(ge=1, le=366)] = 14
) -> PersonEvents:
    return figures.read_person_events(context, employee_id, days, actor)
