"""Statements of the busiest path, compiled once and handed to SQLite's driver as text.

SQLAlchemy spends on each execution several times what SQLite spends on a row. Elsewhere it is not worth the words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningInsert

from stressvision.db.connection import sqlite_driver


@dataclass(frozen=True)
class _Text:
    """`places`: the name of each question mark's value, and what turns it into what SQLite keeps."""

    sql: str
    places: tuple[tuple[str, Callable[[Any], Any] | None], ...]


class Prepared:
    """An insertion that returns one number, for any database; fast on SQLite."""

    def __init__(self, statement: ReturningInsert[int]) -> None:
        self._statement = statement
        self._text: _Text | None = None

    def returned(self, connection: Connection, values: Mapping[str, Any]) -> int | None:
        """None where nothing was inserted. Raises sqlalchemy's DBAPIError."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._statement, values).scalar_one_or_none()
        text = self._text = self._text or _compile(self._statement, connection.dialect)
        row = [values[name] if turn is None else turn(values[name]) for name, turn in text.places]
        driver: Any = connection.connection.dbapi_connection
        error_class = sqlite_driver().Error
        try:
            found = driver.execute(text.sql, row).fetchone()
        except error_class as error:
            raise DBAPIError.instance(
                text.sql, None, error, error_class, hide_parameters=True, dialect=connection.dialect
            ) from error
        return found[0] if found else None


def _compile(statement: ReturningInsert[int], dialect: Dialect) -> _Text:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  what SQLAlchemy's types do not tell
    turns = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    return _Text(str(compiled), tuple((name, turns[name]) for name in compiled.positiontup or ()))
