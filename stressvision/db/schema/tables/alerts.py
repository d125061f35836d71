"""Alerts, silences and the history of alerts."""

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, text

from stressvision.db.schema.tables.columns import employee, key, metadata, moment, stamp

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
    Column("device_id", Text),
    moment("evidence_start"),
    Column("evidence_minutes", JSON(none_as_null=True)),
    Column("usual_share", Float),
    Column("usual_days", Integer),
    Column("error_chance", Float),
    Column("escalation_level", Integer, nullable=False, server_default=text("0")),
    Column("outcome", Text),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Index("ix_alerts_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_alerts_status_timestamp", "status", "timestamp"),
    Index("ix_alerts_timestamp", "timestamp"),
    Index("ix_alerts_device_id_timestamp", "device_id", "timestamp"),
    sqlite_autoincrement=True,
)
"""An alert is about an employee (`employee_id`) or a device (`device_id`), never both.

`outcome`: what the doctor stated when resolving it. `version`: grows with each decision made here.
"""

alert_silences = Table(
    "alert_silences",
    metadata,
    key(),
    employee(),
    Column("device_id", Text),
    Column("reason", Text, nullable=False),
    moment("starts_at", required=True),
    moment("ends_at", required=True),
    Column("created_by", Text),
    moment("ended_at"),
    Column("ended_by", Text),
    Index("ix_alert_silences_employee_id_ends_at", "employee_id", "ends_at"),
    Index("ix_alert_silences_device_id_ends_at", "device_id", "ends_at"),
    sqlite_autoincrement=True,
)
"""`ended_at`: when the silence was ended early."""

alert_events = Table(
    "alert_events",
    metadata,
    key(),
    Column("alert_id", Integer, ForeignKey("alerts.id")),
    employee(),
    Column("silence_id", Integer, ForeignKey("alert_silences.id")),
    moment("timestamp", required=True),
    Column("kind", Text, nullable=False),
    Column("user_id", Text),
    Column("notes", Text),
    Column("details", JSON(none_as_null=True)),
    Index("ix_alert_events_alert_id", "alert_id"),
    Index("ix_alert_events_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_alert_events_silence_id", "silence_id"),
    sqlite_autoincrement=True,
)
"""The history of each alert; a silenced one has a `silence_id` and no `alert_id`."""
