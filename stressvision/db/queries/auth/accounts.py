"""Accounts, access tokens and failed logins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.schema.tables import access_tokens, accounts, login_failures


@dataclass(frozen=True)
class AccountRow:
    """An account; `disabled_at` None: enabled."""

    id: int
    name: str
    role: str
    password_hash: str
    created_by: str | None
    created_at: datetime
    password_changed_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True)
class NewAccount:
    """An account to store. `password_hash`: Argon2."""

    name: str
    role: str
    password_hash: str
    created_by: str | None
    created_at: datetime
    password_changed_at: datetime


@dataclass(frozen=True)
class TokenRow:
    """A token with its account's name (`account`), role and `disabled_at`; all None for a device's token."""

    id: int
    token_id: str
    secret_hash: str
    account_id: int | None
    device_id: str | None
    purpose: str
    created_by: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    account: str | None
    account_role: str | None
    disabled_at: datetime | None


@dataclass(frozen=True)
class NewToken:
    """`purpose`: `access` or `session`. A token belongs to an account or to a device."""

    token_id: str
    secret_hash: str
    account_id: int | None
    device_id: str | None
    purpose: str
    created_by: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class FailureRow:
    """Failed logins of one subject (a hash)."""

    subject: str
    failures: int
    last_at: datetime


_ACCOUNT = select(*columns_for(AccountRow, accounts))
_TOKEN = select(
    *columns_for(
        TokenRow,
        access_tokens,
        account=accounts.c.name,
        account_role=accounts.c.role,
        disabled_at=accounts.c.disabled_at,
    )
).select_from(access_tokens.outerjoin(accounts, accounts.c.id == access_tokens.c.account_id))
_FAILURE = select(*columns_for(FailureRow, login_failures))


def has_accounts(connection: Connection) -> bool:
    """Return whether any account exists. Disabled ones count: disabling the last one must not turn off the login."""
    return connection.execute(select(accounts.c.id).limit(1)).first() is not None


def select_accounts(connection: Connection) -> list[AccountRow]:
    """Return all accounts by name."""
    return [AccountRow(*row) for row in connection.execute(_ACCOUNT.order_by(accounts.c.name))]


def find_account(connection: Connection, name: str) -> AccountRow | None:
    """Return the account of that name, or None."""
    row = connection.execute(_ACCOUNT.where(accounts.c.name == name)).first()
    return None if row is None else AccountRow(*row)


def insert_account(connection: Connection, account: NewAccount) -> int:
    """Store an account and return its id."""
    return int(connection.execute(insert(accounts).values(vars(account)).returning(accounts.c.id)).scalar_one())


def disable_account(connection: Connection, account_id: int, at: datetime) -> None:
    """Set when the account was disabled."""
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(disabled_at=at))


def set_password(connection: Connection, account_id: int, password_hash: str, at: datetime) -> None:
    """Replace the hash of the account's password."""
    changes = update(accounts).where(accounts.c.id == account_id)
    connection.execute(changes.values(password_hash=password_hash, password_changed_at=at))


def select_tokens(connection: Connection, purpose: str) -> list[TokenRow]:
    """Return the tokens of a purpose, newest first."""
    query = _TOKEN.where(access_tokens.c.purpose == purpose).order_by(access_tokens.c.id.desc())
    return [TokenRow(*row) for row in connection.execute(query)]


def find_token(connection: Connection, token_id: str) -> TokenRow | None:
    """Return the token with its account, or None."""
    row = connection.execute(_TOKEN.where(access_tokens.c.token_id == token_id)).first()
    return None if row is None else TokenRow(*row)


def insert_token(connection: Connection, token: NewToken) -> int:
    """Store a token and return its row id."""
    return int(connection.execute(insert(access_tokens).values(vars(token)).returning(access_tokens.c.id)).scalar_one())


def set_secret_hash(connection: Connection, row_id: int, secret_hash: str) -> None:
    """Replace the hash of a token's secret."""
    connection.execute(update(access_tokens).where(access_tokens.c.id == row_id).values(secret_hash=secret_hash))


