"""The change feed: committed changes in commit order."""

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
"""Written by triggers, so that it contains the commits of every process."""
