"""The queue of notifications, and the state of each."""

from sqlalchemy import Column, Index, Integer, Table, Text, text

from stressvision.db.schema.tables.columns import key, metadata, moment, stamp

notifications = Table(
    "notifications",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    Column("step", Integer, nullable=False, server_default=text("0")),
    Column("target", Text, nullable=False),
    Column("notice_key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    stamp(),
    moment("next_attempt_at", required=True),
    moment("sent_at"),
    Column("last_error", Text),
    Index("uq_notifications_message", "kind", "entity_id", "step", "target", unique=True),
    Index("ix_notifications_state_next_attempt_at", "state", "next_attempt_at"),
    sqlite_autoincrement=True,
)
"""One row per message and target. `target`: a fingerprint of the address, which is a secret kept in the settings."""
