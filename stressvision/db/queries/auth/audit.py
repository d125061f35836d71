"""The audit log: reads and changes of personal data, each row chained to the previous one by a hash."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from stressvision.core.clock import to_millisecond
from stressvision.db.engine.expressions import json_has_key
from stressvision.db.engine.row_reader import RowReader, as_it_stands, as_text
from stressvision.db.engine.types import read_json
from stressvision.db.schema.tables import audit_log
from stressvision.db.schema.tables.audit import STORED_ENTRIES, parse_details, to_entry
from stressvision.domain.audit import (
    BEGINNING,
    CHOSEN_READS,
    OPERATIONS,
    REPETITIONS,
    TRIMMED,
    AuditHead,
    Entry,
    Link,
    link_hash,
)

_CHUNK = 1000

_LAST = select(audit_log.c.id, audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)
_INSERT = insert(audit_log)
_read_entry = RowReader(Entry)


@dataclass(frozen=True)
class AuditFilter:
    """Which rows to list, newest first, at most `limit`; None does not filter."""

    entity_type: str | None = None
    entity_id: int | None = None
    user_id: str | None = None
    since: datetime | None = None
    limit: int = 100
    is_limited: bool = False
    """Only rows that roles without access to measurements may know of; reads do not match an entity."""


def insert_audit(connection: Connection, entry: Entry) -> None:
    """Append an entry to the chain. Only within a write transaction: the last row read is then the last row."""
    stored = replace(entry, timestamp=to_millisecond(entry.timestamp), details=_to_json_values(entry.details))
    last = read_head(connection)
    previous = last.hash if last else BEGINNING
    connection.execute(_INSERT, {**vars(stored), "previous_hash": previous, "hash": link_hash(previous, stored)})


def read_head(connection: Connection) -> AuditHead | None:
    """Return the newest row's id and hash, None for an empty log."""
    row = connection.execute(_LAST).first()
    return AuditHead(row.id, row.hash or "") if row else None


def holds_row(connection: Connection, head: AuditHead) -> bool:
    """Return whether the row exists with this hash."""
    query = select(audit_log.c.hash).where(audit_log.c.id == head.id)
    return connection.execute(query).scalar() == head.hash


def read_anchor(connection: Connection) -> str:
    """Return the hash that precedes the oldest row: the initial one, or the one recorded when the log was trimmed."""
    newest = STORED_ENTRIES.where(audit_log.c.action == TRIMMED).order_by(audit_log.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    details = parse_details(row.details) if row else None
    return str(details["hash"]) if isinstance(details, dict) and "hash" in details else BEGINNING


def stream_links(connection: Connection) -> Iterator[Link]:
    """Yield every row in order, a thousand in memory at a time."""
    rows = connection.execute(STORED_ENTRIES.order_by(audit_log.c.id), execution_options={"yield_per": _CHUNK})
    yield from map(_to_link, rows)


def select_audit(connection: Connection, wanted: AuditFilter) -> list[Link]:
    """Return the rows that match, newest first."""
    query = _matching(STORED_ENTRIES, wanted).order_by(audit_log.c.id.desc()).limit(wanted.limit)
    return [_to_shown_link(row) for row in connection.execute(query)]


def count_audit(connection: Connection, wanted: AuditFilter) -> int:
    """Return the number of rows that match, regardless of the limit."""
    return int(connection.execute(_matching(select(func.count()).select_from(audit_log), wanted)).scalar_one())


def find_oldest_part(connection: Connection, before: datetime, limit: int) -> tuple[AuditHead, int] | None:
    """Return the last of up to `limit` leading rows that are all older than `before`, and their number, or None."""
    is_kept = (audit_log.c.timestamp >= before).label("is_kept")
    query = select(audit_log.c.id, audit_log.c.hash, is_kept).order_by(audit_log.c.id).limit(limit)
    older = list(takewhile(lambda row: not row.is_kept, connection.execute(query)))
    return (AuditHead(older[-1].id, older[-1].hash or ""), len(older)) if older else None


def delete_oldest_part(connection: Connection, through: int) -> None:
    """Delete the rows up to an id. The triggers allow it only if the newest row is the TRIMMED entry that names it."""
    connection.execute(delete(audit_log).where(audit_log.c.id <= through))


def _matching(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    for name in ("entity_type", "entity_id", "user_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(audit_log.c[name] == value)
    if wanted.since is not None:
        query = query.where(audit_log.c.timestamp >= wanted.since)
    if wanted.is_limited:
        names_entity = wanted.entity_type is not None or wanted.entity_id is not None
        actions = OPERATIONS if names_entity else OPERATIONS | CHOSEN_READS
        # Repetitions are written with the next other read, and at its time.
        is_first = ~json_has_key(audit_log.c.details, REPETITIONS)
        query = query.where(audit_log.c.action.in_(sorted(actions)), is_first)
    return query


def _to_shown_link(row: Row[Any]) -> Link:
    """Return a row as it can be shown; the chain is verified on the stored values instead."""
    shown = _read_entry((*row[1:7], as_it_stands(None if row.details is None else read_json(row.details))))
    return Link(row.id, shown, _text_or_none(row.previous_hash), _text_or_none(row.hash))


def _text_or_none(value: object) -> str | None:
    return None if value is None else as_text(value)


def _to_link(row: Row[Any]) -> Link:
    return Link(row.id, to_entry(row), row.previous_hash, row.hash)


def _to_json_values(details: object) -> object:
    """Return the details as they will be read back: enumerations and keys become text."""
    return json.loads(json.dumps(details))
