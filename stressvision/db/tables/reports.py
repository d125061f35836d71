"""What is told of each window of time."""

from sqlalchemy import JSON, Column, Float, Index, Integer, Table, Text, text

from stressvision.db.tables.columns import key, metadata, moment, stamp

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
