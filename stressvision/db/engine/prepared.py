"""Statements of the busiest path, compiled once and passed to SQLite's driver as text.

SQLAlchemy spends on each execution several times what SQLite spends on a row: the look-up of an open alert takes 7.6 µs
through this module and 26 µs through Connection.execute, the overview's six queries 0.2 ms and 1.9 ms, most of it to
build them. Only statements that run for every stored detection, or for the figures after each one, use it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic_core import to_json
from sqlalchemy import JSON, Column, CompoundSelect, Connection, Dialect, Select, Table
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import TypeEngine

from stressvision.db.engine.connection import sqlite_driver
from stressvision.db.engine.driver_errors import wrap_driver_error

T = TypeVar("T")
Converter = Callable[[Any], Any]


Rows = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


@dataclass(frozen=True)
class _Text:
    """A compiled statement.

    `parameters`: for each question mark the parameter's name and the converter to SQLite's value. `literals`: values
    that the statement itself contains. `results`: the converters of the returned columns.
    """

    sql: str
    parameters: tuple[tuple[str, Converter | None], ...]
    literals: Mapping[str, Any]
    results: tuple[Converter | None, ...]

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return the driver's rows. Raises sqlalchemy's DBAPIError."""
        bound = {**self.literals, **values}
        row = [bound[name] if convert is None else convert(bound[name]) for name, convert in self.parameters]
        driver: Any = connection.connection.dbapi_connection
        try:
            found: Sequence[Sequence[Any]] = driver.execute(self.sql, row).fetchall()
        except sqlite_driver().Error as error:
            raise wrap_driver_error(self.sql, error, connection.dialect) from error
        return found


class PreparedStatement(Generic[T]):
    """A statement that returns one value at most, for any database; fast on SQLite.

    It cannot contain `in_`, whose list SQLAlchemy expands at each execution.
    """

    def __init__(self, statement: ReturningInsert[T] | Select[T]) -> None:
        self._statement = statement
        self._text: _Text | None = None

    def fetch_scalar(self, connection: Connection, values: Mapping[str, Any]) -> T | None:
        """Return the value; None where there is no row, or NULL in it. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).scalar_one_or_none()
        text = self._text = self._text or _compile(self._statement, connection.dialect)
        found = text.execute(connection, values)
        if not found:
            return None
        (convert,) = text.results
        value: T | None = found[0][0] if convert is None else convert(found[0][0])
        return value


class PreparedQuery:
    """A query for rows; otherwise as PreparedStatement."""

    def __init__(self, query: Rows) -> None:
        self._query = query
        self._text: _Text | None = None

    def fetch_all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return the rows. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._query, values).all()
        text = self._text = self._text or _compile(self._query, connection.dialect)
        found = text.execute(connection, values)
        converted = [(place, convert) for place, convert in enumerate(text.results) if convert is not None]
        if not converted:
            return found
        rows = [list(row) for row in found]
        for place, convert in converted:
            for row in rows:
                row[place] = convert(row[place])
        return rows


def _compile(statement: ReturningInsert[Any] | Rows, dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  SQLAlchemy's annotations do not state it
    converters = {name: _find_converter(bind.type, dialect) for name, bind in compiled.binds.items()}
    required = {name for name, bind in compiled.binds.items() if bind.required}
    results = (column.type.dialect_impl(dialect) for column in statement.exported_columns)
    return _Text(
        str(compiled),
        tuple((name, converters.get(name)) for name in compiled.positiontup or ()),
        {name: value for name, value in compiled.params.items() if name not in required},
        tuple(kind.result_processor(dialect, None) for kind in results),
    )


class PreparedInsert:
    """Insertion of many rows into a table of SQLite whose ids AUTOINCREMENT gives."""

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        """`names`: of the columns, in the order of the rows' values."""
        places = ", ".join("?" * len(names))
        self._sql = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"  # noqa: S608  constant names
        self._columns = tuple(table.c[name] for name in names)
        self._converters: tuple[tuple[int, Converter], ...] | None = None

    def insert(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> list[int]:
        """Insert the rows and return their ids, which follow one another: a transaction is the only writer.

        Raises sqlalchemy's DBAPIError.
        """
        if self._converters is None:
            self._converters = _find_converters(self._columns, connection.dialect)
        driver: Any = connection.connection.dbapi_connection
        converted = [self._convert(row, self._converters) for row in rows]
        try:
            driver.executemany(self._sql, converted)
            (last,) = driver.execute("SELECT last_insert_rowid()").fetchone()
        except sqlite_driver().Error as error:
            raise wrap_driver_error(self._sql, error, connection.dialect) from error
        return list(range(last - len(converted) + 1, last + 1))

    @staticmethod
    def _convert(row: Sequence[Any], converters: tuple[tuple[int, Converter], ...]) -> list[Any]:
        values = list(row)
        for place, convert in converters:
            values[place] = convert(values[place])
        return values


def _find_converters(columns: Sequence[Column[Any]], dialect: Dialect) -> tuple[tuple[int, Converter], ...]:
    """Return the converters to SQLite's values, by the place of the column."""
    found = ((place, _find_converter(column.type, dialect)) for place, column in enumerate(columns))
    return tuple((place, convert) for place, convert in found if convert is not None)


def _find_converter(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    return _write_json if isinstance(kind, JSON) else kind.dialect_impl(dialect).bind_processor(dialect)


def _write_json(value: object) -> str | None:
    """Return the text of a JSON column; SQLAlchemy's own converter takes three times as long."""
    return None if value is None else to_json(value).decode()


class PostgresInsert:
    """Insertion of many rows into a table of PostgreSQL by one statement with one parameter, prepared by the driver.

    A list of VALUES is another text for each number of rows, which SQLAlchemy builds and the server parses anew.
    """

    def __init__(self, table: Table, names: Sequence[str]) -> None:
        """`names`: of the columns that the rows have values for."""
        self._table, self._names = table, tuple(names)
        self._sql: str | None = None

    def insert(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> list[int]:
        """Insert the rows and return their ids, in order. Raises sqlalchemy's DBAPIError."""
        if self._sql is None:
            self._sql = self._compile(connection.dialect)
        content = to_json([dict(zip(self._names, row, strict=True)) for row in rows]).decode()
        return [row[0] for row in connection.exec_driver_sql(self._sql, (content,))]

    def _compile(self, dialect: Dialect) -> str:
        columns = (self._table.c[name] for name in self._names)
        types = ", ".join(f"{column.name} {column.type.compile(dialect)}" for column in columns)
        names = ", ".join(self._names)
        source = f"ROWS FROM (json_to_recordset(%s::json) AS ({types})) WITH ORDINALITY"
        return (
            f"INSERT INTO {self._table.name} ({names}) SELECT {names} FROM {source} ORDER BY ordinality"  # noqa: S608  constant names
            " RETURNING id"
        )
