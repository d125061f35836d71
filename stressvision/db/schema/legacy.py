"""Conversion of an earlier phase's database: its tables are replaced, every row and every further column is kept."""

from datetime import UTC, datetime

from sqlalchemy import Connection, Table, inspect, text
from sqlalchemy.engine import Row

from stressvision.core.clock import parse_moment, to_stored
from stressvision.core.errors import InvalidInput
from stressvision.core.names import clean_name
from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.backfill import chain_audit_rows, insert_alert_histories, recount_totals
from stressvision.db.schema.rollups import recount_rollups
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
"""Tables that identify an earlier phase's database, if it has no Alembic revision."""

FACE_PICTURE = "thumbnail_base64"
"""The only column that is not copied (the backup has it): no pictures of persons are stored here."""

_COPY_ROWS = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def convert_legacy(connection: Connection) -> None:
    """Rename the old tables, create the current ones and copy every row, within the caller's transaction.

    Times of any form are converted to the stored one (without an offset they were written in UTC). The old face
    embeddings stay in `employees.face_embedding` but get no sample in `face_samples`, the only table that the
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
    insert_alert_histories(connection)
    chain_audit_rows(connection)
    create_triggers(connection)
    recount_rollups(connection)


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
        connection.execute(insert, [_convert_row(table, row) for row in batch])


def _convert_row(table: Table, row: Row[tuple[object, ...]]) -> dict[str, object]:
    values = dict(row._mapping)
    for column in table.c:
        if not isinstance(column.type, UtcMoment) or column.name not in values:
            continue
        moment = _parse_moment(values[column.name])
        if moment is None and not column.nullable:
            moment = _parse_moment(values.get("created_at")) or _EPOCH
        values[column.name] = to_stored(moment) if moment else None
    for name in ("full_name", "department", "shift"):
        value = values.get(name)
        if table is employees and isinstance(value, str):
            values[name] = clean_name(value) or value
    return values


def _parse_moment(value: object) -> datetime | None:
    try:
        return parse_moment(str(value)) if value is not None else None
    except InvalidInput:
        return None
