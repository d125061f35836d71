"""The database of the earlier phases: its tables become ours, every row and every further column kept."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.engine import Row

from stressvision.core.clock import parse_moment, to_stored
from stressvision.core.errors import InvalidInput
from stressvision.db.engine.types import UtcMoment
from stressvision.db.queries.alert_history import begin_histories
from stressvision.db.queries.audit import chain_rows
from stressvision.db.queries.figures import recount_totals
from stressvision.db.schema.tables import (
    alerts,
    audit_log,
    create_tables,
    detection_events,
    employees,
    reports,
    sessions,
)
from stressvision.db.schema.triggers import create_triggers

CONVERTED: tuple[Table, ...] = (employees, sessions, detection_events, alerts, reports, audit_log)
SIGNATURE = frozenset({"employees", "detection_events", "sessions", "alerts"})
"""Tables whose presence, without a revision of ours, makes a file one of the earlier phases'."""

FACE_PICTURE = "thumbnail_base64"
"""The one column that is left behind (the backup has it): no picture of anybody is kept here."""

_COPY_ROWS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def convert_legacy(connection: Connection) -> None:
    """Within the caller's transaction: sets the old tables aside, creates ours, copies every row over.

    Times of any form become the stored one (without an offset they were written in UTC). The old face
    embeddings stay in `employees.face_embedding` but have no sample in `face_samples`, the only thing the
    gallery reads: those employees need enrolment. Foreign keys must be off.
    """
    present = set(inspect(connection).get_table_names())
    old = [table for table in CONVERTED if table.name in present]
    for table in old:
        _drop_indexes(connection, table.name)
        connection.execute(text(f'ALTER TABLE "{table.name}" RENAME TO "legacy_{table.name}"'))
    create_tables(connection)
    for table in old:
        _copy_table(connection, table)
        connection.execute(text(f'DROP TABLE "legacy_{table.name}"'))
    recount_totals(connection)
    begin_histories(connection)
    chain_rows(connection)
    create_triggers(connection)


def _drop_indexes(connection: Connection, table: str) -> None:
    for index in inspect(connection).get_indexes(table):
        connection.execute(text(f'DROP INDEX "{index["name"]}"'))


def _copy_table(connection: Connection, table: Table) -> None:
    old_columns = inspect(connection).get_columns(f"legacy_{table.name}")
    kept = [column["name"] for column in old_columns if column["name"] != FACE_PICTURE]
    for column in old_columns:
        if column["name"] in kept and column["name"] not in table.c:
            connection.execute(text(f'ALTER TABLE "{table.name}" ADD COLUMN "{column["name"]}" {column["type"]}'))
    names = ", ".join(f'"{name}"' for name in kept)
    values = ", ".join(f":{name}" for name in kept)
    rows = connection.execute(text(f'SELECT {names} FROM "legacy_{table.name}" ORDER BY id'))  # noqa: S608
    insert = text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})')  # noqa: S608
    while batch := rows.fetchmany(_COPY_ROWS):
        connection.execute(insert, [_converted(table, row) for row in batch])


def _converted(table: Table, row: Row[tuple[object, ...]]) -> dict[str, object]:
    values = dict(row._mapping)
    for column in table.c:
        if not isinstance(column.type, UtcMoment) or column.name not in values:
            continue
        moment = _stored_moment(values[column.name])
        if moment is None and not column.nullable:
            moment = _stored_moment(values.get("created_at")) or _EPOCH
        values[column.name] = to_stored(moment) if moment else None
    return values


def _stored_moment(value: object) -> datetime | None:
    try:
        return parse_moment(str(value)) if value is not None else None
    except InvalidInput:
        return None
