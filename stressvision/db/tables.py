"""The tables. Names and columns are public: people query them with sqlite3; add, never rename."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from stressvision.db.types import STORED_MOMENT_GLOB, UtcMoment

REVISION = "0002"
"""The Alembic revision that these tables and db/triggers.py amount to."""

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


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _moment(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, UtcMoment, nullable=not required)


def _stamp(name: str = "created_at") -> Column[object]:
    return Column(name, UtcMoment, nullable=False, server_default=stored_now())


def _employee(*, required: bool = False) -> Column[int]:
    return Column("employee_id", Integer, ForeignKey("employees.id"), nullable=not required)


employees = Table(
    "employees",
    metadata,
    _key(),
    Column("employee_code", Text, nullable=False, unique=True),
    Column("full_name", Text, nullable=False),
    Column("department", Text),
    Column("shift", Text),
    Column("face_embedding", Text),
    Column("face_encoding_quality", Float),
    _moment("enrollment_date"),
    Column("consent_given", Boolean, nullable=False, server_default=text("false")),
    _moment("consent_date"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    _moment("last_seen"),
    _stamp("created_at"),
    _stamp("updated_at"),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    sqlite_autoincrement=True,
)

face_samples = Table(
    "face_samples",
    metadata,
    _key(),
    _employee(required=True),
    Column("embedding", LargeBinary, nullable=False),
    Column("quality", Float, nullable=False),
    Column("model", Text, nullable=False),
    _stamp(),
    Index("ix_face_samples_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)

consents = Table(
    "consents",
    metadata,
    _key(),
    _employee(required=True),
    Column("given", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("recorded_by", Text),
    _stamp("recorded_at"),
    Index("ix_consents_employee_id", "employee_id"),
    sqlite_autoincrement=True,
)

devices = Table(
    "devices",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("location", Text),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    _moment("last_seen", required=True),
    Column("fps", Float),
    Column("frames_processed", Integer),
    Column("frames_dropped", Integer),
    Column("outbox_depth", Integer),
    Column("stage_ms", JSON),
    Column("preview_url", Text),
)

sessions = Table(
    "sessions",
    metadata,
    _key(),
    Column("device_id", Text, nullable=False),
    Column("location", Text),
    _moment("start_timestamp", required=True),
    _moment("end_timestamp"),
    Column("fps_avg", Float),
    Column("frames_processed", Integer, server_default=text("0")),
    Column("status", Text, nullable=False, server_default="active"),
    _stamp(),
    Column("session_key", Text, unique=True),
    Index("ix_sessions_device_id", "device_id"),
    Index("ix_sessions_status", "status"),
    sqlite_autoincrement=True,
)

detection_events = Table(
    "detection_events",
    metadata,
    _key(),
    Column("session_id", Integer, ForeignKey("sessions.id")),
    _moment("timestamp", required=True),
    Column("device_id", Text, nullable=False),
    Column("track_id", Text),
    _employee(),
    Column("recognition_confidence", Float),
    Column("emotion", Text),
    Column("emotion_confidence", Float),
    Column("emotion_vector", JSON(none_as_null=True)),
    Column("bounding_box", JSON(none_as_null=True)),
    Column("frame_quality", Float),
    Column("processing_time_ms", Float),
    _stamp(),
    Column("event_id", Text, unique=True),
    Index("ix_detection_events_timestamp", "timestamp"),
    Index("ix_detection_events_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_detection_events_device_id_timestamp", "device_id", "timestamp"),
    sqlite_autoincrement=True,
)

detection_totals = Table(
    "detection_totals",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("employee_id", Integer, primary_key=True, autoincrement=False),
    Column("emotion", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
"""How many detections there are, kept by triggers. Employee 0: nobody enrolled; emotion '': not analysed."""

alerts = Table(
    "alerts",
    metadata,
    _key(),
    _moment("timestamp", required=True),
    _employee(),
    Column("alert_type", Text),
    Column("severity", Text),
    Column("description", Text),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("acknowledged_by", Text),
    _moment("acknowledged_at"),
    Column("resolution_notes", Text),
    _stamp(),
    Column("resolved_by", Text),
    _moment("resolved_at"),
    Column("evidence_events", Integer),
    Column("evidence_total", Integer),
    Column("evidence_confidence", Float),
    Index("ix_alerts_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_alerts_status_timestamp", "status", "timestamp"),
    Index("ix_alerts_timestamp", "timestamp"),
    sqlite_autoincrement=True,
)

reports = Table(
    "reports_15min",
    metadata,
    _key(),
    _moment("start_timestamp", required=True),
    _moment("end_timestamp", required=True),
    Column("total_detections", Integer),
    Column("total_employees_detected", Integer),
    Column("overall_stress_percentage", Float),
    Column("per_employee_summary", JSON),
    Column("alerts_triggered", Integer),
    _stamp("generated_at"),
    Column("kind", Text, nullable=False, server_default="scheduled"),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("window_minutes", Integer),
    Column("last_detection_id", Integer),
    Index("ix_reports_15min_start_timestamp", "start_timestamp"),
    Index(
        "uq_reports_15min_window",
        "start_timestamp",
        "end_timestamp",
        unique=True,
        sqlite_where=text("kind = 'scheduled'"),
        postgresql_where=text("kind = 'scheduled'"),
    ),
    sqlite_autoincrement=True,
)

audit_log = Table(
    "audit_log",
    metadata,
    _key(),
    _stamp("timestamp"),
    Column("user_id", Text),
    Column("action", Text),
    Column("entity_type", Text),
    Column("entity_id", Integer),
    Column("ip_address", Text),
    Column("details", JSON(none_as_null=True)),
    Index("ix_audit_log_timestamp", "timestamp"),
    Index("ix_audit_log_entity", "entity_type", "entity_id"),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    _key(),
    Column("kind", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    _stamp("committed_at"),
    sqlite_autoincrement=True,
)
"""The change feed: written by triggers, so that whatever any process commits is in it."""

for _table in metadata.tables.values():
    for _column in _table.c:
        if isinstance(_column.type, UtcMoment):
            _form = CheckConstraint(f"{_column.name} GLOB '{STORED_MOMENT_GLOB}'", name=f"{_column.name}_form")
            _table.append_constraint(_form.ddl_if(dialect="sqlite"))
