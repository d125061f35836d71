"""Move of a database from an SQLite file to PostgreSQL, copied and compared row by row in one transaction."""

from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, CursorResult, Table, delete, func, insert, select, text

from stressvision.core.errors import Conflict, DatabaseUnavailable, Message
from stressvision.db.engine.connection import Database
from stressvision.db.schema.tables import metadata

_CHUNK = 1000


def copy_database(source: Database, target: Database) -> int:
    """Copy every row of all tables and return their number; the source cannot be written to meanwhile.

    Both have the current schema. The target is rolled back unless each of its rows equals the source's. Raises
    Conflict where the target already contains rows, DatabaseUnavailable where a copied row differs.
    """
    with source.write() as reader, target.write() as writer:
        _refuse_rows(writer)
        copied = 0
        for table in metadata.sorted_tables:
            _set_triggers(writer, table, enabled=False)
            for chunk in _stream(reader, table).partitions(_CHUNK):
                writer.execute(insert(table), [dict(row._mapping) for row in chunk])
            copied += _compare(reader, writer, table)
            _set_triggers(writer, table, enabled=True)
            _continue_ids(writer, table)
        return copied


_OF_EVERY_DATABASE = frozenset({"database_identity", "releases"})
"""Tables that a new database has rows in; those of the source replace them."""


def _refuse_rows(target: Connection) -> None:
    for name in _OF_EVERY_DATABASE:
        target.execute(delete(metadata.tables[name]))
    for table in metadata.sorted_tables:
        if target.execute(select(table).limit(1)).first() is not None:
            raise Conflict(
                Message(
                    es=f"La base de destino ya tiene datos (tabla {table.name}): no se copió nada. Use una vacía.",
                    en=f"The target database already contains data (table {table.name}): nothing was copied. "
                    "Use an empty one.",
                )
            )


def _stream(connection: Connection, table: Table) -> CursorResult[Any]:
    query = select(table).order_by(*table.primary_key.columns)
    return connection.execute(query, execution_options={"yield_per": _CHUNK})


def _compare(source: Connection, target: Connection, table: Table) -> int:
    count = 0
    with _stream(source, table) as expected_rows, _stream(target, table) as arrived_rows:
        for expected, arrived in zip_longest(expected_rows, arrived_rows):
            if expected is None or arrived is None or tuple(expected) != tuple(arrived):
                raise DatabaseUnavailable(
                    Message(
                        es=f"Una fila de {table.name} no llegó igual: el destino queda como estaba y el archivo no "
                        "cambió.",
                        en=f"A copied row of {table.name} differs: the target is as it was, the file is unchanged.",
                    )
                )
            count += 1
    return count


def _set_triggers(target: Connection, table: Table, *, enabled: bool) -> None:
    """Disable or enable triggers: the rows that they write (feed, totals) are copied like all others."""
    action = "ENABLE" if enabled else "DISABLE"
    target.execute(text(f'ALTER TABLE "{table.name}" {action} TRIGGER USER'))


def _continue_ids(target: Connection, table: Table) -> None:
    """Set the sequence, so that the next row gets the id after the last one copied."""
    if table.c.keys()[0] != "id":
        return
    last = target.execute(select(func.max(table.c.id))).scalar_one()
    if last is not None:
        target.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)"), {"table": table.name, "last": last}
        )
