"""The tables. Names and columns are a public contract (users query the file with sqlite3): add, never rename."""

from sqlalchemy import CheckConstraint, Connection

from stressvision.db.engine.types import STORED_MOMENT_GLOB, UtcMoment
from stressvision.db.schema.tables.access import access_tokens, accounts, login_failures
from stressvision.db.schema.tables.alerts import alert_events, alert_silences, alerts
from stressvision.db.schema.tables.audit import audit_log
from stressvision.db.schema.tables.columns import metadata
from stressvision.db.schema.tables.feed import changes, database_identity, job_marks
from stressvision.db.schema.tables.notifications import alert_links, notifications
from stressvision.db.schema.tables.observations import (
    camera_settings,
    detection_events,
    detection_totals,
    devices,
    sessions,
)
from stressvision.db.schema.tables.own import (
    kiosk_codes,
    kiosks,
    person_links,
    person_requests,
    recognition_pauses,
    self_reports,
)
from stressvision.db.schema.tables.people import consents, employees, face_samples
from stressvision.db.schema.tables.releases import releases
from stressvision.db.schema.tables.reports import (
    daily_reports,
    device_minutes,
    employee_days,
    report_progress,
    reports,
    stale_days,
)
from stressvision.db.schema.tables.rights import erasures
from stressvision.db.schema.tables.rollups import (
    area_hours,
    area_people,
    device_days,
    device_hours,
    employee_day_counts,
    employee_hours,
    hour_counts,
    minute_counts,
    rollup_progress,
)
from stressvision.db.schema.tables.settings import stored_settings
from stressvision.db.schema.tables.upkeep import disk_samples, repairs

REVISION = "0028"
"""The Alembic revision of these tables and of db/schema/triggers.py."""

__all__ = [
    "REVISION",
    "access_tokens",
    "accounts",
    "alert_events",
    "alert_links",
    "alert_silences",
    "alerts",
    "area_hours",
    "area_people",
    "audit_log",
    "camera_settings",
    "changes",
    "consents",
    "create_tables",
    "daily_reports",
    "database_identity",
    "detection_events",
    "detection_totals",
    "device_days",
    "device_hours",
    "device_minutes",
    "devices",
    "disk_samples",
    "employee_day_counts",
    "employee_days",
    "employee_hours",
    "employees",
    "erasures",
    "face_samples",
    "hour_counts",
    "job_marks",
    "kiosk_codes",
    "kiosks",
    "login_failures",
    "metadata",
    "minute_counts",
    "notifications",
    "person_links",
    "person_requests",
    "recognition_pauses",
    "releases",
    "repairs",
    "report_progress",
    "reports",
    "rollup_progress",
    "self_reports",
    "sessions",
    "stale_days",
    "stored_settings",
]

for _table in metadata.tables.values():
    for _column in _table.c:
        if isinstance(_column.type, UtcMoment):
            _form = CheckConstraint(f"{_column.name} GLOB '{STORED_MOMENT_GLOB}'", name=f"{_column.name}_form")
            _table.append_constraint(_form.ddl_if(dialect="sqlite"))


def create_tables(connection: Connection) -> None:
    """Create all tables and their indexes; an index that is partial on SQLite is partial on PostgreSQL too.

    The PostgreSQL condition is set here because an index that names a dialect loads it: 6 MB in every program.
    """
    if connection.dialect.name == "postgresql":
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
    metadata.create_all(connection)
