"""Looking at employees, and keeping who they are. Every look at one person, and every change, is written down."""

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from stressvision.core.errors import Conflict, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import employees as rows
from stressvision.db.queries.detections import DetectionFilter, select_detections
from stressvision.db.queries.figures import count_emotions_of
from stressvision.domain.emotions import stress_percentage
from stressvision.services.audit import record, record_read, submit_read
from stressvision.services.context import Actor, Context
from stressvision.services.paging import next_cursor, write_name
from stressvision.services.people.enrolment import refuse_mixture
from stressvision.wire.backend import Employee, EmployeeList, EmployeeState, PeriodSummary, StoredDetection
from stressvision.wire.people import EmployeeChange, EmployeeNew

RECENT_LIMIT = 100
LIST_LIMIT = 1000
"""Employees of one page, unless fewer are asked for."""


def list_employees(context: Context, limit: int = LIST_LIMIT, after: str | None = None) -> EmployeeList:
    """By code, without any measurement; `after` goes on behind that code."""
    with context.database.read() as connection:
        found = rows.select_employees(connection, limit + 1, after)
        total = rows.count_employees(connection)
    return EmployeeList(
        employees=[Employee.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_name(row.employee_code)),
    )


def read_employee(context: Context, employee_id: int, actor: Actor) -> Employee:
    """Raises NotFound."""
    with context.database.read() as connection:
        row = existing_employee(connection, employee_id)
    record_read(context, actor, "read_employee", "employee", employee_id)
    return Employee.model_validate(row)


def read_employee_state(context: Context, employee_id: int, minutes: int, actor: Actor) -> EmployeeState:
    """The last `minutes` of one person: newest detection, up to 100 recent ones, a summary of all. Raises NotFound."""
    state = find_employee_state(context, employee_id, minutes)
    submit_state_read(context, employee_id, minutes, actor).result()
    return state


def submit_state_read(context: Context, employee_id: int, minutes: int, actor: Actor) -> "Future[None]":
    """Has it written down that somebody looks at this person's state: nothing may be shown before it is."""
    return submit_read(context, actor, "read_employee_state", "employee", employee_id, {"minutes": minutes})


def find_employee_state(context: Context, employee_id: int, minutes: int) -> EmployeeState:
    """As read_employee_state, for who has it written down that it was looked at. Raises NotFound."""
    since = context.clock() - timedelta(minutes=minutes)
    with context.database.read() as connection:
        existing_employee(connection, employee_id)
        wanted = DetectionFilter(start=since, employee_id=employee_id, limit=RECENT_LIMIT)
        recent = [StoredDetection.model_validate(row) for row in select_detections(connection, wanted)]
        counts = count_emotions_of(connection, employee_id, since)
    total = sum(counts.values())
    emotion_counts = {emotion: count for emotion, count in counts.items() if emotion is not None}
    return EmployeeState(
        employee_id=employee_id,
        live_status=recent[0] if recent else None,
        recent_detections=recent,
        summary=PeriodSummary(
            total_detections=total,
            emotion_counts=emotion_counts,
            stress_percentage=stress_percentage(emotion_counts, total),
            period_minutes=minutes,
        ),
    )


def create_employee(context: Context, new: EmployeeNew, actor: Actor) -> Employee:
    """Active, and neither enrolled nor consenting yet. Raises Conflict (the code is taken; a demonstration)."""
    now = context.clock()
    with context.database.write() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=False)
        if rows.select_employee_by_code(connection, new.employee_code) is not None:
            raise Conflict(
                Message(
                    es=f"Ya existe un empleado con el código {new.employee_code}: use otro, o modifique aquel.",
                    en=f"There is an employee with code {new.employee_code} already: use another, or change that one.",
                ),
                field="employee_code",
            )
        employee_id = rows.insert_employee(connection, {**new.model_dump(), "created_at": now, "updated_at": now})
        record(connection, context, actor, "create_employee", "employee", employee_id)
        return Employee.model_validate(rows.select_employee(connection, employee_id))


def change_employee(context: Context, employee_id: int, change: EmployeeChange, actor: Actor) -> Employee:
    """Which fields changed is audited, not what they held. Raises NotFound."""
    wanted = change.model_dump(exclude_unset=True)
    return _update(context, employee_id, wanted, "change_employee", actor)


def set_active(context: Context, employee_id: int, actor: Actor, *, active: bool) -> Employee:
    """Somebody inactive is neither recognised nor stored; repeating it changes nothing. Raises NotFound."""
    action = "activate_employee" if active else "deactivate_employee"
    return _update(context, employee_id, {"is_active": active}, action, actor)


def _update(context: Context, employee_id: int, wanted: Mapping[str, object], action: str, actor: Actor) -> Employee:
    with context.database.write() as connection:
        row = existing_employee(connection, employee_id)
        changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if changed:
            rows.update_employee(connection, employee_id, {**changed, "updated_at": context.clock()})
            record(connection, context, actor, action, "employee", employee_id, {"fields": sorted(changed)})
        return Employee.model_validate(rows.select_employee(connection, employee_id))


def existing_employee(connection: Connection, employee_id: int) -> Any:
    """The row of select_employee. Raises NotFound."""
    row = rows.select_employee(connection, employee_id)
    if row is None:
        raise NotFound(Message(es=f"No existe el empleado {employee_id}.", en=f"There is no employee {employee_id}."))
    return row
