"""Writing down who looked at or changed what, in the transaction that does it."""

from collections.abc import Mapping
from datetime import datetime

from stressvision.db.audit import delete_oldest_part, find_oldest_part, insert_audit
from stressvision.db.connection import Connection
from stressvision.domain.audit import TRIMMED
from stressvision.services.context import Actor, Context


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
        {
            "timestamp": context.clock(),
            "user_id": actor.user_id,
            "action": action,
            "entity_type": entity_type,
            "entity_id": entity_id,
            "ip_address": actor.ip_address,
            "details": dict(details) if details else None,
        },
    )


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
