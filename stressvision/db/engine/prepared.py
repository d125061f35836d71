"""Statements of the busiest path, compiled once and handed to SQLite's driver as text.

SQLAlchemy spends on each execution several times what SQLite spends on a row. Elsewhere it is not worth the words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert

from stressvision.db.engine.connection import sqlite_driver

T = TypeVar("T")
Turn = Callable[[Any], Any]


@dataclass(frozen=True)
class _Text:
    """`places`: the name of each question mark's value, and what turns it into what SQLite keeps; `answer` turns that
    back. `own`: values that the statement itself has."""

    sql: str
    places: tuple[tuple[str, Turn | None], ...]
    own: Mapping[str, Any]
    answer: Turn | None


class PreparedStatement(Generic[T]):
    """A statement that answers with one value at most, for any database; fast on SQLite.

    Without `in_`, whose list SQLAlchemy writes out at each execution.
    """

    def __init__(self, statement: ReturningInsert[T] | Select[T]) -> None:
        self._statement = statement
        self._text: _Text | None = None

    def answer(self, connection: Connection, values: Mapping[str, Any]) -> T | None:
        """None where there is no row, or NULL in it. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).scalar_one_or_none()
        text = self._text = self._text or _compile(self._statement, connection.dialect)
        given = {**text.own, **values}
        row = [given[name] if turn is None else turn(given[name]) for name, turn in text.places]
        driver: Any = connection.connection.dbapi_connection
        error_class = sqlite_driver().Error
        try:
            found = driver.execute(text.sql, row).fetchone()
        except error_class as error:
            raise DBAPIError.instance(
                text.sql, None, error, error_class, hide_parameters=True, dialect=connection.dialect
            ) from error
        if found is None:
            return None
        value: T | None = found[0] if text.answer is None else text.answer(found[0])
        return value


def _compile(statement: ReturningInsert[Any] | Select[Any], dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  what SQLAlchemy's types do not tell
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    asked = {name for name, bind in compiled.binds.items() if bind.required}
    (column,) = statement.exported_columns
    return _Text(
        str(compiled),
        tuple((name, turns.get(name)) for name in compiled.positiontup or ()),
        {name: value for name, value in compiled.params.items() if name not in asked},
        column.type.dialect_impl(dialect).result_processor(dialect, None),
    )
