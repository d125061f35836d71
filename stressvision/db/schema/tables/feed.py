"""The change feed: committed changes in commit order; and which database they belong to."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, text

from stressvision.db.schema.tables.columns import key, metadata, moment, stamp

IS_REPORT = text("kind = 'report'")
"""Changes that roles without access to persons may be informed of; as a literal, which the partial index needs."""

changes = Table(
    "changes",
    metadata,
    key(),
    Column("kind", Text, nullable=False),
    Column("entity_id", Integer, nullable=False),
    stamp("committed_at"),
    Index("ix_changes_reports", "committed_at", sqlite_where=IS_REPORT),
    sqlite_autoincrement=True,
)
"""Written by triggers, so that it contains the commits of every process."""

job_marks = Table(
    "job_marks",
    metadata,
    Column("name", Text, primary_key=True),
    moment("at", required=True),
    Column("last_change_id", Integer, nullable=False),
)
"""When each job that deletes last noted the time, and the newest change then (services/confirmed_time.py)."""

database_identity = Table(
    "database_identity",
    metadata,
    Column("only_row", Integer, CheckConstraint("only_row = 1", name="only_row"), primary_key=True),
    Column("id", Text, nullable=False),
)
"""A random id, made at the first request of a device. Backups and copies keep it: row ids mean the same there."""
