"""Accounts, tokens and failed logins."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stressvision.db.schema.tables import access_tokens, accounts, login_failures

_TOKEN = select(
    access_tokens,
    accounts.c.name.label("account"),
    accounts.c.role.label("account_role"),
    accounts.c.disabled_at,
).outerjoin(accounts, accounts.c.id == access_tokens.c.account_id)


def has_accounts(connection: Connection) -> bool:
    """Also disabled ones count: disabling the last one must not open the door to everybody."""
    return connection.execute(select(accounts.c.id).limit(1)).first() is not None


def select_accounts(connection: Connection) -> list[Any]:
    return list(connection.execute(select(accounts).order_by(accounts.c.name)))


def find_account(connection: Connection, name: str) -> Any | None:
    return connection.execute(select(accounts).where(accounts.c.name == name)).first()


def insert_account(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(accounts).values(values).returning(accounts.c.id)).scalar_one()


def update_account(connection: Connection, account_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(accounts).where(accounts.c.id == account_id).values(values))


def select_tokens(connection: Connection, purpose: str) -> list[Any]:
    """Newest first."""
    return list(
        connection.execute(_TOKEN.where(access_tokens.c.purpose == purpose).order_by(access_tokens.c.id.desc()))
    )


def find_token(connection: Connection, token_id: str) -> Any | None:
    """The token with its account's name, role and `disabled_at`."""
    return connection.execute(_TOKEN.where(access_tokens.c.token_id == token_id)).first()


def insert_token(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(access_tokens).values(values).returning(access_tokens.c.id)).scalar_one()


def revoke_token(connection: Connection, token_id: str, at: datetime) -> None:
    query = update(access_tokens).where(access_tokens.c.token_id == token_id, access_tokens.c.revoked_at.is_(None))
    connection.execute(query.values(revoked_at=at))


def revoke_tokens_of(connection: Connection, account_id: int, at: datetime, *, except_token: str = "") -> None:
    query = update(access_tokens).where(access_tokens.c.account_id == account_id, access_tokens.c.revoked_at.is_(None))
    connection.execute(query.where(access_tokens.c.token_id != except_token).values(revoked_at=at))


def forget_sessions(connection: Connection, before: datetime) -> None:
    """Deletes the tokens of logins that ended before then."""
    ended = (access_tokens.c.purpose == "session") & (access_tokens.c.expires_at < before)
    connection.execute(delete(access_tokens).where(ended))


def select_failures(connection: Connection, subjects: Iterable[str]) -> dict[str, Any]:
    found = connection.execute(select(login_failures).where(login_failures.c.subject.in_(list(subjects))))
    return {row.subject: row for row in found}


def store_failures(connection: Connection, subject: str, failures: int, at: datetime) -> None:
    values = {"failures": failures, "last_at": at}
    if (
        connection.execute(update(login_failures).where(login_failures.c.subject == subject).values(values)).rowcount
        == 0
    ):
        connection.execute(insert(login_failures).values(subject=subject, **values))


def forget_failures(connection: Connection, subjects: Iterable[str]) -> None:
    connection.execute(delete(login_failures).where(login_failures.c.subject.in_(list(subjects))))


def forgive_failure(connection: Connection, subject: str) -> None:
    """Takes one back that was counted before it was known to be none."""
    failures = login_failures.c.failures - 1
    connection.execute(update(login_failures).where(login_failures.c.subject == subject).values(failures=failures))


def forget_old_failures(connection: Connection, before: datetime) -> None:
    connection.execute(delete(login_failures).where(login_failures.c.last_at < before))
