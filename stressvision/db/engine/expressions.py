"""SQL expressions shared by queries: columns of a row class, positions of a page, times truncated to a unit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, Text, and_, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from stressvision.db.engine.row_reader import row_fields
from stressvision.db.engine.types import UtcMoment

_KEPT = {"hour": (13, ":00:00.000"), "minute": (16, ":00.000")}
"""Length of the prefix of a stored time that is kept, and the text that follows it."""


def columns_for(row_class: type[Any], table: Table, **computed: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Return one column for each field of a row dataclass, in the order of its fields.

    Each is the table's column of that name, or the expression passed in `computed`. Rows of the query are then loaded
    with a RowReader of the class. Raises KeyError for a field without a column.
    """
    return [computed[name].label(name) if name in computed else table.c[name] for name in row_fields(row_class)]


def json_has_key(column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    """Return the condition for rows whose JSON object has the key; false for what is not JSON."""
    return _JsonEntry(column, literal(key)).is_not(None)


class _JsonEntry(FunctionElement[str]):
    """An entry of a JSON column as text; NULL for what is not JSON, at which SQLite ends the whole query."""

    type = Text()
    inherit_cache = True


@compiles(_JsonEntry, "sqlite")
def _json_entry_sqlite(element: _JsonEntry, compiler: SQLCompiler, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(CASE WHEN json_valid({column}) THEN json_extract({column}, '$.\"' || {key} || '\"') END)"


@compiles(_JsonEntry, "postgresql")
def _json_entry_postgresql(element: _JsonEntry, compiler: SQLCompiler, **options: Any) -> str:
    column, key = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} ->> {key})"


def older_than(moment: Column[Any], row_id: Column[int], position: tuple[datetime, int]) -> ColumnElement[bool]:
    """Return the condition for rows after `position` (time and id of the last row) in a list sorted newest first.

    The stored time of that row counts, if it still exists: an impossible one is read as another. It is not written as
    a comparison of tuples, so that both databases use the index on the time.
    """
    at, last_id = position
    last = moment.table.alias()
    stored = select(last.c[moment.name]).where(last.c[row_id.name] == last_id).scalar_subquery()
    reached = func.coalesce(stored, literal(at, moment.type))
    return and_(moment <= reached, or_(moment < reached, row_id < last_id))


class _Truncated(FunctionElement[datetime]):
    type = UtcMoment()
    inherit_cache = True
    unit: str


class hour_start(_Truncated):  # noqa: N801  a SQL function is named as SQL names it
    """The beginning of the UTC hour that contains a time."""

    name = unit = "hour"
    inherit_cache = True


class minute_start(_Truncated):  # noqa: N801
    """The beginning of the minute that contains a time."""

    name = unit = "minute"
    inherit_cache = True


@compiles(_Truncated, "sqlite")
def _truncate_sqlite(element: _Truncated, compiler: SQLCompiler, **options: Any) -> str:
    length, rest = _KEPT[element.unit]
    return f"(substr({compiler.process(element.clauses, **options)}, 1, {length}) || '{rest}')"


@compiles(_Truncated, "postgresql")
def _truncate_postgresql(element: _Truncated, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_trunc('{element.unit}', {compiler.process(element.clauses, **options)}, 'UTC')"
