"""Counts of rows, and of those that other programs wrote in a form of their own, for doctor."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, Table, func, inspect, select

from stressvision.db.engine.row_reader import ReadRow, RowReader, row_fields
from stressvision.db.queries.alerts.alerts import AlertRow
from stressvision.db.queries.detections.detections import DetectionRow
from stressvision.db.queries.detections.devices import DeviceRow
from stressvision.db.queries.detections.sessions import SessionRow
from stressvision.db.queries.people.employees import EmployeeRow
from stressvision.db.queries.privacy.erasure import erased_subjects
from stressvision.db.queries.reports.reports import ReportRow
from stressvision.db.schema.tables import (
    accounts,
    alerts,
    audit_log,
    consents,
    detection_events,
    devices,
    employees,
    metadata,
    reports,
    sessions,
)
from stressvision.wire.rights import InstallationFacts

EXAMINED = 100_000
"""Newest rows of each table that are examined: a second or two."""

_EXAMINED_TABLES: tuple[tuple[Table, type[ReadRow]], ...] = (
    (detection_events, DetectionRow),
    (alerts, AlertRow),
    (reports, ReportRow),
    (employees, EmployeeRow),
    (sessions, SessionRow),
    (devices, DeviceRow),
)


def count_odd_rows(connection: Connection) -> Mapping[str, int]:
    """Return the number of odd rows by table, of tables that have any; only the newest rows are examined."""
    counts = {table.name: _count(connection, table, row_class) for table, row_class in _EXAMINED_TABLES}
    return {name: count for name, count in counts.items() if count}


def _count(connection: Connection, table: Table, row_class: type[ReadRow]) -> int:
    names = [name for name in row_fields(row_class) if name in table.c]
    reader: RowReader[Any] = RowReader(row_class, names)
    (key,) = table.primary_key.columns
    query = select(*(table.c[name] for name in names)).order_by(key.desc()).limit(EXAMINED)
    found = connection.execute(query, execution_options={"yield_per": 1000})
    return sum(1 for row in found if reader.find_odd(row))


def count_rows(connection: Connection) -> Mapping[str, int]:
    """Return the number of rows by table, of this program's tables that exist."""
    present = sorted(set(inspect(connection).get_table_names()) & set(metadata.tables))
    return {
        name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
        for name in present
    }


def count_installation(connection: Connection) -> InstallationFacts:
    """Return the counts; no person is named."""
    seen = connection.execute(
        select(func.min(detection_events.c.timestamp), func.max(detection_events.c.timestamp))
    ).one()
    return InstallationFacts(
        consents=_count_rows(
            connection, select(employees.c.id).where(employees.c.consent_given, employees.c.is_active)
        ),
        withdrawals=_count_rows(connection, select(consents.c.id).where(~consents.c.given)),
        devices=_count_rows(connection, select(devices.c.device_id)),
        detections=_count_rows(connection, select(detection_events.c.id)),
        first_detection=seen[0],
        last_detection=seen[1],
        alerts=_count_rows(connection, select(alerts.c.id)),
        audit_entries=_count_rows(connection, select(audit_log.c.id)),
        erasures=len(erased_subjects(connection)),
        accounts=_count_rows(connection, select(accounts.c.id)),
    )


def _count_rows(connection: Connection, query: Select[tuple[Any]]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
