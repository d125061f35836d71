"""Devices, sessions and detections."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    column,
    literal_column,
    text,
)

from stressvision.db.schema.tables.columns import employee, key, metadata, moment, stamp

devices = Table(
    "devices",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("location", Text),
    Column("state", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    moment("last_seen", required=True),
    Column("fps", Float),
    Column("frames_processed", Integer),
    Column("frames_dropped", Integer),
    Column("outbox_depth", Integer),
    Column("stage_ms", JSON),
    Column("preview_url", Text),
    Column("temperature", Float),
    Column("throttled", Boolean),
    Column("clock_ahead_seconds", Float),
)

camera_settings = Table(
    "camera_settings",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("view", JSON, nullable=False),
    moment("changed_at"),
    Column("changed_by", Text),
    moment("paused_until"),
    Column("pause_reason", Text),
    Column("paused_by", Text),
)
"""What each camera watches, and its pause. A row may exist before its device has reported."""

sessions = Table(
    "sessions",
    metadata,
    key(),
    Column("device_id", Text, nullable=False),
    Column("location", Text),
    moment("start_timestamp", required=True),
    moment("end_timestamp"),
    Column("fps_avg", Float),
    Column("frames_processed", Integer, server_default=text("0")),
    Column("status", Text, nullable=False, server_default="active"),
    stamp(),
    Column("session_key", Text, unique=True),
    Index("ix_sessions_device_id", "device_id"),
    Index("ix_sessions_status", "status"),
    sqlite_autoincrement=True,
)

SHOWS_SOMETHING: ColumnElement[bool] = column("emotion", Text).is_distinct_from(literal_column("'neutral'"))
"""The condition of the partial index on expressions: neutral detections, the majority, are not in it.

SQLite uses the index only for a query with this literal condition; a bound parameter does not match it.
"""
# Without a type: SQLAlchemy appends `= 1` to a Boolean, which is another condition.
ONE_SHOWS_SOMETHING: ColumnElement[bool] = literal_column("'neutral' <> emotion")
"""The same condition for one person's index, worded differently: with equal ones SQLite chooses the worse index."""

detection_events = Table(
    "detection_events",
    metadata,
    key(),
    Column("session_id", Integer, ForeignKey("sessions.id")),
    moment("timestamp", required=True),
    Column("device_id", Text, nullable=False),
    Column("track_id", Text),
    employee(),
    Column("recognition_confidence", Float),
    Column("emotion", Text),
    Column("emotion_confidence", Float),
    Column("emotion_vector", JSON(none_as_null=True)),
    Column("bounding_box", JSON(none_as_null=True)),
    Column("frame_quality", Float),
    Column("processing_time_ms", Float),
    stamp(),
    Column("event_id", Text, unique=True),
    Column("decision_frames", Integer),
    Index("ix_detection_events_timestamp", "timestamp"),
    Index("ix_detection_events_employee_id_timestamp", "employee_id", "timestamp"),
    Index("ix_detection_events_device_id_timestamp", "device_id", "timestamp"),
    Index("ix_detection_events_emotion_timestamp", "emotion", "timestamp", sqlite_where=SHOWS_SOMETHING),
    Index(
        "ix_detection_events_employee_id_emotion_timestamp",
        "employee_id",
        "emotion",
        "timestamp",
        sqlite_where=ONE_SHOWS_SOMETHING,
    ),
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
"""Counts of detections, maintained by triggers. Employee 0: not enrolled; emotion '': not analysed."""
