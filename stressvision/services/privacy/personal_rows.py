"""Deletion of a person's rows: every row and mention, in small transactions, and the record of the erasure."""

from collections import Counter
from dataclasses import dataclass
from uuid import uuid4

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people.employees import EmployeeRow, block_employee
from stressvision.db.queries.privacy import erasure as rows
from stressvision.db.queries.privacy.erasure import REWRITTEN, StoredFace
from stressvision.db.schema.tables import employees
from stressvision.domain.erasure import Traces
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import get_employee
from stressvision.services.privacy.chunks import delete_in_chunks, write_in_chunks

LAST_CHUNK = 500
"""Rows deleted by one statement of the last transaction, which finds only those written meanwhile."""


@dataclass(frozen=True)
class ErasedPerson:
    """Number of deleted rows by table, and the traces to search for. Kept in memory only: it contains personal data."""

    certificate_id: str
    traces: Traces
    face: StoredFace
    row_counts: dict[str, int]


def delete_personal_rows(context: Context, employee_id: int, actor: Actor) -> ErasedPerson:
    """Delete or rewrite every row about the employee, and return what was deleted. Raises NotFound.

    Consent ends first, so that no new detections are stored. After an interruption, repeating it continues.
    """
    traces, face = _end_consent(context, employee_id)
    counts: Counter[str] = Counter()
    *tables, _ = rows.personal_tables()
    for table in tables:
        counts[table.name] += delete_in_chunks(
            context,
            lambda connection, limit, table=table: rows.delete_some(connection, table, employee_id, limit),  # type: ignore[misc]
        )
    counts["reports_15min"] = _remove_from_reports(context, employee_id)
    counts["texts"] = _remove_traces(context, traces)
    certificate_id = uuid4().hex
    with context.database.write() as connection:
        # Rows written meanwhile: notes, histories, consents. No reports: they contain detected people only.
        counts["texts"] += sum(
            rows.remove_traces(connection, table, key, traces)
            for table in rows.written_tables()
            if table.name not in REWRITTEN
            for key in rows.find_traces(connection, table, traces)
        )
        for table in tables:
            while deleted := rows.delete_some(connection, table, employee_id, LAST_CHUNK):
                counts[table.name] += deleted
        counts[employees.name] = rows.delete_some(connection, employees, employee_id, LAST_CHUNK)
        counted = {name: count for name, count in sorted(counts.items()) if count}
        now = context.clock()
        rows.insert_erasure(connection, certificate_id, employee_id, now, actor.user_id, counted)
        record(connection, context, actor, "erase", "employee", employee_id, {"certificate": certificate_id})
    context.sightings.forget()
    return ErasedPerson(certificate_id, traces, face, counted)


def _end_consent(context: Context, employee_id: int) -> tuple[Traces, StoredFace]:
    with context.database.write() as connection:
        person = get_employee(connection, employee_id)
        face = rows.select_face(connection, employee_id)
        block_employee(connection, employee_id)
        return _traces_of(connection, person), face


def _traces_of(connection: Connection, person: EmployeeRow) -> Traces:
    """Return the person's traces. A name shared with another employee identifies neither, and is kept."""
    is_shared = rows.has_namesake(connection, person.id, person.full_name)
    others = rows.words_containing(connection, person.employee_code, person.full_name)
    return Traces(person.employee_code, () if is_shared else (person.full_name,), others)


def _remove_from_reports(context: Context, employee_id: int) -> int:
    with context.database.read() as connection:
        mentioning = [row.id for row in rows.reports_mentioning(connection, employee_id)]

    def forget(connection: Connection, report_id: int) -> int:
        rows.forget_in_report(connection, report_id, employee_id)
        return 1

    return write_in_chunks(context, mentioning, forget)


def _remove_traces(context: Context, traces: Traces) -> int:
    """Remove the traces from all texts, and return the number of changed rows.

    The search runs in read transactions, beside the writers: a year of reports takes a second to read.
    """
    changed = 0
    for table in rows.written_tables():
        with context.database.read() as connection:
            found = rows.find_traces(connection, table, traces)
        changed += write_in_chunks(
            context,
            found,
            lambda connection, key, table=table: rows.remove_traces(connection, table, key, traces),  # type: ignore[misc]
        )
    return changed
