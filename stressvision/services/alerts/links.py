"""Links in messages that acknowledge an alert, once, in the name of the destination that received the message."""

import hashlib
import secrets
from datetime import timedelta

from stressvision.core.errors import Conflict, Forbidden, Message, Unauthenticated
from stressvision.core.notice_routes import NoticeRoute
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alert_links as rows
from stressvision.db.queries.alerts.alerts import AlertRow, select_alert
from stressvision.domain.alerts import AlertStatus
from stressvision.services.context import Actor, Context
from stressvision.services.notice_routing import find_link_route
from stressvision.wire.alerts import AlertLinkState

PATH = "/atender"
"""The route of the dashboard's server that a link opens; its query has the secret as `clave`."""
VALID = timedelta(hours=24)
PREFIX = "sva_"
_SECRET_BYTES = 32

_MISSING = Message(es="Falta la clave del enlace.", en="The link's key is missing.")
_INVALID = Message(
    es="El enlace no es válido o venció: abra la alerta en el tablero.",
    en="The link is invalid or expired: open the alert on the dashboard.",
)
_USED = Message(
    es="Este enlace ya se usó. La alerta sigue en el tablero.",
    en="This link was used already. The alert is on the dashboard.",
)
_SETTLED = Message(
    es="Otra persona ya atendió o resolvió esta alerta: no hay nada que hacer.",
    en="Another person acknowledged or resolved this alert already: there is nothing to do.",
)


def issue_alert_link(context: Context, alert_id: int, target: str) -> str | None:
    """Return the address of a new link for a message to a target; None where its messages may not contain one."""
    with context.database.read() as connection:
        if find_link_route(connection, context.settings, target) is None:
            return None
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    with context.database.write() as connection:
        row = select_alert(connection, alert_id)
        if row is None or row.status != AlertStatus.PENDING:
            return None
        rows.insert_link(connection, alert_id, target, _digest(secret), context.clock() + VALID)
    return f"{context.settings.dashboard_base}{PATH}?clave={secret}"


def read_alert_link(context: Context, secret: str | None) -> AlertLinkState:
    """Return the state of a link; changes nothing.

    Raises:
        Unauthenticated: There is no secret.
        Forbidden: The link is unknown or expired, or its destination may not acknowledge any more.
    """
    with context.database.read() as connection:
        link, route, alert = _find(connection, context, secret)
    is_open = link.used_at is None and alert.status == AlertStatus.PENDING
    return _describe(link, route, alert, "used" if link.used_at else "pending" if is_open else "settled")


def acknowledge_by_link(context: Context, secret: str | None, address: str | None) -> AlertLinkState:
    """Acknowledge the alert of a link, once, in the name of its destination. Audited.

    Args:
        context: Database, settings and clock.
        secret: The link's key.
        address: Of the browser, for the audit log.

    Raises:
        Unauthenticated, Forbidden: As read_alert_link.
        Conflict: The link was used, or another user decided on the alert.
    """
    # Imported here: the reporter issues links, and decisions need 2 MB of models that it does not use.
    from stressvision.services.alerts.decisions import change_status

    with context.database.write() as connection:
        link, route, alert = _find(connection, context, secret)
        if link.used_at is not None:
            raise Conflict(_USED)
        if alert.status != AlertStatus.PENDING:
            raise Conflict(_SETTLED)
        rows.use_link(connection, link.id, context.clock())
        reader = f" ({route.account})" if route.account else ""
        actor = Actor(user_id=f"enlace de {route.name}{reader}", ip_address=address)
        change_status(connection, context, alert.id, AlertStatus.ACKNOWLEDGED, actor)
    return _describe(link, route, alert, "acknowledged")


def _find(
    connection: Connection, context: Context, secret: str | None
) -> tuple[rows.AlertLinkRow, NoticeRoute, AlertRow]:
    if not secret:
        raise Unauthenticated(_MISSING)
    link = rows.find_link(connection, _digest(secret)) if secret.startswith(PREFIX) else None
    if link is None or link.expires_at <= context.clock():
        raise Forbidden(_INVALID)
    route, alert = find_link_route(connection, context.settings, link.target), select_alert(connection, link.alert_id)
    if route is None or alert is None:
        raise Forbidden(_INVALID)
    return link, route, alert


def _describe(link: rows.AlertLinkRow, route: NoticeRoute, alert: AlertRow, state: str) -> AlertLinkState:
    return AlertLinkState.model_validate(
        {
            "alert_id": alert.id,
            "timestamp": alert.timestamp,
            "severity": alert.severity,
            "destination": route.name,
            "expires_at": link.expires_at,
            "state": state,
        }
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
