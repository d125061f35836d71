"""Logging in and out, and one's own password; who keeps failing has to wait, longer each time, also after a restart."""

import hashlib
import math
import re
from datetime import datetime, timedelta

import structlog

from stressvision.core.errors import InvalidInput, Message, TooManyAttempts, Unauthenticated
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import accounts as rows
from stressvision.domain.lockout import FORGOTTEN_AFTER, LockoutScope, wait_after
from stressvision.domain.roles import Role
from stressvision.services.audit import record
from stressvision.services.auth.accounts import existing_account, require_password
from stressvision.services.auth.hashing import hash_password, is_password
from stressvision.services.auth.tokens import issue
from stressvision.services.context import Actor, Context
from stressvision.wire.access import ACCOUNT_NAME, Account, LoggedIn, PasswordChange

SESSION = timedelta(hours=12)
"""One shift and its handover."""

log = structlog.get_logger()

_REFUSED = Message(
    es="El nombre o la contraseña no son correctos.", en="The name or the password is not the right one."
)
NOT_CURRENT = Message(
    es="La contraseña actual no es la correcta. Si no la recuerda, la administración puede darle otra.",
    en="The current password is not the right one. If you do not remember it, an administrator can set another.",
)


def log_in(context: Context, name: str, password: str, actor: Actor) -> LoggedIn:
    """A token for one session. Raises Unauthenticated, and TooManyAttempts without looking at the password."""
    account = _find_by_password(context, name, password, actor)
    if account is None:
        raise Unauthenticated(_REFUSED)
    entering = Actor(account.name, actor.ip_address, Role(account.role))
    now = context.clock()
    with context.database.write() as connection:
        _forgive(connection, name, actor)
        rows.delete_old_sessions(connection, now - FORGOTTEN_AFTER)
        shown = issue(
            connection, context, entering, purpose="session", valid=SESSION, account_id=account.id, device_id=None
        )
        record(connection, context, entering, "login", "account", account.id, {"token_id": shown.token_id})
    return LoggedIn(token=shown.text, name=account.name, role=Role(account.role), expires_at=now + SESSION)


def change_own_password(context: Context, name: str, change: PasswordChange, token_id: str, actor: Actor) -> Account:
    """As whoever is logged in with that token, which stays; the account's other sessions and its tokens end.

    Raises InvalidInput where the present password is not the right one, which counts as a failed login, or the new
    one is not taken; TooManyAttempts without looking at the present one.
    """
    require_password(change.new_password, name, field="new_password")
    account = _find_by_password(context, name, change.current_password, actor)
    if account is None:
        raise InvalidInput(NOT_CURRENT, field="current_password")
    hashed = hash_password(change.new_password)
    now = context.clock()
    with context.database.write() as connection:
        if existing_account(connection, name).password_hash != account.password_hash:
            raise InvalidInput(NOT_CURRENT, field="current_password")  # an administrator was faster
        _forgive(connection, name, actor)
        rows.set_password(connection, account.id, hashed, now)
        rows.revoke_tokens_of(connection, account.id, now, except_token=token_id)
        record(connection, context, actor, "password_changed", "account", account.id, {"token_id": token_id})
        return Account.model_validate(rows.find_account(connection, name))


def log_out(context: Context, token_id: str, actor: Actor) -> None:
    with context.database.write() as connection:
        rows.revoke_token(connection, token_id, context.clock())
        record(connection, context, actor, "logout", "account", None, {"token_id": token_id})


def _find_by_password(context: Context, name: str, password: str, actor: Actor) -> rows.AccountRow | None:
    """The account that may come in with this password, or None. Raises TooManyAttempts without looking at it."""
    with context.database.write() as connection:
        # Counted before the password is looked at, so that a hundred attempts at once are a hundred.
        _count_attempt(connection, _subjects(name, actor.ip_address), context.clock())
        account = rows.find_account(connection, name) if re.fullmatch(ACCOUNT_NAME, name) else None
    usable = account if account is not None and account.disabled_at is None else None
    if is_password(password, usable.password_hash if usable else None):
        return usable
    with context.database.write() as connection:
        record(connection, context, actor, "login_failed", "account", account.id if account else None)
    log.warning("login failed", address=actor.ip_address)
    return None


def _forgive(connection: Connection, name: str, actor: Actor) -> None:
    """What was counted of somebody who knew the password."""
    subjects = _subjects(name, actor.ip_address)
    rows.delete_failures(connection, (subjects[LockoutScope.PAIR], subjects[LockoutScope.ACCOUNT]))
    rows.uncount_failure(connection, subjects[LockoutScope.ADDRESS])


def _count_attempt(connection: Connection, subjects: dict[LockoutScope, str], now: datetime) -> None:
    """Raises TooManyAttempts where one of them has to wait still."""
    rows.delete_old_failures(connection, now - FORGOTTEN_AFTER)
    known = rows.select_failures(connection, subjects.values())
    waits = [
        known[subject].last_at + wait_after(counted, known[subject].failures) - now
        for counted, subject in subjects.items()
        if subject in known
    ]
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        seconds = math.ceil(longest.total_seconds())
        raise TooManyAttempts(
            Message(
                es=f"Demasiados intentos fallidos. Espere {seconds} s y vuelva a intentarlo.",
                en=f"Too many failed attempts. Wait {seconds} s and try again.",
            ),
            retry_seconds=seconds,
        )
    for subject in subjects.values():
        rows.store_failures(connection, subject, known[subject].failures + 1 if subject in known else 1, now)


def _subjects(name: str, address: str | None) -> dict[LockoutScope, str]:
    parts = {
        LockoutScope.PAIR: f"{name}\n{address}",
        LockoutScope.ACCOUNT: name,
        LockoutScope.ADDRESS: address or "",
    }
    return {counted: hashlib.sha256(f"{counted}\n{part}".encode()).hexdigest() for counted, part in parts.items()}
