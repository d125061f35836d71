"""Who did or looked at what."""

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from stressvision.db.schema.tables.columns import key, metadata, stamp

audit_log = Table(
    "audit_log",
    metadata,
    key(),
    stamp("timestamp"),
    Column("user_id", Text),
    Column("action", Text),
    Column("entity_type", Text),
    Column("entity_id", Integer),
    Column("ip_address", Text),
    Column("details", JSON(none_as_null=True)),
    Column("previous_hash", Text),
    Column("hash", Text),
    Index("ix_audit_log_timestamp", "timestamp"),
    Index("ix_audit_log_entity", "entity_type", "entity_id"),
    sqlite_autoincrement=True,
)
"""Append-only by triggers; `hash` covers the row and `previous_hash`, as domain/audit.py says."""
