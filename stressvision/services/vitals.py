"""How the system itself is doing, for who watches over it."""

from collections.abc import Mapping
from dataclasses import dataclass

from stressvision.core.errors import Message
from stressvision.db.engine.storage import find_storage_fault, read_size
from stressvision.db.queries.alerts import count_alerts
from stressvision.db.queries.changes import last_change_id
from stressvision.domain.alerts import AlertStatus
from stressvision.services.context import Context


@dataclass(frozen=True)
class Vitals:
    """`alerts`: how many of each status. `last_event_id`: of the feed. `database_bytes`: on the disk."""

    alerts: Mapping[AlertStatus, int]
    last_event_id: int
    database_bytes: int


def read_vitals(context: Context) -> Vitals:
    """Raises DatabaseUnavailable."""
    with context.database.read() as connection:
        return Vitals(
            alerts={status: count_alerts(connection, status) for status in AlertStatus},
            last_event_id=last_change_id(connection),
            database_bytes=read_size(connection, context.database.url),
        )


def read_storage_fault(context: Context) -> Message | None:
    """What keeps new data from being stored, as far as can be seen without storing any; None where nothing does."""
    return find_storage_fault(context.database.url)
