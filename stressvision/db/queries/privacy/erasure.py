"""Deletion of every row of one employee; the tables are derived from the metadata, so that none is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    cast,
    delete,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from stressvision.db.engine.expressions import columns_for, json_has_key
from stressvision.db.engine.row_reader import Entries, RowReader, as_it_stands, as_text
from stressvision.db.schema.tables import employees, erasures, face_samples, metadata, reports
from stressvision.domain.erasure import Traces, forget_in_public, forget_person

REWRITTEN: Mapping[str, str] = {
    "reports_15min": "totals stay; the person's counts are merged into an anonymous entry",
}
"""Tables whose rows stay and whose content about the person is replaced."""

MEASURED = frozenset(
    {"detection_events", "detection_totals", "employee_day_counts", "employee_days", "employee_hours", "self_reports"}
)
"""Large tables that refer to a person by row number only, with no text about them: what deleted rows leave in
PostgreSQL's files names nobody, and is not worth locking the table."""

FREE_OF_PERSONS: Mapping[str, str] = {
    "access_tokens": "tokens of devices and accounts; an account is disabled by its own command",
    "accounts": "users of the system; disabled by their own command",
    "area_hours": "counts of an hour over the people of a department",
    "area_people": "number of people of a department in an hour",
    "audit_log": "append-only: refers to a person by a row number that has no row after the erasure",
    "camera_settings": "what each camera watches, and its pause",
    "changes": "row numbers of committed changes, for a day",
    "database_identity": "a random id of the database",
    "device_days": "counts of a day over all people of a camera",
    "device_hours": "counts of an hour over all people of a camera",
    "device_minutes": "minutes in which a camera was watching",
    "devices": "state of the cameras",
    "disk_samples": "free bytes of each day",
    "erasures": "certificates without the person's identity",
    "hour_counts": "counts of an hour over all people",
    "kiosks": "places where self-reports are typed",
    "job_marks": "when a job last noted the time",
    "login_failures": "failed logins, by hashes",
    "minute_counts": "counts of a minute over all people",
    "notifications": "which alert or report was sent to which address, by numbers; texts are not stored",
    "releases": "versions that have used the database",
    "report_progress": "up to which detection reports are complete",
    "repairs": "what the installation needs repaired, by kind",
    "reports_daily": "sums of a day over all persons",
    "rollup_progress": "up to which detection the roll-ups count",
    "sessions": "periods in which a camera was watching",
    "stale_days": "days with a due summary",
    "stored_settings": "settings changed in the console",
}
"""Tables without data of monitored persons, and why. A new table is listed here or refers to an employee."""

_WORDS = {
    *("acknowledged_by", "changed_by", "closed_by", "created_by", "ended_by", "erased_by", "paused_by", "recorded_by"),
    *("resolved_by", "user_id"),
    *("description", "detail", "details", "last_error", "location", "notes", "pause_reason", "purpose", "reason"),
    *("resolution_notes", "per_employee_summary", "public_figures"),
}
"""Columns of free text, which may contain a name. All other columns are written by programs and are not searched: a
person with the name of a device or a state must not change that name."""

Path = tuple[Table, ...]
RowKey = tuple[object, ...]
"""The values of a row's primary key."""


@dataclass(frozen=True)
class StoredFace:
    """The stored forms of a face: the text of the public column, and the bytes of each sample."""

    text: str | None
    samples: tuple[bytes, ...]


@dataclass(frozen=True)
class ReportMentionRow:
    """A report whose `per_employee_summary` contains the employee."""

    id: int
    start_timestamp: datetime
    end_timestamp: datetime
    kind: str
    per_employee_summary: Annotated[dict[str, dict[str, Any]], Entries(dict[str, Any])]


_read_report_mention = RowReader(ReportMentionRow)


def personal_tables() -> tuple[Table, ...]:
    """Return the tables with rows of one employee, children before parents; `employees` itself is the last."""
    others = (table for table in reversed(metadata.sorted_tables) if table is not employees)
    found = (table for table in others if table.name not in FREE_OF_PERSONS and _belongs(table, 0) is not None)
    return (*found, employees)


def rewritten_tables() -> tuple[str, ...]:
    """Return the names of the tables with names, faces and texts of persons: all but the MEASURED ones."""
    return (*(table.name for table in personal_tables() if table.name not in MEASURED), *REWRITTEN)


def owned_rows(table: Table, employee_id: int) -> Select[Any]:
    """Return the query for every row of the table that belongs to the employee."""
    return select(table).where(_owned(table, employee_id))


