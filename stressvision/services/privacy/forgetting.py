"""Taking a person out of the database: every row in small transactions, every mention, and the account of it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import erasure as rows
from stressvision.db.queries.employees import EmployeeRow, block_employee
from stressvision.db.queries.erasure import REWRITTEN, StoredFace
from stressvision.db.schema.tables import employees
from stressvision.domain.erasure import Traces
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import existing_employee

CHUNK = 500
"""Rows deleted in one transaction: some milliseconds, so that ingest hardly waits."""


@dataclass(frozen=True)
class Forgotten:
    """What was removed, and what to look for afterwards. Lives in memory only: it holds the person's data."""

    certificate_id: str
    traces: Traces
    face: StoredFace
    row_counts: dict[str, int]


def forget_person(context: Context, employee_id: int, actor: Actor) -> Forgotten:
    """Deletes or rewrites every row about the employee. Raises NotFound.

    First consent ends, so that nothing new arrives. Killed halfway it is done again from where it was.
    """
    traces, face = _end_consent(context, employee_id)
    counts: Counter[str] = Counter()
    *tables, _ = rows.personal_tables()
    for table in tables:
        while deleted := _delete_some(context, table, employee_id):
            counts[table.name] += deleted
    counts["reports_15min"] = _forget_in_reports(context, employee_id)
    counts["texts"] = _remove_traces(context, traces)
    certificate_id = uuid4().hex
    with context.database.write() as connection:
        # What was written between: a note, an alert's history, a consent. No report: whom it names it saw.
        counts["texts"] += sum(
            rows.remove_traces(connection, table, key, traces)
            for table in rows.written_tables()
            if table.name not in REWRITTEN
            for key in rows.find_traces(connection, table, traces)
        )
        for table in tables:
            while deleted := rows.delete_some(connection, table, employee_id, CHUNK):
                counts[table.name] += deleted
        counts[employees.name] = rows.delete_some(connection, employees, employee_id, CHUNK)
        counted = {name: count for name, count in sorted(counts.items()) if count}
        now = context.clock()
        rows.insert_erasure(connection, certificate_id, employee_id, now, actor.user_id, counted)
        record(connection, context, actor, "erase", "employee", employee_id, {"certificate": certificate_id})
    context.sightings.forget()
    return Forgotten(certificate_id, traces, face, counted)


def _end_consent(context: Context, employee_id: int) -> tuple[Traces, StoredFace]:
    with context.database.write() as connection:
        person = existing_employee(connection, employee_id)
        face = rows.select_face(connection, employee_id)
        block_employee(connection, employee_id)
        return _traces_of(connection, person), face


def _traces_of(connection: Connection, person: EmployeeRow) -> Traces:
    """A name that somebody else has too gives nobody away, and is theirs to keep."""
    is_shared = rows.has_namesake(connection, person.id, person.full_name)
    others = rows.words_containing(connection, person.employee_code, person.full_name)
    return Traces(person.employee_code, () if is_shared else (person.full_name,), others)


def _delete_some(context: Context, table: Any, employee_id: int) -> int:
    with context.database.write() as connection:
        return rows.delete_some(connection, table, employee_id, CHUNK)


def _forget_in_reports(context: Context, employee_id: int) -> int:
    with context.database.read() as connection:
        mentioning = [row.id for row in rows.reports_mentioning(connection, employee_id)]
    for report_id in mentioning:
        with context.database.write() as connection:
            rows.forget_in_report(connection, report_id, employee_id)
    return len(mentioning)


def _remove_traces(context: Context, traces: Traces) -> int:
    """Looked for beside the writers: a year of reports takes a second to read. How many rows changed."""
    changed = 0
    for table in rows.written_tables():
        with context.database.read() as connection:
            found = rows.find_traces(connection, table, traces)
        for key in found:
            with context.database.write() as connection:
                changed += rows.remove_traces(connection, table, key, traces)
    return changed
