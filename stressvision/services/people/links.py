"""Personal links: issued by the health service, opened once, in exchange for a secret of half an hour."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.core.errors import Forbidden, Message, Unauthenticated
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.people import own as rows
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_credential, require_still_open
from stressvision.services.people.employees import get_employee
from stressvision.wire.own import OpenedLink, PersonLinkIssued

PATH = "mis-datos"
"""The page of the dashboard that a link opens."""
VALID = timedelta(hours=24)
"""Time in which a link has to be opened."""
OPEN_FOR = timedelta(minutes=30)
"""Time for which the secret of the opening is valid."""
PREFIX = "svp_"
OPENED_PREFIX = "svo_"
"""Of the secret that replaces the link: neither opens what the other does."""
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
    """The person behind an opened link, from `address`. `expires_at`: when it ends, unless another is issued.

    `draw`: random, of this opening.
    """

    link_id: int
    employee_id: int
    expires_at: datetime
    address: str | None
    draw: int = 0

    @property
    def opened_at(self) -> datetime:
        """When the link was opened."""
        return self.expires_at - OPEN_FOR

    @property
    def actor(self) -> Actor:
        """The person as author of an audit entry: the log names them by the row they are about."""
        return Actor(user_id="enlace personal", ip_address=self.address)


def issue_link(context: Context, employee_id: int, actor: Actor) -> PersonLinkIssued:
    """Create a link for an employee; earlier ones end. Audited.

    Raises:
        NotFound: There is no such employee.
        Unauthenticated: The caller's credential ended, or the first account was created, meanwhile.
    """
    now = context.clock()
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    with context.database.write() as connection:
        require_still_open(connection, actor)
        require_credential(connection, context, actor)
        get_employee(connection, employee_id)
        rows.end_links(connection, employee_id, now)
        rows.insert_link(connection, employee_id, _digest(secret), actor.user_id, now + VALID)
        record(connection, context, actor, "issue_link", "employee", employee_id)
    return PersonLinkIssued(
        employee_id=employee_id, secret=secret, path=f"/{PATH}?clave={secret}", expires_at=now + VALID
    )


def open_link(context: Context, link: str | None, address: str | None) -> OpenedLink:
    """Exchange a link, which ends, for the secret of half an hour that only this caller has. Audited.

    Raises:
        Unauthenticated: There is no link.
        Forbidden: The link is unknown, expired, ended or was opened.
    """
    found = _find(context, link, PREFIX)
    now = context.clock()
    secret = OPENED_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    holder = LinkHolder(found.id, found.employee_id, now + OPEN_FOR, address)
    with context.database.write() as connection:
        # The row decides: another request may have opened or ended the link since it was found.
        if not rows.open_link(connection, found.id, _digest(secret), now, holder.expires_at):
            raise Forbidden(_EXPIRED)
        record(connection, context, holder.actor, "open_link", "employee", holder.employee_id)
    return OpenedLink(secret=secret, expires_at=holder.expires_at)


def require_holder(context: Context, secret: str | None, address: str | None) -> LinkHolder:
    """Return the holder of an opened link by the secret of its opening. Raises Unauthenticated and Forbidden."""
    found = _find(context, secret, OPENED_PREFIX)
    draw = int(_digest(f"draw {secret}")[:12], 16)
    return LinkHolder(found.id, found.employee_id, found.expires_at, address, draw)


def require_open_link(connection: Connection, context: Context, holder: LinkHolder) -> None:
    """Raise Forbidden where the link ended, and NotFound where the person was erased, since the request was accepted.

    Called in the transaction that writes for the holder.
    """
    get_employee(connection, holder.employee_id)
    found = rows.find_link_by_id(connection, holder.link_id)
    if found is None or found.opened_at is None or found.expires_at <= context.clock():
        raise Forbidden(_EXPIRED)


def _find(context: Context, secret: str | None, prefix: str) -> rows.LinkRow:
    if not secret:
        raise Unauthenticated(_MISSING)
    if not secret.startswith(prefix):
        raise Forbidden(_EXPIRED)
    with context.database.read() as connection:
        found = rows.find_link(connection, _digest(secret))
    if found is None or found.expires_at <= context.clock():
        raise Forbidden(_EXPIRED)
    return found


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
