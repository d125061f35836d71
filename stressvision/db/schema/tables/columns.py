"""Metadata, naming convention and common columns of the tables."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, MetaData
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from stressvision.db.engine.types import UtcMoment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class stored_now(GenericFunction[datetime]):  # noqa: N801  a SQL function is named as SQL names it
    """The database's own clock, in the stored form."""

    type = UtcMoment()
    inherit_cache = True


@compiles(stored_now, "sqlite")
def _stored_now_sqlite(element: stored_now, compiler: SQLCompiler, **options: object) -> str:
    return "(strftime('%Y-%m-%d %H:%M:%f', 'now'))"


@compiles(stored_now, "postgresql")
def _stored_now_postgresql(element: stored_now, compiler: SQLCompiler, **options: object) -> str:
    return "clock_timestamp()"


def key() -> Column[int]:
    """Return the primary key `id`."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def moment(name: str, *, required: bool = False) -> Column[object]:
    """Return a column of UTC times."""
    return Column(name, UtcMoment, nullable=not required)


def stamp(name: str = "created_at") -> Column[object]:
    """Return a column of UTC times that defaults to the time of the insertion."""
    return Column(name, UtcMoment, nullable=False, server_default=stored_now())


def employee(*, required: bool = False) -> Column[int]:
    """Return the foreign key `employee_id`."""
    return Column("employee_id", Integer, ForeignKey("employees.id"), nullable=not required)
