"""Who stands at the door of a running server: tokens known from a moment ago are not looked up again."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from stressvision.core.errors import DatabaseUnavailable, Forbidden, Message, Unauthenticated
from stressvision.db.queries import accounts as rows
from stressvision.domain.roles import Role
from stressvision.services.auth.hashing import is_secret
from stressvision.services.auth.tokens import parse_token
from stressvision.services.context import Actor, Context

FRESH_SECONDS = 2.0
"""How long what the database said of a token, or of there being accounts, is believed: revoking takes no longer."""
VERIFIED_SECONDS = 600.0
"""How long a token that was compared with its Argon2 hash need not be compared with it again."""
CAPACITY = 1000

log = structlog.get_logger()

MISSING = Message(
    es="Hace falta identificarse: envíe la cabecera Authorization: Bearer TOKEN. Un token se obtiene con "
    "POST /api/login, o con: python -m stressvision token add",
    en="Identification is needed: send the header Authorization: Bearer TOKEN. A token comes from POST /api/login, "
    "or from: python -m stressvision token add",
)
_REFUSED = Message(
    es="El token no vale o dejó de valer (venció, fue revocado o la cuenta está desactivada): pida otro.",
    en="The token does not count, or not any longer (expired, revoked, or its account is disabled): ask for another.",
)


@dataclass(frozen=True)
class Principal:
    """Whom a token speaks for. `name`: the account's, or the device's."""

    token_id: str
    name: str
    role: Role
    device_id: str | None
    expires_at: datetime

    def as_actor(self, address: str | None) -> Actor:
        return Actor(self.name, address, self.role, self.device_id)


@dataclass(frozen=True)
class _Known:
    digest: bytes
    principal: Principal
    looked_up_at: float
    verified_at: float


class Authenticator:
    """For all threads of one process. Before there are accounts it stands open."""

    def __init__(self, context: Context, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._context, self._monotonic = context, monotonic
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._guards: bool | None = None
        self._asked_at = 0.0

    def cached_login_required(self) -> bool | None:
        """Whether a token is asked for, as far as is known without asking the database; None where it must be."""
        if self._guards or (self._guards is False and self._monotonic() - self._asked_at < FRESH_SECONDS):
            return self._guards
        return None

    def is_login_required(self) -> bool:
        """Whether there are accounts. Raises DatabaseUnavailable where that has never been known."""
        remembered = self.cached_login_required()
        if remembered is not None:
            return remembered
        try:
            with self._context.database.read() as connection:
                self._guards = rows.has_accounts(connection)
                self._asked_at = self._monotonic()
        except DatabaseUnavailable:
            if self._guards is None:
                raise
        return bool(self._guards)

    def lookup_cached(self, token: str) -> Principal | None:
        """Whom the token speaks for, where that was established a moment ago; None where admit() has to."""
        shown = parse_token(token)
        known = self._known.get(shown.token_id) if shown else None
        if known is None or not self._is_the_same(known, token):
            return None
        now = self._monotonic()
        fresh = now - known.looked_up_at < FRESH_SECONDS and now - known.verified_at < VERIFIED_SECONDS
        return known.principal if fresh and self._context.clock() < known.principal.expires_at else None

    def authenticate(self, token: str) -> Principal:
        """Raises Unauthenticated, and DatabaseUnavailable."""
        principal = self.lookup_cached(token)
        if principal is not None:
            return principal
        shown = parse_token(token)
        if shown is None:
            raise Unauthenticated(_REFUSED)
        looked_up_at = self._monotonic()
        with self._context.database.read() as connection:
            row = rows.find_token(connection, shown.token_id)
        if row is None or not self._counts(row):
            self._forget(shown.token_id)
            raise Unauthenticated(_REFUSED)
        known = self._known.get(shown.token_id)
        is_verified = (
            known is not None
            and self._is_the_same(known, token)
            and self._monotonic() - known.verified_at < VERIFIED_SECONDS
        )
        if not is_verified and not is_secret(shown.secret, row.secret_hash):
            log.warning("a token with a wrong secret was refused", token_id=shown.token_id)
            raise Unauthenticated(_REFUSED)
        principal = _to_principal(row)
        verified_at = known.verified_at if is_verified and known else looked_up_at
        self._keep(_Known(self._digest(token), principal, looked_up_at, verified_at))
        return principal

    def is_still_valid(self, principal: Principal) -> bool:
        """Whether a token that was admitted counts now. Raises DatabaseUnavailable."""
        with self._context.database.read() as connection:
            row = rows.find_token(connection, principal.token_id)
        return (
            row is not None
            and self._counts(row)
            and _to_principal(row) == replace(principal, expires_at=row.expires_at)
        )

    def _counts(self, row: rows.TokenRow) -> bool:
        return row.revoked_at is None and row.disabled_at is None and self._context.clock() < row.expires_at

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode(), hashlib.sha256)

    def _is_the_same(self, known: _Known, token: str) -> bool:
        return hmac.compare_digest(known.digest, self._digest(token))

    def _keep(self, known: _Known) -> None:
        with self._lock:
            if len(self._known) >= CAPACITY:
                self._known.clear()
            self._known[known.principal.token_id] = known

    def _forget(self, token_id: str) -> None:
        with self._lock:
            self._known.pop(token_id, None)


def _to_principal(row: rows.TokenRow) -> Principal:
    role = Role.DEVICE if row.device_id is not None else Role(row.account_role or "")
    return Principal(row.token_id, row.account or row.device_id or "", role, row.device_id, row.expires_at)


def bearer_token(authorization: str | None) -> str | None:
    """The token of an Authorization header; None where there is none of this kind."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def require_own_device(actor: Actor, device_id: str) -> None:
    """Raises Forbidden where a device's token is shown for another device."""
    if actor.device_id is not None and actor.device_id != device_id:
        raise Forbidden(
            Message(
                es=f"Este token es del dispositivo {actor.device_id} y no puede hablar por {device_id}. Pida un token "
                f"para {device_id}: python -m stressvision token add --device {device_id}",
                en=f"This token is device {actor.device_id}'s and cannot speak for {device_id}. Ask for a token for "
                f"{device_id}: python -m stressvision token add --device {device_id}",
            ),
            field="device_id",
        )
