"""The queue of notifications with the state of each, and the links in messages that acknowledge an alert."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

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

alert_links = Table(
    "alert_links",
    metadata,
    key(),
    Column("alert_id", Integer, ForeignKey("alerts.id"), nullable=False),
    Column("target", Text, nullable=False),
    Column("secret_hash", Text, nullable=False, unique=True),
    stamp(),
    moment("expires_at", required=True),
    moment("used_at"),
    Index("ix_alert_links_alert_id", "alert_id"),
    sqlite_autoincrement=True,
)
"""Only the SHA-256 of a secret (256 random bits) is stored. `target`: the destination whose message has the link."""
