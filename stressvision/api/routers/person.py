"""Endpoints of one person: figures over time, the time line of alerts, export and erasure of all data."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from stressvision.api.dependencies import ActorDep, ContextDep, NamedActorDep, RowId
from stressvision.api.documents import RESPONSES, DocumentDep
from stressvision.documents.own_data import build_own_data_document
from stressvision.domain.person_figures import MOST_HOURS, Unit
from stressvision.services.people import figures
from stressvision.services.privacy import erasure, own_data
from stressvision.wire.person import PersonEvents, PersonFigures
from stressvision.wire.rights import ErasureCertificate, OwnData

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


@router.get("/{employee_id}/data", response_model=OwnData, responses=RESPONSES)
def read_own_data(
    context: ContextDep, actor: ActorDep, document: DocumentDep, employee_id: RowId
) -> OwnData | Response:
    data = own_data.read_own_data(context, employee_id, actor)
    if document.is_json:
        return data
    return document.render(
        build_own_data_document(data, document.reader), f"stressvision_{data.employee.employee_code}"
    )


@router.delete("/{employee_id}/data")
def erase_person(context: ContextDep, actor: NamedActorDep, employee_id: RowId) -> ErasureCertificate:
    return erasure.erase_person(context, employee_id, actor)
