"""What changed, in the order in which it was committed."""

from sqlalchemy import Column, Integer, Table, Text

from stressvision.db.schema.tables.columns import key, metadata, stamp

changes = Table(
    "changes",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    stamp("committed_at"),
    sqlite_autoincrement=True,
)
"""The change feed: written by triggers, so that whatever any process commits is in it."""
