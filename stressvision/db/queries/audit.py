"""The audit log: who did or looked at what, each row chained to the one before."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, cast, delete, func, insert, select, update

from stressvision.core.clock import to_millisecond
from stressvision.db.schema.tables import audit_log
from stressvision.domain.audit import BEGINNING, TRIMMED, Entry, Head, Link, link_hash

_CHUNK = 1000

_LAST = select(audit_log.c.id, audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)
# As text: what an earlier program wrote there need not be JSON.
_ROWS = select(
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
_INSERT = insert(audit_log)
_CHAIN = (
    update(audit_log)
    .where(audit_log.c.id == bindparam("row_id"))
    .values(previous_hash=bindparam("before"), hash=bindparam("own"))
)


@dataclass(frozen=True)
class AuditFilter:
    """`limit` bounds what is listed, newest first; None elsewhere means whatever it is."""

    entity_type: str | None = None
    entity_id: int | None = None
    user_id: str | None = None
    since: datetime | None = None
    limit: int = 100


def insert_audit(connection: Connection, values: Mapping[str, Any]) -> None:
    """Appends one row to the chain. In a write transaction: there is one writer, so the last row is the last row."""
    entry = Entry(**{**values, "timestamp": to_millisecond(values["timestamp"]), "details": _plain(values["details"])})
    last = read_head(connection)
    previous = last.hash if last else BEGINNING
    connection.execute(_INSERT, {**asdict(entry), "previous_hash": previous, "hash": link_hash(previous, entry)})


def read_head(connection: Connection) -> Head | None:
    """The newest row."""
    row = connection.execute(_LAST).first()
    return Head(row.id, row.hash or "") if row else None


def holds_row(connection: Connection, head: Head) -> bool:
    """Whether the row is there with this hash."""
    query = select(audit_log.c.hash).where(audit_log.c.id == head.id)
    return connection.execute(query).scalar() == head.hash


def read_anchor(connection: Connection) -> str:
    """The hash that the oldest kept row must follow: the beginning's, or the one noted when the log was shortened."""
    newest = _ROWS.where(audit_log.c.action == TRIMMED).order_by(audit_log.c.id.desc()).limit(1)
    row = connection.execute(newest).first()
    noted = _parsed(row.details) if row else None
    return str(noted["hash"]) if isinstance(noted, dict) and "hash" in noted else BEGINNING


def stream_links(connection: Connection) -> Iterator[Link]:
    """Every row in order, a thousand in memory at a time."""
    rows = connection.execute(_ROWS.order_by(audit_log.c.id), execution_options={"yield_per": _CHUNK})
    for row in rows:
        yield Link(row.id, _entry(row), row.previous_hash, row.hash)


def select_audit(connection: Connection, wanted: AuditFilter) -> list[Link]:
    rows = connection.execute(_matching(_ROWS, wanted).order_by(audit_log.c.id.desc()).limit(wanted.limit))
    return [Link(row.id, _entry(row), row.previous_hash, row.hash) for row in rows]


def count_audit(connection: Connection, wanted: AuditFilter) -> int:
    return connection.execute(_matching(select(func.count()).select_from(audit_log), wanted)).scalar_one()


def chain_rows(connection: Connection) -> None:
    """Chains the rows that were there before there was a chain, and before the triggers that refuse changes."""
    previous = BEGINNING
    after = 0
    page = _ROWS.where(audit_log.c.id > bindparam("after")).order_by(audit_log.c.id).limit(_CHUNK)
    while rows := connection.execute(page, {"after": after}).all():
        chained = []
        for row in rows:
            own = link_hash(previous, _entry(row))
            chained.append({"row_id": row.id, "before": previous, "own": own})
            previous, after = own, row.id
        connection.execute(_CHAIN, chained)


def find_oldest_part(connection: Connection, before: datetime) -> tuple[Head, int] | None:
    """The last of the rows that all are older than `before`, and how many they are; None where there are none."""
    first_kept = connection.execute(select(func.min(audit_log.c.id)).where(audit_log.c.timestamp >= before)).scalar()
    older = select(audit_log.c.id, audit_log.c.hash).order_by(audit_log.c.id.desc()).limit(1)
    if first_kept is not None:
        older = older.where(audit_log.c.id < first_kept)
    last = connection.execute(older).first()
    if last is None:
        return None
    count = connection.execute(select(func.count()).where(audit_log.c.id <= last.id)).scalar_one()
    return Head(last.id, last.hash or ""), count


def delete_oldest_part(connection: Connection, through: int) -> None:
    """The triggers allow it only where the newest row is the note that says so."""
    connection.execute(delete(audit_log).where(audit_log.c.id <= through))


def _matching(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    for name in ("entity_type", "entity_id", "user_id"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(audit_log.c[name] == value)
    return query if wanted.since is None else query.where(audit_log.c.timestamp >= wanted.since)


def _entry(row: Any) -> Entry:
    return Entry(
        row.timestamp,
        row.user_id,
        row.action,
        row.entity_type,
        row.entity_id,
        row.ip_address,
        _parsed(row.details),
    )


def _plain(details: object) -> object:
    """As it will be read again: enumerations are text, keys are text."""
    return json.loads(json.dumps(details))


def _parsed(details: str | None) -> object:
    try:
        return None if details is None else json.loads(details)
    except ValueError:
        return details
