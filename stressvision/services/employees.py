"""Looking at employees. Every look at one person is written down."""

from datetime import timedelta
from typing import Any

from stressvision.db import employees as rows
from stressvision.db.connection import Connection
from stressvision.db.detections import DetectionFilter, count_emotions, select_detections
from stressvision.domain.emotions import stress_percentage
from stressvision.errors import Message, NotFound
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.wire.backend import Employee, EmployeeList, EmployeeState, PeriodSummary, StoredDetection
from stressvision.wire.pages import next_cursor, write_name

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
    with context.database.write() as connection:
        row = _existing(connection, employee_id)
        record(connection, context, actor, "read_employee", "employee", employee_id)
    return Employee.model_validate(row)


def read_employee_state(context: Context, employee_id: int, minutes: int, actor: Actor) -> EmployeeState:
    """The last `minutes` of one person: newest detection, up to 100 recent ones, a summary of all. Raises NotFound."""
    since = context.clock() - timedelta(minutes=minutes)
    with context.database.write() as connection:
        _existing(connection, employee_id)
        record(connection, context, actor, "read_employee_state", "employee", employee_id, {"minutes": minutes})
    with context.database.read() as connection:
        wanted = DetectionFilter(start=since, employee_id=employee_id, limit=RECENT_LIMIT)
        recent = [StoredDetection.model_validate(row) for row in select_detections(connection, wanted)]
        counts = count_emotions(connection, since, employee_id)
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


def _existing(connection: Connection, employee_id: int) -> Any:
    row = rows.select_employee(connection, employee_id)
    if row is None:
        raise NotFound(Message(es=f"No existe el empleado {employee_id}.", en=f"There is no employee {employee_id}."))
    return row
