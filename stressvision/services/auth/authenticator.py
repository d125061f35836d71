"""Authentication of tokens, with a short-lived cache."""

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
from stressvision.db.queries.auth import accounts as rows
from stressvision.domain.auth import Role
from stressvision.services.auth.hashing import is_secret
from stressvision.services.auth.tokens import parse_token, replace_slow_hash
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import REFUSED, is_valid_token

FRESH_SECONDS = 2.0
"""Lifetime of a cached token, and of the knowledge whether accounts exist: a revocation takes no longer."""
VERIFIED_SECONDS = 600.0
"""How long a token verified against its stored hash needs no second verification."""
CAPACITY = 1000
"""Cached tokens, at most."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Principal:
    """The account or device that a token authenticates. `name`: of the account or the device."""

    token_id: str
    name: str
    role: Role
    device_id: str | None
    expires_at: datetime
    is_session: bool = False

    def as_actor(self, address: str | None) -> Actor:
        """Return the principal as an actor that calls from `address`; the audit log names a program's token."""
        named = None if self.is_session else self.token_id
        return Actor(self.name, address, self.role, self.device_id, named, credential=self.token_id)


@dataclass(frozen=True)
class _CachedToken:
    digest: bytes
    principal: Principal
    looked_up_at: float
    verified_at: float


class Authenticator:
    """Authenticates the tokens of one process. Thread-safe. While no account exists, no login is required."""

    def __init__(self, context: Context, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._context, self._monotonic = context, monotonic
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._cache: dict[str, _CachedToken] = {}
        self._login_required: bool | None = None
        self._login_checked_at = 0.0

    def cached_login_required(self) -> bool | None:
        """Return whether a login is required, without a query; None where a query is needed."""
        if self._login_required or (
            self._login_required is False and self._monotonic() - self._login_checked_at < FRESH_SECONDS
        ):
            return self._login_required
        return None

    def is_login_required(self) -> bool:
        """Return whether accounts exist. Raises DatabaseUnavailable where that has never been known."""
        remembered = self.cached_login_required()
        if remembered is not None:
            return remembered
        try:
            with self._context.database.read() as connection:
                self._login_required = rows.has_accounts(connection)
                self._login_checked_at = self._monotonic()
        except DatabaseUnavailable:
            if self._login_required is None:
                raise
        return bool(self._login_required)

    def lookup_cached(self, token: str) -> Principal | None:
        """Return the principal of a token that was authenticated a moment ago; None where authenticate() is needed."""
        parts = parse_token(token)
        cached = self._cache.get(parts.token_id) if parts else None
        if cached is None or not self._matches(cached, token):
            return None
        now = self._monotonic()
        fresh = now - cached.looked_up_at < FRESH_SECONDS and now - cached.verified_at < VERIFIED_SECONDS
        return cached.principal if fresh and self._context.clock() < cached.principal.expires_at else None

    def authenticate(self, token: str) -> Principal:
        """Return the principal of a token.

        Raises:
            Unauthenticated: The token is invalid, expired or revoked, or its account is disabled.
            DatabaseUnavailable: The token is not cached, and the database does not answer.
        """
        principal = self.lookup_cached(token)
        if principal is not None:
            return principal
        parts = parse_token(token)
        if parts is None:
            raise Unauthenticated(REFUSED)
        looked_up_at = self._monotonic()
        with self._context.database.read() as connection:
            row = rows.find_token(connection, parts.token_id)
        if row is None or not self._is_valid(row):
            self._forget(parts.token_id)
            raise Unauthenticated(REFUSED)
        cached = self._cache.get(parts.token_id)
        is_verified = (
            cached is not None
            and self._matches(cached, token)
            and self._monotonic() - cached.verified_at < VERIFIED_SECONDS
        )
        if not is_verified and not is_secret(parts.secret, row.secret_hash):
            log.warning("token refused", reason="wrong secret", token_id=parts.token_id)
            raise Unauthenticated(REFUSED)
        if not is_verified:
            replace_slow_hash(self._context, row, parts)
        principal = _to_principal(row)
        verified_at = cached.verified_at if is_verified and cached else looked_up_at
        self._store(_CachedToken(self._digest(token), principal, looked_up_at, verified_at))
        return principal

    def is_still_valid(self, principal: Principal) -> bool:
        """Return whether the token is still valid, by a query. Raises DatabaseUnavailable."""
        with self._context.database.read() as connection:
            row = rows.find_token(connection, principal.token_id)
        return (
            row is not None
            and self._is_valid(row)
            and _to_principal(row) == replace(principal, expires_at=row.expires_at)
        )

    def _is_valid(self, row: rows.TokenRow) -> bool:
        return is_valid_token(row, self._context.clock())

    def _digest(self, token: str) -> bytes:
        return hmac.digest(self._key, token.encode(), hashlib.sha256)

    def _matches(self, cached: _CachedToken, token: str) -> bool:
        return hmac.compare_digest(cached.digest, self._digest(token))

    def _store(self, cached: _CachedToken) -> None:
        with self._lock:
            if len(self._cache) >= CAPACITY:
                self._cache.clear()
            self._cache[cached.principal.token_id] = cached

    def _forget(self, token_id: str) -> None:
        with self._lock:
            self._cache.pop(token_id, None)


def _to_principal(row: rows.TokenRow) -> Principal:
    role = Role.DEVICE if row.device_id is not None else Role(row.account_role or "")
    name, is_session = row.account or row.device_id or "", row.purpose == "session"
    return Principal(row.token_id, name, role, row.device_id, row.expires_at, is_session)


def bearer_token(authorization: str | None) -> str | None:
    """Return the token of an Authorization header with the Bearer scheme, or None."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def require_own_device(actor: Actor, device_id: str) -> None:
    """Raise Forbidden where a device's token is used for another device."""
    if actor.device_id is not None and actor.device_id != device_id:
        raise Forbidden(
            Message(
                es=f"Este token es del dispositivo {actor.device_id} y no sirve para {device_id}. Pida un token "
                f"para {device_id}: python -m stressvision token add --device {device_id}",
                en=f"This token belongs to device {actor.device_id} and is not valid for {device_id}. Request a token "
                f"for {device_id}: python -m stressvision token add --device {device_id}",
            ),
            field="device_id",
        )
