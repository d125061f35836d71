"""Reports of windows and days, and camera coverage."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, text

from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.tables.columns import key, metadata, moment, stamp

reports = Table(
    "reports_15min",
    metadata,
    key(),
    moment("start_timestamp", required=True),
    moment("end_timestamp", required=True),
    Column("total_detections", Integer),
    Column("total_employees_detected", Integer),
    Column("overall_stress_percentage", Float),
    Column("per_employee_summary", JSON),
    Column("alerts_triggered", Integer),
    stamp("generated_at"),
    Column("kind", Text, nullable=False, server_default="scheduled"),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("window_minutes", Integer),
    Column("last_detection_id", Integer),
    Column("overall_fatigue_percentage", Float),
    Column("stress_detections", Integer),
    Column("fatigue_detections", Integer),
    Column("coverage", JSON(none_as_null=True)),
    Column("public_figures", JSON(none_as_null=True)),
    Index("ix_reports_15min_start_timestamp", "start_timestamp"),
    Index(
        "uq_reports_15min_window",
        "start_timestamp",
        "end_timestamp",
        unique=True,
        sqlite_where=text("kind = 'scheduled'"),
    ),
    sqlite_autoincrement=True,
)

report_progress = Table(
    "report_progress",
    metadata,
    Column("window_minutes", Integer, primary_key=True, autoincrement=False),
    Column("last_detection_id", Integer, nullable=False),
)
"""Last detection (by row) up to which every closed window of that length has its report."""

device_minutes = Table(
    "device_minutes",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("minute", UtcMoment, primary_key=True),
)
"""Minutes in which a camera was watching, known from a heartbeat or a detection."""

daily_reports = Table(
    "reports_daily",
    metadata,
    key(),
    Column("day", Text, nullable=False, unique=True),
    Column("time_zone", Text, nullable=False),
    moment("start_timestamp", required=True),
    moment("end_timestamp", required=True),
    Column("total_detections", Integer, nullable=False),
    Column("total_employees_detected", Integer, nullable=False),
    Column("stress_detections", Integer, nullable=False),
    Column("fatigue_detections", Integer, nullable=False),
    Column("overall_stress_percentage", Float, nullable=False),
    Column("overall_fatigue_percentage", Float, nullable=False),
    Column("alerts_triggered", Integer, nullable=False),
    Column("windows", JSON, nullable=False),
    Column("coverage", JSON, nullable=False),
    Column("aggregate", JSON, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    stamp("generated_at"),
    sqlite_autoincrement=True,
)
"""One row per calendar day of the plant (YYYY-MM-DD), without names. `aggregate`: the figures that a viewer may see."""

stale_days = Table("stale_days", metadata, Column("day", Text, primary_key=True))
"""Days with reports newer than their summary."""

employee_days = Table(
    "employee_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("employee_id", Integer, ForeignKey("employees.id"), primary_key=True, autoincrement=False),
    Column("total_detections", Integer, nullable=False),
    Column("neutral", Integer, nullable=False),
    Column("happy", Integer, nullable=False),
    Column("stress", Integer, nullable=False),
    Column("sad", Integer, nullable=False),
    Column("fatigue", Integer, nullable=False),
)
"""Totals of one employee's day, with which later days are compared."""
