"""What asks for attention."""

from sqlalchemy import Column, Float, Index, Integer, Table, Text

from stressvision.db.tables.columns import employee, key, metadata, moment, stamp

alerts = Table(
    "alerts",
    metadata,
    key(),
    moment("timestamp", required=True),
    employee(),
    Column("alert_type", Text),
    Column("severity", Text),
    Column("description", Text),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("acknowledged_by", Text),
    moment("acknowledged_at"),
    Column("resolution_notes", Text),
    stamp(),
    Column("resolved_by", Text),
    moment("resolved_at"),
    Column("evidence_events", Integer),
    Column("evidence_total", Integer),
    Column("evidence_confidence", Float),
    Index("ix_alerts_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_alerts_status_timestamp", "status", "timestamp"),
    Index("ix_alerts_timestamp", "timestamp"),
    sqlite_autoincrement=True,
)
