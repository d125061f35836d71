"""Endpoints of employees: list, change, enrol, current state."""

import re
from collections.abc import Hashable, Mapping
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from stressvision.api.backend import BackendState
from stressvision.api.dependencies import (
    ActorDep,
    BackendDep,
    ContextDep,
    Cursor,
    Id,
    LanguageDep,
    NamedActorDep,
    PageNumber,
    RowId,
    Word,
    get_actor,
    get_backend,
)
from stressvision.api.direct_routes import DirectEndpoint
from stressvision.api.enrolment_form import EnrolmentFormDep, StillsDep, describe_form, describe_stills
from stressvision.api.etags import compute_etag, respond
from stressvision.db.queries.people.employees import PeopleFilter
from stressvision.domain.consent import ConsentMethod, EmployeeStatus
from stressvision.services.context import Actor
from stressvision.services.paging import read_name
from stressvision.services.people import consent_text, employees
from stressvision.services.people.measurement import measure_stills
from stressvision.services.people.stills import enrol_from_stills, judge_pictures
from stressvision.wire.backend import Employee, EmployeeList, EmployeeState
from stressvision.wire.people import (
    ConsentText,
    EmployeeChange,
    EmployeeNew,
    EnrolmentResult,
    StillsJudged,
    WithdrawalRequest,
)
from stressvision.wire.values import Words

STATE_MINUTES = 15
"""Default period of a person's state."""
FINGERPRINT_MINUTES = 60
"""The longest period whose fingerprint costs less than the state itself."""
router = APIRouter(prefix="/api/employees", tags=["employees"])
enrolment_router = APIRouter(prefix="/api/enrolment", tags=["employees"])


@enrolment_router.get("/consent")
def read_consent_text(context: ContextDep) -> ConsentText:
    return consent_text.read_consent_text(context.settings)


@enrolment_router.post("/stills", openapi_extra=describe_stills())
def judge_stills(language: LanguageDep, stills: StillsDep) -> StillsJudged:
    return judge_pictures(stills, measure_stills, language)


def get_filter(
    ids: Annotated[list[Id] | None, Query(alias="id", max_length=100, description="Only these employees.")] = None,
    code: Annotated[Words | None, Query(max_length=80, description="Only the employee with this code.")] = None,
    department: Word = None,
    shift: Word = None,
    status: EmployeeStatus | None = None,
    search: Annotated[Words | None, Query(max_length=100, description="Words of a name or code, without accents.")] = (
        None
    ),
) -> PeopleFilter:
    """Return which employees a list has."""
    return PeopleFilter(
        ids=ids or (), code=code, department=department, shift=shift, status=status, search=search or ""
    )


@router.get("", response_model=EmployeeList)
async def list_employees(
    backend: BackendDep,
    actor: ActorDep,
    wanted: Annotated[PeopleFilter, Depends(get_filter)],
    limit: Annotated[int, Query(ge=1, le=employees.LIST_LIMIT)] = employees.LIST_LIMIT,
    cursor: Cursor = None,
    page: PageNumber = 0,
) -> Response:
    part = employees.EmployeePage(limit, read_name(cursor), page)
    read = partial(employees.list_employees, backend.context, actor.role, wanted, part)
    found = await backend.short.run(("employees", limit, actor.role, bool(wanted.search)), read)
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("", status_code=201)
def create_employee(context: ContextDep, actor: NamedActorDep, new: EmployeeNew) -> Employee:
    return employees.create_employee(context, new, actor)


@router.get("/{employee_id}")
def read_employee(context: ContextDep, actor: ActorDep, employee_id: RowId) -> Employee:
    return employees.read_employee(context, employee_id, actor)


@router.patch("/{employee_id}")
def change_employee(context: ContextDep, actor: NamedActorDep, employee_id: RowId, change: EmployeeChange) -> Employee:
    return employees.change_employee(context, employee_id, change, actor)


@router.post("/{employee_id}/activate")
def activate_employee(context: ContextDep, actor: NamedActorDep, employee_id: RowId) -> Employee:
    return employees.set_active(context, employee_id, actor, active=True)


@router.post("/{employee_id}/deactivate")
def deactivate_employee(context: ContextDep, actor: NamedActorDep, employee_id: RowId) -> Employee:
    return employees.set_active(context, employee_id, actor, active=False)


@router.post("/{employee_id}/enrolment", openapi_extra=describe_form())
def enrol_employee(
    context: ContextDep, actor: NamedActorDep, language: LanguageDep, employee_id: RowId, form: EnrolmentFormDep
) -> EnrolmentResult:
    return enrol_from_stills(context, employee_id, form.stills, form.statement, measure_stills, actor, language)


@router.post("/{employee_id}/withdraw")
def withdraw_consent(
    context: ContextDep, actor: NamedActorDep, employee_id: RowId, request: WithdrawalRequest
) -> Employee:
    method = ConsentMethod(request.method)
    return employees.limit_fields(employees.withdraw_consent_of(context, employee_id, actor, method), actor.role)


@router.get("/{employee_id}/status", response_model=EmployeeState)
async def read_employee_state(
    request: Request,
    backend: BackendDep,
    actor: ActorDep,
    employee_id: RowId,
    minutes: Annotated[int, Query(ge=1, le=7 * 24 * 60)] = STATE_MINUTES,
) -> Response:
    return await _respond_state(request, backend, actor, employee_id, minutes)


async def _respond_state(
    request: Request, backend: BackendState, actor: Actor, employee_id: int, minutes: int
) -> Response:
    async def compute() -> tuple[bytes, str]:
        find = partial(employees.find_employee_state, backend.context, employee_id, minutes)
        state = await backend.short.run(("state", employee_id, minutes), find)
        body = state.model_dump_json().encode()
        return body, compute_etag(body)

    async def mark() -> Hashable:
        read = employees.fingerprint_state(backend.context, employee_id, minutes)
        return await backend.reads.fetch("fingerprint", read)

    body, etag = await backend.response_cache.get_or_compute(
        ("state", employee_id, minutes), compute, mark if minutes <= FINGERPRINT_MINUTES else None
    )
    await backend.completions.wait(employees.submit_state_read(backend.context, employee_id, minutes, actor))
    return respond(body, etag, request.headers.get("if-none-match"))


async def _respond_state_directly(request: Request, values: Mapping[str, str]) -> Response:
    backend, actor = await get_backend(request), await get_actor(request)
    minutes = int(values["minutes"] or STATE_MINUTES)
    return await _respond_state(request, backend, actor, int(values["employee_id"]), minutes)


STATE = DirectEndpoint(
    "GET",
    re.compile(r"/api/employees/(?P<employee_id>[1-9][0-9]{0,17})/status"),
    re.compile(r"(?:minutes=(?P<minutes>[1-9][0-9]{0,3}))?"),
    "read_employee_state",
    _respond_state_directly,
)
