"""Audit log: record reads and changes in the transaction that makes them, list, verify and trim the log."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth.audit import (
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
from stressvision.domain.audit import REPETITIONS, TRIMMED, AuditHead, ChainFault, Entry, find_faults, limit_entry
from stressvision.domain.auth import sees_persons
from stressvision.services.context import Actor, Context
from stressvision.services.reads import LIST_SPAN, SPAN, STREAM_SPAN, AuditedRead, RepeatedReads
from stressvision.wire.access import AuditEntry, AuditList


@dataclass(frozen=True)
class ChainVerdict:
    """Result of verifying the log. `is_cut`: the row noted outside the database is missing or changed."""

    rows: int
    head: AuditHead | None
    faults: tuple[ChainFault, ...]
    is_cut: bool

    @property
    def is_whole(self) -> bool:
        """Whether no fault was found."""
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
    """Add a row to the audit log, in the caller's write transaction.

    Args:
        connection: The write transaction.
        context: Source of the time.
        actor: The person, device or program that acts.
        action: What was done, as a stable name such as `alert_resolved`.
        entity_type: Kind of the affected entity, such as `employee`.
        entity_id: Its row id, if it has one.
        details: Further JSON values.
    """
    insert_audit(
        connection,
        Entry(
            timestamp=context.clock(),
            user_id=actor.user_id,
            action=action,
            entity_type=entity_type,
            entity_id=entity_id,
            ip_address=actor.ip_address,
            details={**actor.token_details, **(details or {})} or None,
        ),
    )


def record_read(context: Context, actor: Actor, action: str, entity_type: str, entity_id: int) -> None:
    """Record a read of one person's data before its result is returned. Must not be called inside a transaction.

    Equal reads within a few seconds are counted, and written as one more row (services/reads.py).
    """
    submit_read(context, actor, action, entity_type, entity_id).result()


def record_people_read(
    context: Context, actor: Actor, action: str, people: Iterable[int], span: timedelta = LIST_SPAN
) -> None:
    """Record a read of something that contains these people, before it is returned: a row for each person and span."""
    for row in submit_people_read(context, actor, action, people, span):
        row.result()


def submit_people_read(
    context: Context, actor: Actor, action: str, people: Iterable[int], span: timedelta = LIST_SPAN
) -> "list[Future[None]]":
    """Submit what record_people_read records. The result may be returned only after all futures have completed."""
    return [
        submit_read(context, actor, action, "employee", employee_id, span=span) for employee_id in sorted(set(people))
    ]


def record_stream(context: Context, actor: Actor, action: str, people: Sequence[int]) -> None:
    """Record start, progress or end of a client that follows events, with the people in the events it received."""
    details = {"employees": tuple(people)} if people else None
    submit_read(context, actor, action, "stream", None, details, STREAM_SPAN).result()


def record_gallery_read(context: Context, actor: Actor, version: str, people: Sequence[int]) -> None:
    """Record that a device fetched the faces of these people; the same version again is a repetition."""
    details = {"version": version, "employees": tuple(people)}
    submit_read(context, actor, "read_gallery", "gallery", None, details, LIST_SPAN).result()


def submit_read(
    context: Context,
    actor: Actor,
    action: str,
    entity_type: str,
    entity_id: int | None,
    details: Mapping[str, object] | None = None,
    span: timedelta = SPAN,
) -> "Future[None]":
    """Submit what record_read records. The result may be returned only after the future has completed without error."""
    now = context.clock()
    sorted_details = tuple(sorted({**(details or {}), **actor.token_details}.items()))
    read = AuditedRead(actor.user_id, actor.ip_address, action, entity_type, entity_id, sorted_details, span)
    return context.reads.note(read, now, lambda ended: _submit_reads(context, ended, read))


def record_repetitions(context: Context, *, is_ending: bool = False) -> None:
    """Record the repeated reads whose span has ended; `is_ending`: all of them, because the process ends."""

    def write(repetitions: RepeatedReads) -> "Future[None]":
        return _submit_reads(context, repetitions)

    written = context.reads.write_all(write) if is_ending else context.reads.write_ended(context.clock(), write)
    if written is not None:
        written.result()


def _submit_reads(context: Context, repetitions: RepeatedReads, first: AuditedRead | None = None) -> "Future[None]":
    def write(connection: Connection) -> None:
        for read, times in repetitions:
            _insert_read(connection, context, read, {REPETITIONS: times})
        if first is not None:
            _insert_read(connection, context, first, {})

    return context.database.queue.submit(write)


def _insert_read(connection: Connection, context: Context, read: AuditedRead, details: Mapping[str, object]) -> None:
    actor = Actor(user_id=read.user_id, ip_address=read.ip_address)
    all_details = {**dict(read.details), **details}
    record(connection, context, actor, read.action, read.entity_type, read.entity_id, all_details)


def list_audit(context: Context, wanted: AuditFilter, actor: Actor) -> AuditList:
    """Return the audit rows that match, newest first.

    Listing is itself audited: of one employee each time, otherwise once per reader and span.

    Roles without access to measurements get the rows that no measurement causes, without the row ids and hashes, whose
    gaps would count the others.
    """
    is_of_person = wanted.entity_type == "employee" and wanted.entity_id is not None
    if is_of_person:
        with context.database.write() as connection:
            record(connection, context, actor, "read_audit", "employee", wanted.entity_id)
    is_limited = not sees_persons(actor.role)
    with context.database.read() as connection:
        found = select_audit(connection, replace(wanted, is_limited=is_limited))
        total = count_audit(connection, replace(wanted, is_limited=is_limited))
    if not is_of_person:
        submit_read(context, actor, "read_audit", "audit", None, span=LIST_SPAN).result()
    if is_limited:
        entries = [AuditEntry(id=None, **vars(limit_entry(link.entry)), hash=None) for link in found]
    else:
        entries = [AuditEntry(id=link.id, **vars(link.entry), hash=link.hash) for link in found]
    return AuditList(entries=entries, total=total, withheld=is_limited)


def verify_audit(context: Context, noted: AuditHead | None = None) -> ChainVerdict:
    """Verify every row of the log. `noted`: an earlier head, noted outside the database."""
    with context.database.read() as connection:
        faults = tuple(find_faults(stream_links(connection), read_anchor(connection)))
        rows = count_audit(connection, AuditFilter())
        head = read_head(connection)
        is_cut = noted is not None and not holds_row(connection, noted)
    return ChainVerdict(rows, head, faults, is_cut)


def trim_audit(connection: Connection, context: Context, before: datetime, limit: int) -> int:
    """Delete up to `limit` of the oldest rows, up to the first not older than `before`, and return their number.

    Called in a write transaction. A row of its own records up to where the log was deleted, and the hash on which the
    rest continues, so that the rest can still be verified.
    """
    part = find_oldest_part(connection, before, limit)
    if part is None:
        return 0
    last, rows = part
    details = {"through": last.id, "hash": last.hash, "rows": rows}
    record(connection, context, Actor(), TRIMMED, "audit", None, details)
    delete_oldest_part(connection, last.id)
    return rows
