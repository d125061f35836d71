"""Counts of one installation, for its legal papers."""

from typing import Any

from sqlalchemy import Connection, Select, func, select

from stressvision.db.queries.privacy.erasure import erased_subjects
from stressvision.db.schema.tables import accounts, alerts, audit_log, consents, detection_events, devices, employees
from stressvision.wire.rights import InstallationFacts


def count_installation(connection: Connection) -> InstallationFacts:
    """Return the counts; no person is named."""
    seen = connection.execute(
        select(func.min(detection_events.c.timestamp), func.max(detection_events.c.timestamp))
    ).one()
    return InstallationFacts(
        consents=_count(connection, select(employees.c.id).where(employees.c.consent_given, employees.c.is_active)),
        withdrawals=_count(connection, select(consents.c.id).where(~consents.c.given)),
        devices=_count(connection, select(devices.c.device_id)),
        detections=_count(connection, select(detection_events.c.id)),
        first_detection=seen[0],
        last_detection=seen[1],
        alerts=_count(connection, select(alerts.c.id)),
        audit_entries=_count(connection, select(audit_log.c.id)),
        erasures=len(erased_subjects(connection)),
        accounts=_count(connection, select(accounts.c.id)),
    )


def _count(connection: Connection, query: Select[tuple[Any]]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
