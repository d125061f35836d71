"""Statements of the busiest path, compiled once and passed to the driver as text.

SQLAlchemy spends on each execution several times what SQLite spends on a row: the look-up of an open alert takes 7.6 µs
through this module and 26 µs through Connection.execute, the overview's six queries 0.2 ms and 1.9 ms, most of it to
build them. Only statements that run for every stored detection, or for the figures after each one, use it. PostgreSQL
gets the queries among them in a pipeline (pipeline.py).
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
T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
Converter = Callable[[Any], Any]


Rows = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


@dataclass(frozen=True)
class CompiledText:
    """A compiled statement.

    `parameters`: for each question mark (PostgreSQL: $1, $2...) the parameter's name. `converters`: to the driver's
    value, by name. `literals`: values that the statement itself contains. `results`: the converters of the returned
    columns; none where no column has one, and for PostgreSQL, whose driver returns the values as they should be.
    """

    sql: str
    parameters: tuple[str, ...]
    converters: tuple[tuple[str, Converter], ...]
    literals: Mapping[str, Any]
    results: tuple[Converter | None, ...]

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return the rows of SQLite's driver. Raises sqlalchemy's DBAPIError."""
        row = self.bind(values)
        driver: Any = connection.connection.dbapi_connection
        try:
            found: Sequence[Sequence[Any]] = driver.execute(self.sql, row).fetchall()
        except sqlite_driver().Error as error:
            raise wrap_driver_error(self.sql, error, connection.dialect) from error
        return found

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the parameters, as the driver takes them."""
        bound = {**self.literals, **values}
        for name, convert in self.converters:
            bound[name] = convert(bound[name])
        return [bound[name] for name in self.parameters]

    def convert(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        """Return the driver's rows as values of the columns' types."""
        if not self.results:
            return rows
        converted = [list(row) for row in rows]
        for place, convert in enumerate(self.results):
            if convert is not None:
                for row in converted:
                    row[place] = convert(row[place])
        return converted


class PreparedStatement(Generic[T]):
    """A statement that returns one value at most, for any database; fast on SQLite.

    It cannot contain `in_`, whose list SQLAlchemy expands at each execution.
    """

    def __init__(self, statement: ReturningInsert[T] | Select[T]) -> None:
        self._statement = statement
        self._text: CompiledText | None = None

    def fetch_scalar(self, connection: Connection, values: Mapping[str, Any]) -> T | None:
        """Return the value; None where there is no row, or NULL in it. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).scalar_one_or_none()
        text = self._text = self._text or _compile(self._statement, connection.dialect)
        found = text.execute(connection, values)
        if not found:
            return None
        value: T | None = text.convert(found)[0][0]
        return value


class PreparedQuery:
    """A query for rows; otherwise as PreparedStatement."""

    def __init__(self, query: Rows) -> None:
        self._query = query
        self._text: CompiledText | None = None

    def fetch_all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return the rows. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._query, values).all()
        text = self._text = self._text or self.compile(connection.dialect)
        return text.convert(text.execute(connection, values))

    def compile(self, dialect: Dialect) -> CompiledText:
        """Return the query's text for a dialect."""
        return _compile(self._query, dialect)

    def bind(self, read: Callable[[Sequence[Sequence[Any]]], T], **values: object) -> "BoundQuery[T]":
        """Return the query with its values. `read`: makes the answer of the rows."""
        return BoundQuery(self, values, read)


@dataclass(eq=False, slots=True)
class BoundQuery(Generic[T_co]):
    """A query with its values, and the function that makes the answer of its rows."""

    query: PreparedQuery
    values: Mapping[str, Any]
    read: Callable[[Sequence[Sequence[Any]]], T_co]

    def fetch(self, connection: Connection) -> T_co:
        """Return the answer. Raises sqlalchemy's DBAPIError."""
        return self.read(self.query.fetch_all(connection, self.values))

    def then(self, function: Callable[[T_co], U]) -> "BoundQuery[U]":
        """Return the query whose answer the function makes of this one's."""
        return BoundQuery(self.query, self.values, lambda rows: function(self.read(rows)))


def read_count(rows: Sequence[Sequence[Any]]) -> int:
    """Return the only value of the only row; 0 for NULL."""
    return rows[0][0] or 0


def read_value(rows: Sequence[Sequence[Any]]) -> Any:
    """Return the only value of the only row."""
    return rows[0][0]


def _compile(statement: ReturningInsert[Any] | Rows, dialect: Dialect) -> CompiledText:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  SQLAlchemy's annotations do not state it
    converters = ((name, _find_converter(bind.type, dialect)) for name, bind in compiled.binds.items())
    required = {name for name, bind in compiled.binds.items() if bind.required}
    results: tuple[Converter | None, ...] = ()
    if dialect.name == "sqlite":
        kinds = (column.type.dialect_impl(dialect) for column in statement.exported_columns)
        results = tuple(kind.result_processor(dialect, None) for kind in kinds)
    return CompiledText(
        str(compiled),
        tuple(compiled.positiontup or ()),
        tuple((name, convert) for name, convert in converters if convert is not None),
        {name: value for name, value in compiled.params.items() if name not in required},
        results if any(results) else (),
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

    def __init__(self, table: Table, names: Sequence[str], condition: str = "true") -> None:
        """`names`: of the columns that the rows have values for. `condition`: without which none is inserted.

        It is SQL, in which `new` are the rows.
        """
        self._table, self._names, self._condition = table, tuple(names), condition
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
            f"WITH new AS MATERIALIZED (SELECT * FROM {source}) "  # noqa: S608  constant names
            f"INSERT INTO {self._table.name} ({names}) SELECT {names} FROM new WHERE {self._condition}"
            " ORDER BY ordinality RETURNING id"
        )
