"""Writing down who looked at or changed what, in the transaction that does it."""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.audit import (
    AuditFilter,
    count_audit,
    delete_oldest_part,
    find_oldest_part,
    holds_row,
    insert_audit,
    read_anchor,
    read_head,
    select_audit,
    stream_links,
)
from stressvision.domain.audit import TRIMMED, ChainFault, Entry, Head, find_faults
from stressvision.services.context import Actor, Context
from stressvision.services.reads import Look, Repetitions
from stressvision.wire.access import AuditEntry, AuditList


@dataclass(frozen=True)
class ChainVerdict:
    """What verifying the log found. `is_cut`: the row that was noted elsewhere is not there as it was."""

    rows: int
    head: Head | None
    faults: tuple[ChainFault, ...]
    is_cut: bool

    @property
    def is_whole(self) -> bool:
        return not self.faults and not self.is_cut


def record(
    connection: Connection,
    context: Context,
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: int | None,
    details: Mapping[str, object] | None = None,
) -> None:
    insert_audit(
        connection,
        Entry(
            timestamp=context.clock(),
            user_id=actor.user_id,
            action=action,
            entity_type=entity_type,
            entity_id=entity_id,
            ip_address=actor.ip_address,
            details=dict(details) if details else None,
        ),
    )


def record_read(context: Context, actor: Actor, action: str, entity_type: str, entity_id: int) -> None:
    """Writes down a look at one person's data, before it is granted. In no transaction of the caller's.

    What the same reader repeats within some seconds is counted, and written as one row more (services/reads.py).
    """
    submit_read(context, actor, action, entity_type, entity_id).result()


def submit_read(
    context: Context,
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: int,
    details: Mapping[str, object] | None = None,
) -> "Future[None]":
    """As record_read, for who has something else to do meanwhile: nothing may be shown before the future ends well."""
    now = context.clock()
    look = Look(actor.user_id, actor.ip_address, action, entity_type, entity_id, tuple(sorted((details or {}).items())))
    return context.reads.note(look, now, lambda ended: _submit_looks(context, ended, look))


def record_repetitions(context: Context, *, is_ending: bool = False) -> None:
    """Writes down what was repeated and is over; `is_ending`: all of it, because the process ends."""

    def write(repetitions: Repetitions) -> "Future[None]":
        return _submit_looks(context, repetitions)

    written = context.reads.write_all(write) if is_ending else context.reads.write_ended(context.clock(), write)
    if written is not None:
        written.result()


def _submit_looks(context: Context, repetitions: Repetitions, first: Look | None = None) -> "Future[None]":
    def write(connection: Connection) -> None:
        for look, times in repetitions:
            _insert_look(connection, context, look, {"times": times})
        if first is not None:
            _insert_look(connection, context, first, {})

    return context.database.queue.submit(write)


def _insert_look(connection: Connection, context: Context, look: Look, details: Mapping[str, object]) -> None:
    actor = Actor(user_id=look.user_id, ip_address=look.ip_address)
    said = {**dict(look.details), **details}
    record(connection, context, actor, look.action, look.entity_type, look.entity_id, said)


def list_audit(context: Context, wanted: AuditFilter, actor: Actor) -> AuditList:
    """Newest first. To ask who looked at one person is itself a look at that person's data, and written down."""
    if wanted.entity_type == "employee" and wanted.entity_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_audit", "employee", wanted.entity_id)
    with context.database.read() as connection:
        found = select_audit(connection, wanted)
        total = count_audit(connection, wanted)
    entries = [AuditEntry(id=link.id, **vars(link.entry), hash=link.hash) for link in found]
    return AuditList(entries=entries, total=total)


def verify_audit(context: Context, noted: Head | None = None) -> ChainVerdict:
    """Looks at every row. `noted`: the head as it was written down elsewhere, earlier."""
    with context.database.read() as connection:
        faults = tuple(find_faults(stream_links(connection), read_anchor(connection)))
        rows = count_audit(connection, AuditFilter())
        head = read_head(connection)
        is_cut = noted is not None and not holds_row(connection, noted)
    return ChainVerdict(rows, head, faults, is_cut)


def trim_audit(connection: Connection, context: Context, before: datetime) -> int:
    """Deletes the rows that all are older than `before`, oldest first; how many. In a write transaction.

    A row of its own says up to where, and with which hash the rest goes on, so that the rest can still be verified.
    """
    part = find_oldest_part(connection, before)
    if part is None:
        return 0
    last, rows = part
    details = {"through": last.id, "hash": last.hash, "rows": rows}
    record(connection, context, Actor(), TRIMMED, "audit", None, details)
    delete_oldest_part(connection, last.id)
    return rows
