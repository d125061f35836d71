"""Deleting every row of one person, whatever tables there are: found from the metadata, so that none is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    Text,
    cast,
    delete,
    insert,
    or_,
    select,
    update,
)

from stressvision.db.schema.tables import employees, erasures, face_samples, metadata, reports
from stressvision.domain.erasure import Traces, forget_person

REWRITTEN: Mapping[str, str] = {
    "reports_15min": "totals stay, and the person's counts with them, under nobody's name",
}
"""Tables whose rows stay and whose content about a person is replaced."""

FREE_OF_PERSONS: Mapping[str, str] = {
    "access_tokens": "keys of devices and of accounts; an account is closed by its own command",
    "accounts": "who may log in; closed by its own command",
    "audit_log": "append-only: names a person by a row number that nothing resolves after the erasure",
    "changes": "row numbers of what was committed, for a day",
    "device_minutes": "when a camera watched",
    "devices": "how a camera is doing",
    "erasures": "what was erased, without whose it was",
    "login_failures": "attempts to log in",
    "notifications": "which alert or report was told to which address, by numbers; the words are not kept",
    "report_progress": "how far the reports are",
    "reports_daily": "sums of a day over everybody",
    "sessions": "when a camera watched",
    "stale_days": "days whose sums are due",
}
"""Tables that hold nothing of a monitored person, and why. A new table stands here or has a way to an employee."""

_WORDS = {
    *("acknowledged_by", "created_by", "ended_by", "erased_by", "recorded_by", "resolved_by", "user_id"),
    *("description", "detail", "details", "last_error", "location", "notes", "purpose", "reason", "resolution_notes"),
    "per_employee_summary",
}
"""Columns in which somebody may have written a name. Everything else is a machine's word: a person called as a device
or a state is called must not change what the device or the state is called."""

Path = tuple[Table, ...]


@dataclass(frozen=True)
class StoredFace:
    """The bytes a person's face is kept as: the public column's text, and each sample's floats."""

    text: str | None
    samples: tuple[bytes, ...]


def personal_tables() -> tuple[Table, ...]:
    """Those with rows that belong to one person, children before parents; `employees` itself comes last."""
    others = (table for table in reversed(metadata.sorted_tables) if table is not employees)
    found = (table for table in others if table.name not in FREE_OF_PERSONS and _belongs(table, 0) is not None)
    return (*found, employees)


def owned_rows(table: Table, employee_id: int) -> Select[Any]:
    """Every row of the table that belongs to the person."""
    return select(table).where(_owned(table, employee_id))


def delete_some(connection: Connection, table: Table, employee_id: int, limit: int) -> int:
    """Deletes up to `limit` of the person's rows, or all where the table's rows have no id of their own; how many."""
    owned = _owned(table, employee_id)
    if "id" in table.c:
        owned = table.c.id.in_(select(table.c.id).where(owned).limit(limit))
    return connection.execute(delete(table).where(owned)).rowcount


def select_face(connection: Connection, employee_id: int) -> StoredFace:
    text = connection.execute(select(employees.c.face_embedding).where(employees.c.id == employee_id)).scalar_one()
    samples = connection.execute(select(face_samples.c.embedding).where(face_samples.c.employee_id == employee_id))
    return StoredFace(text, tuple(bytes(sample) for sample in samples.scalars()))


def has_namesake(connection: Connection, employee_id: int, name: str) -> bool:
    query = select(employees.c.id).where(employees.c.full_name == name, employees.c.id != employee_id).limit(1)
    return connection.execute(query).first() is not None


def words_containing(connection: Connection, code: str, name: str) -> tuple[str, ...]:
    """Other employees' codes and names that have these within them, as EMP0010 has EMP001."""
    return tuple(
        word
        for column, own in ((employees.c.employee_code, code), (employees.c.full_name, name))
        for word in connection.execute(
            select(column).where(column.contains(own, autoescape=True), column != own)
        ).scalars()
    )


