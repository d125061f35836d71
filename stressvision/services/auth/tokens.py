"""Tokens: what devices, programs and logged-in people show instead of a password."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import accounts as rows
from stressvision.services.audit import record
from stressvision.services.auth.accounts import existing_account
from stressvision.services.auth.hashing import hash_secret
from stressvision.services.context import Actor, Context
from stressvision.wire.access import Token, TokenIssued, TokenList, TokenRequest

PREFIX = "sv"
_ID_BYTES = 6
_SECRET_BYTES = 32
_TOKEN_ID = re.compile(r"[0-9a-f]{12}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Shown:
    """A token as it is shown: `sv_<id>_<secret>`; the id is no secret, and stands in lists and in the audit log."""

    token_id: str
    secret: str

    @property
    def text(self) -> str:
        return f"{PREFIX}_{self.token_id}_{self.secret}"


def parse_token(text: str) -> Shown | None:
    """None for what has not the form of a token."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or not _TOKEN_ID.fullmatch(parts[1]) or not _SECRET.fullmatch(parts[2]):
        return None
    return Shown(parts[1], parts[2])


def add_token(context: Context, wanted: TokenRequest, actor: Actor) -> TokenIssued:
    """For a device or for an account. Raises InvalidInput, NotFound, and Conflict where nobody could revoke it."""
    if (wanted.device_id is None) == (wanted.account is None):
        raise InvalidInput(
            Message(
                es="Un token es de un dispositivo o de una cuenta: indique device_id o account.",
                en="A token is a device's or an account's: give device_id or account.",
            ),
            field="device_id",
        )
    with context.database.write() as connection:
        if not rows.has_accounts(connection):
            raise Conflict(
                Message(
                    es="Cree antes una cuenta de administrador: python -m stressvision account add NOMBRE --role admin",
                    en="Create an administrator's account first: python -m stressvision account add NAME --role admin",
                )
            )
        account = existing_account(connection, wanted.account) if wanted.account else None
        if account is not None and account.disabled_at is not None:
            raise Conflict(
                Message(es=f"La cuenta {wanted.account} está desactivada.", en=f"Account {wanted.account} is disabled.")
            )
        shown = issue(
            connection,
            context,
            actor,
            purpose="access",
            valid=timedelta(days=wanted.days),
            account_id=account.id if account else None,
            device_id=wanted.device_id,
        )
        token = rows.find_token(connection, shown.token_id)
        record(connection, context, actor, "token_added", "token", _row_id(token), {"token_id": shown.token_id})
    return TokenIssued(token=shown.text, issued=_public(token))


def list_tokens(context: Context) -> TokenList:
    """Those of devices and programs, newest first; the sessions of people are not among them."""
    with context.database.read() as connection:
        found = [_public(row) for row in rows.select_tokens(connection, "access")]
    return TokenList(tokens=found, total=len(found))


def revoke_token(context: Context, token_id: str, actor: Actor) -> Token:
    """From within five seconds on it is refused everywhere. Raises NotFound."""
    with context.database.write() as connection:
        token = rows.find_token(connection, token_id)
        if token is None:
            raise NotFound(Message(es=f"No existe el token {token_id}.", en=f"There is no token {token_id}."))
        rows.revoke_token(connection, token_id, context.clock())
        record(connection, context, actor, "token_revoked", "token", token.id, {"token_id": token_id})
        return _public(rows.find_token(connection, token_id))


def issue(
    connection: Connection,
    context: Context,
    actor: Actor,
    *,
    purpose: Literal["access", "session"],
    valid: timedelta,
    account_id: int | None,
    device_id: str | None,
) -> Shown:
    """A new token, of which only the hash is kept. In a write transaction."""
    now = context.clock()
    shown = Shown(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))
    token = rows.NewToken(
        token_id=shown.token_id,
        secret_hash=hash_secret(shown.secret),
        account_id=account_id,
        device_id=device_id,
        purpose=purpose,
        created_by=actor.user_id,
        created_at=now,
        expires_at=now + valid,
    )
    rows.insert_token(connection, token)
    return shown


def _row_id(token: Any) -> int:
    row_id: int = token.id
    return row_id


def _public(token: Any) -> Token:
    return Token.model_validate(token)
