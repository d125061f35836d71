"""Tokens: create, list and revoke the credentials of devices, programs and sessions."""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound, Unavailable
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth import accounts as rows
from stressvision.services.audit import record
from stressvision.services.auth.accounts import get_account
from stressvision.services.auth.hashing import hash_secret, is_fast_hash
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_credential, require_unchanged
from stressvision.wire.access import Token, TokenIssued, TokenList, TokenRequest

PREFIX = "sv"
TOKEN_DAYS = timedelta(days=365)
"""Lifetime of the tokens of the devices on this machine."""
_ID_BYTES = 6
_SECRET_BYTES = 32
_TOKEN_ID = re.compile(r"[0-9a-f]{12}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class TokenParts:
    """The parts of a token `sv_<id>_<secret>`. The id is not secret, and appears in lists and in the audit log."""

    token_id: str
    secret: str

    @property
    def text(self) -> str:
        """The complete token."""
        return f"{PREFIX}_{self.token_id}_{self.secret}"


def parse_token(text: str) -> TokenParts | None:
    """Return the parts of a token, or None where the text does not have its form."""
    parts = text.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or not _TOKEN_ID.fullmatch(parts[1]) or not _SECRET.fullmatch(parts[2]):
        return None
    return TokenParts(parts[1], parts[2])


def replace_slow_hash(context: Context, row: rows.TokenRow, parts: TokenParts) -> None:
    """Replace the Argon2 hash that earlier versions stored, now that the secret is known to be right."""
    if is_fast_hash(row.secret_hash):
        return
    try:
        with context.database.write() as connection:
            rows.set_secret_hash(connection, row.id, hash_secret(parts.secret))
    except Unavailable:
        return  # the next verification repeats it


def add_token(
    context: Context, wanted: TokenRequest, actor: Actor, *, verified: rows.AccountRow | None = None
) -> TokenIssued:
    """Create a token for a device or an account, and return it; it cannot be read again later.

    `verified`: the account as it was when its password was checked, if it was.

    Raises:
        InvalidInput: Not exactly one of device and account is set.
        Unauthenticated: The caller's credential ended, or the verified account was changed meanwhile.
        NotFound: There is no such account.
        Conflict: The account is disabled, or no account exists that could revoke the token.
    """
    if (wanted.device_id is None) == (wanted.account is None):
        raise InvalidInput(
            Message(
                es="Un token es de un dispositivo o de una cuenta: indique device_id o account.",
                en="A token belongs to a device or to an account: set device_id or account.",
            ),
            field="device_id",
        )
    with context.database.write() as connection:
        require_credential(connection, context, actor)
        if verified is not None:
            require_unchanged(connection, verified)
        if not rows.has_accounts(connection):
            raise Conflict(
                Message(
                    es="Cree antes una cuenta de administrador: python -m stressvision account add NOMBRE --role admin",
                    en="Create an administrator's account first: python -m stressvision account add NAME --role admin",
                )
            )
        account = get_account(connection, wanted.account) if wanted.account else None
        if account is not None and account.disabled_at is not None:
            raise Conflict(
                Message(es=f"La cuenta {wanted.account} está desactivada.", en=f"Account {wanted.account} is disabled.")
            )
        parts = issue_token(
            connection,
            context,
            actor,
            purpose="access",
            valid=timedelta(days=wanted.days),
            account_id=account.id if account else None,
            device_id=wanted.device_id,
        )
        row = rows.find_token(connection, parts.token_id)
        if row is None:
            raise NotFound(_no_token(parts.token_id))
        owner = {"account": account.name} if account else {"device_id": wanted.device_id}
        record(connection, context, actor, "token_added", "token", row.id, {"token_id": parts.token_id, **owner})
    return TokenIssued(token=parts.text, issued=Token.model_validate(row))


def list_tokens(context: Context) -> TokenList:
    """Return the tokens of devices and programs, newest first, without the sessions of people."""
    with context.database.read() as connection:
        found = [Token.model_validate(row) for row in rows.select_tokens(connection, "access")]
    return TokenList(tokens=found, total=len(found))


def revoke_token(context: Context, token_id: str, actor: Actor) -> Token:
    """Revoke a token; within five seconds every server refuses it. Raises NotFound."""
    with context.database.write() as connection:
        token = rows.find_token(connection, token_id)
        if token is None:
            raise NotFound(_no_token(token_id))
        rows.revoke_token(connection, token_id, context.clock())
        record(connection, context, actor, "token_revoked", "token", token.id, {"token_id": token_id})
        return Token.model_validate(rows.find_token(connection, token_id))


def issue_token(
    connection: Connection,
    context: Context,
    actor: Actor,
    *,
    purpose: Literal["access", "session"],
    valid: timedelta,
    account_id: int | None,
    device_id: str | None,
) -> TokenParts:
    """Store a new token, as a hash only, and return it. Called in a write transaction."""
    now = context.clock()
    parts = TokenParts(secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES))
    token = rows.NewToken(
        token_id=parts.token_id,
        secret_hash=hash_secret(parts.secret),
        account_id=account_id,
        device_id=device_id,
        purpose=purpose,
        created_by=actor.user_id,
        created_at=now,
        expires_at=now + valid,
    )
    rows.insert_token(connection, token)
    return parts


def _no_token(token_id: str) -> Message:
    return Message(es=f"No existe el token {token_id}.", en=f"There is no token {token_id}.")
