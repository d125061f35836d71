"""Employees: list, read, create and change them. Every read of one person and every change is audited."""

from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from stressvision.core.clock import latest_credible
from stressvision.core.errors import Conflict, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.engine.snapshot_reads import SnapshotRead, read_alone
from stressvision.db.queries.detections.detections import DetectionFilter, select_detections
from stressvision.db.queries.detections.figures import count_emotions_of, fingerprint_of
from stressvision.db.queries.people import employees as rows
from stressvision.domain.auth import Role, sees_persons
from stressvision.domain.consent import ConsentMethod
from stressvision.domain.emotions import stress_percentage
from stressvision.services.audit import record, record_read, submit_read
from stressvision.services.context import Actor, Context
from stressvision.services.name_search import find_people
from stressvision.services.paging import next_cursor, write_name
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.enrolment import refuse_mixture, store_withdrawal
from stressvision.services.permitted import withhold_emotions
from stressvision.wire.backend import Employee, EmployeeList, EmployeeState, PeriodSummary, StoredDetection
from stressvision.wire.people import EmployeeChange, EmployeeNew

RECENT_LIMIT = 100
"""Recent detections in an employee's state, at most."""
LIST_LIMIT = 1000
"""Default number of employees on one page, and the most."""


@dataclass(frozen=True)
class EmployeePage:
    """Which part of the list is wanted: `after` the code of a cursor or, from 0, the `number` of a page."""

    limit: int = LIST_LIMIT
    after: str | None = None
    number: int = 0


EVERYBODY, FIRST_PAGE = rows.PeopleFilter(), EmployeePage()


def list_employees(
    context: Context, role: Role | None = None, wanted: rows.PeopleFilter = EVERYBODY, page: EmployeePage = FIRST_PAGE
) -> EmployeeList:
    """Return a page of employees by code, without any measurement.

    Args:
        context: Database, settings and clock.
        role: Of the reader. `last_seen` only for roles that may see persons: it is the time of the last detection.
        wanted: Which employees; `search` is looked for in names and codes.
        page: Which part of them.
    """
    limit = page.limit
    with context.database.read() as connection:
        if wanted.search.strip():
            wanted = replace(wanted, matching=find_people(connection, wanted.search))
        found = rows.select_employees(connection, wanted, limit + 1, page.after, skip=page.number * limit)
        total = rows.count_employees(connection, wanted)
        departments, shifts = rows.select_areas_and_shifts(connection, only_active=False)
    return EmployeeList(
        employees=[_to_employee(row, role) for row in found[:limit]],
        total=total,
        departments=tuple(departments),
        shifts=tuple(shifts),
        next_cursor=next_cursor(found, limit, lambda row: write_name(row.employee_code)),
    )


def read_employee(context: Context, employee_id: int, actor: Actor) -> Employee:
    """Return one employee; the read is audited. Raises NotFound."""
    with context.database.read() as connection:
        row = get_employee(connection, employee_id)
    record_read(context, actor, "read_employee", "employee", employee_id)
    return _to_employee(row, actor.role)


def read_employee_state(context: Context, employee_id: int, minutes: int, actor: Actor) -> EmployeeState:
    """Return the last `minutes` of one person: newest detection, up to 100 recent ones, a summary of all.

    The read is audited before it is returned. Raises NotFound.
    """
    state = find_employee_state(context, employee_id, minutes)
    submit_state_read(context, employee_id, minutes, actor).result()
    return state


def submit_state_read(context: Context, employee_id: int, minutes: int, actor: Actor) -> "Future[None]":
    """Submit the audit record of reading this person's state. The state may be returned only after it completes."""
    return submit_read(context, actor, "read_employee_state", "employee", employee_id, {"minutes": minutes})