def delete_some(connection: Connection, table: Table, employee_id: int, limit: int) -> int:
    """Delete up to `limit` of the employee's rows, or all where rows have no key, and return their number."""
    owned, keys = _owned(table, employee_id), list(table.primary_key.columns)
    if keys:
        some = select(*keys).where(owned).limit(limit)
        owned = keys[0].in_(some) if len(keys) == 1 else tuple_(*keys).in_(some)
    return connection.execute(delete(table).where(owned)).rowcount


def select_face(connection: Connection, employee_id: int) -> StoredFace:
    """Return the employee's face as it is stored."""
    text = connection.execute(select(employees.c.face_embedding).where(employees.c.id == employee_id)).scalar_one()
    samples = connection.execute(select(face_samples.c.embedding).where(face_samples.c.employee_id == employee_id))
    stored = tuple(bytes(sample) for sample in samples.scalars())
    return StoredFace(None if text is None else as_text(text), stored)


def has_namesake(connection: Connection, employee_id: int, name: str) -> bool:
    """Return whether another employee has the same name."""
    query = select(employees.c.id).where(employees.c.full_name == name, employees.c.id != employee_id).limit(1)
    return connection.execute(query).first() is not None


def words_containing(connection: Connection, code: str, name: str) -> tuple[str, ...]:
    """Return other employees' codes and names that contain this code or name, as EMP0010 contains EMP001."""
    return tuple(
        word
        for column, own in ((employees.c.employee_code, code), (employees.c.full_name, name))
        for word in connection.execute(
            select(column).where(column.contains(own, autoescape=True), column != own)
        ).scalars()
    )


def reports_mentioning(connection: Connection, employee_id: int) -> list[ReportMentionRow]:
    """Return the reports that contain the employee, oldest first."""
    mentioned = json_has_key(reports.c.per_employee_summary, str(employee_id))
    query = select(*columns_for(ReportMentionRow, reports)).where(mentioned).order_by(reports.c.start_timestamp)
    return _read_report_mention.many(connection.execute(query))


def forget_in_report(connection: Connection, report_id: int, employee_id: int) -> None:
    """Remove the employee from a report, read in the same transaction because the reporter may have revised it."""
    query = select(reports.c.per_employee_summary, reports.c.public_figures).where(reports.c.id == report_id)
    row = connection.execute(query).one_or_none()
    if row is not None and isinstance(row.per_employee_summary, dict) and row.per_employee_summary:
        public = row.public_figures if isinstance(row.public_figures, dict) else None
        values = {
            "per_employee_summary": forget_person(row.per_employee_summary, employee_id),
            "public_figures": forget_in_public(public, employee_id),
        }
        connection.execute(update(reports).where(reports.c.id == report_id).values(values))


def written_tables() -> tuple[Table, ...]:
    """Return the tables with columns of free text, except the audit log: it is append-only and contains no names."""
    return tuple(table for table in metadata.sorted_tables if table.name != "audit_log" and _written_columns(table))


def find_traces(connection: Connection, table: Table, traces: Traces) -> list[RowKey]:
    """Return the keys of the rows of such a table that may contain the person's code or names."""
    wanted = or_(*(_mentions(column, traces) for column in _written_columns(table)))
    return [tuple(row) for row in connection.execute(select(*_keys(table)).where(wanted))]


def remove_traces(connection: Connection, table: Table, key: RowKey, traces: Traces) -> bool:
    """Replace the person's code and names in a row's free text; return whether it changed."""
    columns = _written_columns(table)
    itself = [column == value for column, value in zip(_keys(table), key, strict=True)]
    row = connection.execute(select(*columns).where(*itself)).first()
    if row is None:
        return False
    stored = {name: as_it_stands(value) for name, value in row._mapping.items()}
    cleaned = {name: traces.remove_within(value) for name, value in stored.items()}
    if cleaned == stored:
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
    """Store a certificate of erasure."""
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
    """Return the ids of the erased employees."""
    return tuple(connection.execute(select(erasures.c.subject_id).order_by(erasures.c.id)).scalars())


def _owned(table: Table, employee_id: int) -> ColumnElement[bool]:
    condition = _belongs(table, employee_id)
    assert condition is not None, table.name  # noqa: S101  callers pass tables of personal_tables() only
    return condition


def _belongs(table: Table, employee_id: int, above: Path = ()) -> ColumnElement[bool] | None:
    """Return the condition for the employee's rows: by their own column or by foreign keys. None: no path exists."""
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
    """Match a column that contains the code or a name.

    JSON is stored with accents escaped (\\u00e9): there the longest part of a name without accents is searched.
    """
    text = cast(column, Text)
    is_json = isinstance(column.type, JSON)
    names = (
        max(name.encode("ascii", "replace").decode().split("?"), key=len) if is_json else name for name in traces.names
    )
    return or_(*(text.icontains(part, autoescape=True) for part in (traces.code, *names) if part))