def reports_mentioning(
    connection: Connection, employee_id: int
) -> Sequence[Row[int, datetime, datetime, str, dict[str, Any]]]:
    """Oldest first, as (id, start_timestamp, end_timestamp, kind, per_employee_summary)."""
    columns = (reports.c.id, reports.c.start_timestamp, reports.c.end_timestamp, reports.c.kind)
    mentioned = reports.c.per_employee_summary[str(employee_id)].as_string().is_not(None)
    return connection.execute(
        select(*columns, reports.c.per_employee_summary).where(mentioned).order_by(reports.c.start_timestamp)
    ).all()


def forget_in_report(connection: Connection, report_id: int, employee_id: int) -> None:
    """Read anew in the transaction that writes: the reporter may have revised it meanwhile."""
    query = select(reports.c.per_employee_summary).where(reports.c.id == report_id)
    summary = connection.execute(query).scalar_one_or_none()
    if summary:
        values = {"per_employee_summary": forget_person(summary, employee_id)}
        connection.execute(update(reports).where(reports.c.id == report_id).values(values))


def written_tables() -> tuple[Table, ...]:
    """Those in which somebody may have written a name; the audit log is append-only, and names nobody."""
    return tuple(table for table in metadata.sorted_tables if table.name != "audit_log" and _written_columns(table))


def find_traces(connection: Connection, table: Table, traces: Traces) -> Sequence[Row[Any]]:
    """The keys of rows of such a table that may hold the person's code or names."""
    wanted = or_(*(_mentions(column, traces) for column in _written_columns(table)))
    return connection.execute(select(*_keys(table)).where(wanted)).all()


def remove_traces(connection: Connection, table: Table, key: Row[Any], traces: Traces) -> bool:
    """Replaces the person's code and names in whatever others wrote into a row; whether it changed."""
    columns = _written_columns(table)
    itself = [column == value for column, value in zip(_keys(table), key, strict=True)]
    row = connection.execute(select(*columns).where(*itself)).first()
    if row is None:
        return False
    cleaned = {name: traces.remove_within(value) for name, value in row._mapping.items()}
    if cleaned == dict(row._mapping):
        return False
    connection.execute(update(table).where(*itself).values(cleaned))
    return True


def insert_erasure(
    connection: Connection,
    certificate_id: str,
    employee_id: int,
    erased_at: datetime,
    erased_by: str | None,
    row_counts: Mapping[str, int],
) -> None:
    connection.execute(
        insert(erasures).values(
            certificate_id=certificate_id,
            subject_id=employee_id,
            erased_at=erased_at,
            erased_by=erased_by,
            row_counts=dict(row_counts),
        )
    )


def erased_subjects(connection: Connection) -> tuple[int, ...]:
    return tuple(connection.execute(select(erasures.c.subject_id).order_by(erasures.c.id)).scalars())


def _owned(table: Table, employee_id: int) -> ColumnElement[bool]:
    condition = _belongs(table, employee_id)
    assert condition is not None, table.name  # noqa: S101  only tables of personal_tables() come here
    return condition


def _belongs(table: Table, employee_id: int, above: Path = ()) -> ColumnElement[bool] | None:
    """What picks the person's rows: by their own column, or by what they refer to. None: nothing leads there."""
    if table is employees:
        return employees.c.id == employee_id
    conditions: list[ColumnElement[bool]] = []
    if "employee_id" in table.c:
        conditions.append(table.c.employee_id == employee_id)
    for key in table.foreign_keys:
        parent = key.column.table
        if parent in (employees, *above) or key.parent.name == "employee_id":
            continue
        further = _belongs(parent, employee_id, (*above, table))
        if further is not None:
            conditions.append(key.parent.in_(select(key.column).where(further)))
    return or_(*conditions) if conditions else None


def _written_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name in _WORDS]


def _keys(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns) or _written_columns(table)


def _mentions(column: Column[Any], traces: Traces) -> ColumnElement[bool]:
    """JSON is kept with accents escaped (\\u00e9), so a part of a name without any is looked for in it."""
    text = cast(column, Text)
    is_json = isinstance(column.type, JSON)
    names = (
        max(name.encode("ascii", "replace").decode().split("?"), key=len) if is_json else name for name in traces.names
    )
    return or_(*(text.icontains(part, autoescape=True) for part in (traces.code, *names) if part))
