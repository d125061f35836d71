"""Writing down who looked at or changed what, in the transaction that does it."""

from collections.abc import Mapping

from stressvision.db.audit import insert_audit
from stressvision.db.connection import Connection
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
