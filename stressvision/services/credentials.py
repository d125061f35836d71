"""Checks of credentials in the transaction that writes: what was checked before may have ended meanwhile."""

from datetime import datetime

from stressvision.core.clock import latest_credible
from stressvision.core.errors import Message, Unauthenticated
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth import accounts as rows
from stressvision.services.context import Actor, Context

MISSING = Message(
    es="Hace falta autenticarse: envíe la cabecera Authorization: Bearer TOKEN. Un token se obtiene con "
    "POST /api/login, o con: python -m stressvision token add",
    en="Authentication is required: send the header Authorization: Bearer TOKEN. Get a token from POST /api/login, "
    "or from: python -m stressvision token add",
)
REFUSED = Message(
    es="El token no es válido, venció, fue revocado o su cuenta está desactivada: pida otro.",
    en="The token is invalid, expired or revoked, or its account is disabled: request another.",
)
CHANGED = Message(
    es="La cuenta cambió mientras se comprobaba la contraseña: inicie sesión de nuevo.",
    en="The account changed while the password was checked: log in again.",
)


def is_valid_token(row: rows.TokenRow, now: datetime) -> bool:
    """Return whether a token is in force: not revoked or expired, and its account enabled."""
    # A session that a clock ahead began would last longer than a session may.
    is_credible = row.purpose != "session" or row.created_at <= latest_credible(now)
    return row.revoked_at is None and row.disabled_at is None and now < row.expires_at and is_credible


def require_credential(connection: Connection, context: Context, actor: Actor) -> None:
    """Raise Unauthenticated where the credential of the request ended since it was checked.

    Called in the transaction that issues a credential or changes an account: what it issues would outlast the end of
    the caller's. An actor without a credential is a person with an account of the machine.
    """
    if actor.credential is None:
        return
    row = rows.find_token(connection, actor.credential)
    if row is None or not is_valid_token(row, context.clock()):
        raise Unauthenticated(REFUSED)


def require_still_open(connection: Connection, actor: Actor) -> None:
    """Raise Unauthenticated where a request without a login was accepted before the first account was created."""
    if actor.role is None and rows.has_accounts(connection):
        raise Unauthenticated(MISSING)


def require_unchanged(connection: Connection, account: rows.AccountRow) -> None:
    """Raise Unauthenticated where the account was disabled, or its password changed, since its password was checked."""
    if rows.find_account(connection, account.name) != account:
        raise Unauthenticated(CHANGED)
