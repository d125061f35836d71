"""Health figures of the system, for monitoring."""

from collections.abc import Mapping
from dataclasses import dataclass

from stressvision.core.errors import Message
from stressvision.db.engine.storage import find_storage_fault, read_size
from stressvision.db.queries import odd_rows
from stressvision.db.queries.alerts import count_alerts
from stressvision.db.queries.changes import last_change_id
from stressvision.db.queries.row_reader import ODD_FIELDS_READ
from stressvision.domain.alerts import AlertStatus
from stressvision.services.context import Context


@dataclass(frozen=True)
class Vitals:
    """Number of alerts by status, id of the last event of the change feed, and size of the database on disk."""

    alerts: Mapping[AlertStatus, int]
    last_event_id: int
    database_bytes: int


def read_vitals(context: Context) -> Vitals:
    """Return the current figures. Raises DatabaseUnavailable."""
    with context.database.read() as connection:
        return Vitals(
            alerts={status: count_alerts(connection, status) for status in AlertStatus},
            last_event_id=last_change_id(connection),
            database_bytes=read_size(connection, context.database.url),
        )


def count_odd_rows(context: Context) -> Mapping[str, int]:
    """Return the number of rows by table that another program wrote in a form of its own, and that are shown so."""
    with context.database.read() as connection:
        return odd_rows.count_odd_rows(connection)


def read_odd_fields() -> Mapping[tuple[str, str], int]:
    """Return how many odd values this process has read, by row class and field."""
    return dict(ODD_FIELDS_READ)


def read_storage_fault(context: Context) -> Message | None:
    """Return what prevents new data from being stored, or None; found without a write."""
    return find_storage_fault(context.database.url)
