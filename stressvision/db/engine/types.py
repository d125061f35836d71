"""Column types that store the same meaning in SQLite and PostgreSQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, types

from stressvision.core.clock import from_stored, to_stored

STORED_MOMENT_GLOB = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9]"
"""The only form of time that an SQLite column accepts; a CHECK constraint refuses any other."""


class UtcMoment(types.TypeDecorator[datetime]):
    """Aware UTC datetimes: fixed-width text in SQLite, timestamptz in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return to_stored(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return from_stored(value)