def revoke_token(connection: Connection, token_id: str, at: datetime) -> None:
    """Revoke a token, unless it is revoked already."""
    query = update(access_tokens).where(access_tokens.c.token_id == token_id, access_tokens.c.revoked_at.is_(None))
    connection.execute(query.values(revoked_at=at))


def revoke_tokens_of(connection: Connection, account_id: int, at: datetime, *, except_token: str = "") -> None:
    """Revoke all tokens of an account except one."""
    query = update(access_tokens).where(access_tokens.c.account_id == account_id, access_tokens.c.revoked_at.is_(None))
    connection.execute(query.where(access_tokens.c.token_id != except_token).values(revoked_at=at))


def delete_old_sessions(connection: Connection, before: datetime) -> None:
    """Delete the tokens of logins that expired before then."""
    ended = (access_tokens.c.purpose == "session") & (access_tokens.c.expires_at < before)
    connection.execute(delete(access_tokens).where(ended))


def select_failures(connection: Connection, subjects: Iterable[str]) -> dict[str, FailureRow]:
    """Return the failed logins of the subjects that have any, by subject."""
    found = connection.execute(_FAILURE.where(login_failures.c.subject.in_(list(subjects))))
    return {row.subject: FailureRow(*row) for row in found}


def store_failures(connection: Connection, subject: str, failures: int, at: datetime) -> None:
    """Set the count of a subject's failed logins and the time of the last one."""
    values = {"failures": failures, "last_at": at}
    changed = connection.execute(update(login_failures).where(login_failures.c.subject == subject).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(login_failures).values(subject=subject, **values))


def delete_failures(connection: Connection, subjects: Iterable[str]) -> None:
    """Delete the failed logins of the subjects."""
    connection.execute(delete(login_failures).where(login_failures.c.subject.in_(list(subjects))))


def uncount_failure(connection: Connection, subject: str) -> None:
    """Subtract one failed login, counted before the attempt turned out to be successful."""
    failures = login_failures.c.failures - 1
    connection.execute(update(login_failures).where(login_failures.c.subject == subject).values(failures=failures))


def delete_old_failures(connection: Connection, before: datetime) -> None:
    """Delete the subjects whose last failed login was before then."""
    connection.execute(delete(login_failures).where(login_failures.c.last_at < before))


def date_back_failures(connection: Connection, latest: datetime, now: datetime) -> None:
    """Set the time of failures after `latest` to `now`: a clock that was ahead stored them."""
    connection.execute(update(login_failures).where(login_failures.c.last_at > latest).values(last_at=now))


WARNED_BEFORE = timedelta(days=30)
"""Time before the expiry of a token from which it is reported."""

_t = access_tokens.c
_later = access_tokens.alias("later")


@dataclass(frozen=True)
class ExpiringToken:
    """A token, of `device_id` or, where that is None, of a program with a person's account."""

    id: int
    token_id: str
    device_id: str | None
    expires_at: datetime


_replaced = exists().where(
    _later.c.device_id == _t.device_id, _later.c.revoked_at.is_(None), _later.c.expires_at > _t.expires_at
)
_EXPIRING = select(*columns_for(ExpiringToken, access_tokens)).where(
    _t.purpose == "access", _t.revoked_at.is_(None), ~_replaced
)


def select_expiring_tokens(connection: Connection, now: datetime) -> list[ExpiringToken]:
    """Return the tokens that expire within WARNED_BEFORE, or did within the same time before, the first one first."""
    query = _EXPIRING.where(_t.expires_at <= now + WARNED_BEFORE, _t.expires_at > now - WARNED_BEFORE)
    return [ExpiringToken(*row) for row in connection.execute(query.order_by(_t.expires_at, _t.id))]


def find_expiring_token(connection: Connection, now: datetime, row_id: int) -> ExpiringToken | None:
    """Return the token with this row id where it expires within WARNED_BEFORE and has no successor, else None."""
    return next((token for token in select_expiring_tokens(connection, now) if token.id == row_id), None)
