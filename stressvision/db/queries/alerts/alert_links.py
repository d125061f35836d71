"""Links in messages that acknowledge an alert, by the hash of their secret."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.schema.tables import alert_links

_l = alert_links.c


@dataclass(frozen=True)
class AlertLinkRow:
    """A link. `target`: fingerprint of the destination whose message has it."""

    id: int
    alert_id: int
    target: str
    expires_at: datetime
    used_at: datetime | None


def insert_link(connection: Connection, alert_id: int, target: str, digest: str, expires_at: datetime) -> None:
    """Store a link."""
    values = {"alert_id": alert_id, "target": target, "secret_hash": digest, "expires_at": expires_at}
    connection.execute(insert(alert_links).values(values))


def find_link(connection: Connection, digest: str) -> AlertLinkRow | None:
    """Return the link with that hash, or None."""
    query = select(*columns_for(AlertLinkRow, alert_links)).where(_l.secret_hash == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else AlertLinkRow(*row)


def use_link(connection: Connection, link_id: int, at: datetime) -> bool:
    """Mark a link as used; return False where it was used or has expired."""
    is_valid = (_l.id == link_id, _l.used_at.is_(None), _l.expires_at > at)
    return bool(connection.execute(update(alert_links).where(*is_valid).values(used_at=at)).rowcount)


def end_links(connection: Connection, at: datetime) -> None:
    """End the links that are still valid."""
    connection.execute(update(alert_links).where(_l.expires_at > at).values(expires_at=at))
