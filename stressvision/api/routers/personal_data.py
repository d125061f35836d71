"""Endpoints of one person's data: export and erasure."""

from fastapi import APIRouter, Response

from stressvision.api.dependencies import ActorDep, ContextDep, NamedActorDep, RowId
from stressvision.api.documents import RESPONSES, DocumentDep
from stressvision.documents.own_data import build_own_data_document
from stressvision.services.privacy import erasure, own_data
from stressvision.wire.rights import ErasureCertificate, OwnData

router = APIRouter(prefix="/api/employees", tags=["employees"])


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
