from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.deps import ActorDep, ContextDep, Cursor, RowId
from stressvision.services import employees
from stressvision.wire.backend import Employee, EmployeeList, EmployeeState
from stressvision.wire.pages import read_name

router = APIRouter(prefix="/api/employees", tags=["employees"])


@router.get("")
def list_employees(
    context: ContextDep,
    limit: Annotated[int, Query(ge=1, le=employees.LIST_LIMIT)] = employees.LIST_LIMIT,
    cursor: Cursor = None,
) -> EmployeeList:
    return employees.list_employees(context, limit, read_name(cursor))


@router.get("/{employee_id}")
def read_employee(context: ContextDep, actor: ActorDep, employee_id: RowId) -> Employee:
    return employees.read_employee(context, employee_id, actor)


@router.get("/{employee_id}/status")
def read_employee_state(
    context: ContextDep,
    actor: ActorDep,
    employee_id: RowId,
    minutes: Annotated[int, Query(ge=1, le=7 * 24 * 60)] = 15,
) -> EmployeeState:
    return employees.read_employee_state(context, employee_id, minutes, actor)
