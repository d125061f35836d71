"""Health figures of the system, for monitoring."""

import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from stressvision.core.clock import latest_credible
from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.db.engine.connection import Database, sqlite_path
from stressvision.db.engine.row_reader import ODD_FIELDS_READ
from stressvision.db.engine.storage import find_storage_fault, read_size
from stressvision.db.queries import row_counts
from stressvision.db.queries.alerts.alert_lists import AlertFilter, count_alerts
from stressvision.db.queries.changes import last_change_id
from stressvision.db.queries.detections.devices import count_devices, count_heard_devices
from stressvision.db.queries.upkeep import select_repairs
from stressvision.db.schema.opening import is_current, read_revision
from stressvision.domain.alerts import AlertStatus
from stressvision.services.context import Context
from stressvision.wire.rights import InstallationFacts


@dataclass(frozen=True)
class Vitals:
    """Number of alerts by status, id of the last event of the change feed, and size of the database on disk.

    `devices`, `silent_devices`: known cameras, and those not heard of lately. `repairs`: what needs one, with the days
    left; not a number where it is not a matter of days.
    """

    alerts: Mapping[AlertStatus, int]
    last_event_id: int
    database_bytes: int
    devices: int
    silent_devices: int
    repairs: Mapping[str, float]


def read_vitals(context: Context) -> Vitals:
    """Return the current figures. Raises DatabaseUnavailable."""
    now = context.clock()
    silent_since = now - timedelta(seconds=context.settings.device_silent_seconds)
    with context.database.read() as connection:
        known = count_devices(connection)
        return Vitals(
            alerts={status: count_alerts(connection, AlertFilter([status])) for status in AlertStatus},
            last_event_id=last_change_id(connection),
            database_bytes=read_size(connection, context.database.url),
            devices=known,
            silent_devices=known - count_heard_devices(silent_since, latest_credible(now)).fetch(connection),
            repairs={
                row.kind: math.nan if row.days_left is None else row.days_left for row in select_repairs(connection)
            },
        )


@dataclass(frozen=True)
class DatabaseShape:
    """What a database is like, without any of its rows: revision of the schema, size, rows and odd rows by table."""

    kind: str
    revision: str
    bytes: int
    rows: Mapping[str, int]
    odd_rows: Mapping[str, int]


def describe_database(settings: Settings) -> DatabaseShape:
    """Return the shape of the configured database, without changing anything. Raises DatabaseUnavailable."""
    with closing(Database(settings.database_url)) as database:
        path = sqlite_path(database.url)
        if path is not None and not path.exists():
            return DatabaseShape("sqlite", "", 0, {}, {})
        with database.read() as connection:
            return DatabaseShape(
                kind="sqlite" if database.is_sqlite else "postgresql",
                revision=read_revision(connection),
                bytes=read_size(connection, database.url),
                rows=row_counts.count_rows(connection),
                odd_rows=row_counts.count_odd_rows(connection) if is_current(connection) else {},
            )


def read_installation_facts(context: Context) -> InstallationFacts:
    """Return the counts that the legal papers contain; no person is named. Raises DatabaseUnavailable."""
    with context.database.read() as connection:
        return row_counts.count_installation(connection)


def count_odd_rows(settings: Settings) -> Mapping[str, int]:
    """Return the number of rows by table that another program wrote in a form of its own, without changing anything.

    Nothing is counted in a database that does not exist yet or needs a migration. Raises DatabaseUnavailable.
    """
    with closing(Database(settings.database_url)) as database:
        path = sqlite_path(database.url)
        if path is not None and (not path.exists() or path.stat().st_size == 0):
            return {}
        with database.read() as connection:
            return row_counts.count_odd_rows(connection) if is_current(connection) else {}


def read_odd_fields() -> Mapping[tuple[str, str], int]:
    """Return how many odd values this process has read, by row class and field."""
    return dict(ODD_FIELDS_READ)


def read_storage_fault(context: Context) -> Message | None:
    """Return what prevents new data from being stored, or None; found without a write."""
    return find_storage_fault(context.database.url)
