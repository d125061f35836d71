"""Moments cut down to the beginning of their minute or hour, in SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from stressvision.db.engine.types import UtcMoment

_KEPT = {"hour": (13, ":00:00.000"), "minute": (16, ":00.000")}
"""How much of a stored moment's text stays, and what follows it."""


class _Beginning(FunctionElement[datetime]):
    type = UtcMoment()
    inherit_cache = True
    unit: str


class hour_start(_Beginning):  # noqa: N801  a SQL function is named as SQL names it
    """The beginning of the UTC hour that holds a moment."""

    name = unit = "hour"
    inherit_cache = True


class minute_start(_Beginning):  # noqa: N801
    """The beginning of the minute that holds a moment."""

    name = unit = "minute"
    inherit_cache = True


@compiles(_Beginning, "sqlite")
def _begin_sqlite(element: _Beginning, compiler: SQLCompiler, **options: Any) -> str:
    length, rest = _KEPT[element.unit]
    return f"(substr({compiler.process(element.clauses, **options)}, 1, {length}) || '{rest}')"


@compiles(_Beginning, "postgresql")
def _begin_postgresql(element: _Beginning, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_trunc('{element.unit}', {compiler.process(element.clauses, **options)}, 'UTC')"
