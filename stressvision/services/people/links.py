"""Personal links: issued by the health service, opened once, valid for half an hour from then on."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.core.errors import Forbidden, Message, Unauthenticated
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people import own as rows
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import get_employee
from stressvision.wire.own import PersonLinkIssued

PATH = "mis-datos"
"""The page of the dashboard that a link opens."""
VALID = timedelta(hours=24)
"""Time in which a link has to be opened."""
OPEN_FOR = timedelta(minutes=30)
"""Time for which an opened link is valid."""
PREFIX = "svp_"
_SECRET_BYTES = 32

_MISSING = Message(
    es="Esta página se abre con el enlace personal que entrega el servicio de salud.",
    en="This page opens with the personal link that the health service hands out.",
)
_EXPIRED = Message(
    es="El enlace venció o ya se usó: pida otro al servicio de salud.",
    en="The link is expired or was used: ask the health service for another one.",
)


@dataclass(frozen=True)
class LinkHolder:
    """The person behind a valid link, from `address`. `expires_at`: when the link ends."""

    employee_id: int
    expires_at: datetime
    address: str | None

    @property
    def actor(self) -> Actor:
        """The person as author of an audit entry: the log names them by the row they are about."""
        return Actor(user_id="enlace personal", ip_address=self.address)


def issue_link(context: Context, employee_id: int, actor: Actor) -> PersonLinkIssued:
    """Create a link for an employee; earlier ones end. Audited. Raises NotFound."""
    now = context.clock()
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    with context.database.write() as connection:
        get_employee(connection, employee_id)
        rows.end_links(connection, employee_id, now)
        rows.insert_link(connection, employee_id, _digest(secret), actor.user_id, now + VALID)
        record(connection, context, actor, "issue_link", "employee", employee_id)
    return PersonLinkIssued(
        employee_id=employee_id, secret=secret, path=f"/{PATH}?clave={secret}", expires_at=now + VALID
    )


def require_link(context: Context, secret: str | None, address: str | None) -> LinkHolder:
    """Return the holder of a link. The first use opens it, which is audited.

    Raises:
        Unauthenticated: There is no secret.
        Forbidden: The link is unknown, expired or was opened too long ago.
    """
    if not secret:
        raise Unauthenticated(_MISSING)
    with context.database.read() as connection:
        link = rows.find_link(connection, _digest(secret))
    now = context.clock()
    if link is None or link.expires_at <= now:
        raise Forbidden(_EXPIRED)
    if link.opened_at is not None:
        return LinkHolder(link.employee_id, link.expires_at, address)
    holder = LinkHolder(link.employee_id, min(link.expires_at, now + OPEN_FOR), address)
    with context.database.write() as connection:
        if _open(connection, context, link.id, holder):
            return holder
    return require_link(context, secret, address)  # another request opened it meanwhile, or it was ended


def _open(connection: Connection, context: Context, link_id: int, holder: LinkHolder) -> bool:
    is_opened = rows.open_link(connection, link_id, context.clock(), holder.expires_at)
    if is_opened:
        record(connection, context, holder.actor, "open_link", "employee", holder.employee_id)
    return is_opened


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