def find_employee_state(context: Context, employee_id: int, minutes: int) -> EmployeeState:
    """Return what read_employee_state returns, for callers that audit the read themselves. Raises NotFound."""
    now = context.clock()
    since, until = now - timedelta(minutes=minutes), latest_credible(now)
    with context.database.read() as connection:
        get_employee(connection, employee_id)
        wanted = DetectionFilter(start=since, end=until, employee_id=employee_id, limit=RECENT_LIMIT)
        recent = [StoredDetection.model_validate(row) for row in select_detections(connection, wanted)]
        counts = count_emotions_of(connection, employee_id, since, until)
    total = sum(counts.values())
    emotion_counts = {emotion: count for emotion, count in counts.items() if emotion is not None}
    state = EmployeeState(
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
    return withhold_emotions(context, state)


def fingerprint_state(context: Context, employee_id: int, minutes: int) -> SnapshotRead[Hashable]:
    """Read a value that changes when find_employee_state would return something else (figures.fingerprint_of)."""
    now = context.clock()
    return read_alone(fingerprint_of(employee_id, now - timedelta(minutes=minutes), latest_credible(now)))


def create_employee(context: Context, new: EmployeeNew, actor: Actor) -> Employee:
    """Create an active employee without enrolment or consent.

    Raises:
        Conflict: The code is taken, or the database holds the demonstration's synthetic people.
    """
    now = context.clock()
    with context.database.write() as connection:
        refuse_mixture(rows.count_population(connection), is_demo=False)
        if rows.select_employee_by_code(connection, new.employee_code) is not None:
            raise Conflict(
                Message(
                    es=f"Ya existe un empleado con el código {new.employee_code}: use otro, o modifique aquel.",
                    en=f"An employee with code {new.employee_code} already exists: use another, or change that one.",
                ),
                field="employee_code",
            )
        employee_id = rows.insert_employee(connection, rows.NewEmployee(**new.model_dump(), created_at=now))
        record(connection, context, actor, "create_employee", "employee", employee_id)
        return _to_employee(get_employee(connection, employee_id), actor.role)


def change_employee(context: Context, employee_id: int, change: EmployeeChange, actor: Actor) -> Employee:
    """Change an employee's record; the names of the changed fields are audited, not their values. Raises NotFound."""
    wanted = change.model_dump(exclude_unset=True)
    return _update(context, employee_id, wanted, "change_employee", actor)


def set_active(context: Context, employee_id: int, actor: Actor, *, active: bool) -> Employee:
    """Activate or deactivate an employee; repeating it changes nothing. Raises NotFound.

    Inactive employees are not recognised, and detections of them are not stored.
    """
    action = "activate_employee" if active else "deactivate_employee"
    return _update(context, employee_id, {"is_active": active}, action, actor)


def _update(context: Context, employee_id: int, wanted: dict[str, Any], action: str, actor: Actor) -> Employee:
    with context.database.write() as connection:
        row = get_employee(connection, employee_id)
        current = rows.EmployeeDetails(row.full_name, row.department, row.shift, row.is_active)
        changed = {name: value for name, value in wanted.items() if getattr(current, name) != value}
        if changed:
            rows.update_details(connection, employee_id, replace(current, **changed), context.clock())
            record(connection, context, actor, action, "employee", employee_id, {"fields": sorted(changed)})
        return _to_employee(get_employee(connection, employee_id), actor.role)


def _to_employee(row: rows.EmployeeRow, role: Role | None) -> Employee:
    return limit_fields(Employee.model_validate(row), role)


def limit_fields(employee: Employee, role: Role | None) -> Employee:
    """Return the employee without the time of the last detection for roles that may not see measurements."""
    return employee if sees_persons(role) else employee.model_copy(update={"last_seen": None})


def get_employee(connection: Connection, employee_id: int) -> rows.EmployeeRow:
    """Return the row of an employee. Raises NotFound."""
    row = rows.select_employee(connection, employee_id)
    if row is None:
        raise NotFound(Message(es=f"No existe el empleado {employee_id}.", en=f"There is no employee {employee_id}."))
    return row


def withdraw_consent_of(context: Context, employee_id: int, actor: Actor, method: ConsentMethod) -> Employee:
    """Record the withdrawal of the employee with that id, of the text in force. Raises NotFound."""
    text = read_consent_text(context.settings)
    with context.database.write() as connection:
        get_employee(connection, employee_id)
        return store_withdrawal(connection, context, employee_id, text.sha256, actor, method)


def record_follower(context: Context, employee_id: int, actor: Actor) -> None:
    """Record that a client subscribes to the events of one person. Raises NotFound."""
    with context.database.write() as connection:
        get_employee(connection, employee_id)
        record(connection, context, actor, "follow_employee", "employee", employee_id)
