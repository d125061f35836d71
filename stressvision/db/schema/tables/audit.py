"""The audit log, and how its rows are read."""

import json
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Row, Table, Text, cast, select

from stressvision.db.schema.tables.columns import key, metadata, stamp
from stressvision.domain.audit import Entry

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
"""Append-only by triggers; `hash` covers the row and `previous_hash`, as defined in domain/audit.py."""

STORED_ENTRIES = select(
    audit_log.c.id,
    audit_log.c.timestamp,
    audit_log.c.user_id,
    audit_log.c.action,
    audit_log.c.entity_type,
    audit_log.c.entity_id,
    audit_log.c.ip_address,
    cast(audit_log.c.details, Text).label("details"),
    audit_log.c.previous_hash,
    audit_log.c.hash,
)
"""Rows with `details` as text: rows of an earlier program may contain text that is not JSON."""


def to_entry(row: Row[Any]) -> Entry:
    """Return the audited content of a row of STORED_ENTRIES."""
    return Entry(
        row.timestamp,
        row.user_id,
        row.action,
        row.entity_type,
        row.entity_id,
        row.ip_address,
        parse_details(row.details),
    )


def parse_details(details: str | None) -> object:
    """Return the parsed JSON, or the text itself where it is not JSON."""
    try:
        return None if details is None else json.loads(details)
    except ValueError:
        return details
