"""Login, logout and change of one's own password. Repeated failures lock out for growing times, across restarts."""

import hashlib
import math
import re
from datetime import datetime, timedelta

import structlog

from stressvision.core.addresses import client_network
from stressvision.core.clock import latest_credible
from stressvision.core.errors import InvalidInput, Message, TooManyAttempts, Unauthenticated
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.auth import accounts as rows
from stressvision.domain.auth import FAILURES_KEPT_FOR, LockoutScope, Role, compute_lockout_wait
from stressvision.services.audit import record
from stressvision.services.auth import tokens
from stressvision.services.auth.accounts import require_account, require_password
from stressvision.services.auth.hashing import PASSWORD_QUEUE, hash_password, is_password
from stressvision.services.auth.tokens import issue_token
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_credential, require_unchanged
from stressvision.wire.access import ACCOUNT_NAME, Account, LoggedIn, PasswordChange, TokenIssued, TokenRequest

SESSION = timedelta(hours=12)
"""Lifetime of a session: one shift and its handover."""

log = structlog.get_logger()

_REFUSED = Message(es="El nombre o la contraseña no son correctos.", en="The name or the password is not correct.")
NOT_CURRENT = Message(
    es="La contraseña actual no es correcta. Si no la recuerda, un administrador puede darle otra.",
    en="The current password is not correct. If you do not remember it, an administrator can set another.",
)


NOT_THEIR_PASSWORD = Message(
    es="Un token para la cuenta de otra persona actúa como ella: hace falta su contraseña actual en password, escrita "
    "por ella.",
    en="A token for another person's account acts as that person: their current password is needed in password, typed "
    "by them.",
)


def log_in(context: Context, name: str, password: str, actor: Actor) -> LoggedIn:
    """Return the token of a new session.

    Raises:
        Unauthenticated: The name or password is not correct, the account is disabled, or it was changed meanwhile.
        TooManyAttempts: Too many failures, or too many logins at once; the password was not checked.
    """
    account = _find_by_password(context, name, password, actor)
    if account is None:
        raise Unauthenticated(_REFUSED)
    owner = Actor(account.name, actor.ip_address, Role(account.role))
    now = context.clock()
    with context.database.write() as connection:
        require_unchanged(connection, account)
        _reset_failures(connection, name, actor)
        rows.delete_old_sessions(connection, now - FAILURES_KEPT_FOR)
        token = issue_token(
            connection, context, owner, purpose="session", valid=SESSION, account_id=account.id, device_id=None
        )
        record(connection, context, owner, "login", "account", account.id, {"token_id": token.token_id})
    return LoggedIn(token=token.text, name=account.name, role=Role(account.role), expires_at=now + SESSION)


def change_own_password(context: Context, name: str, change: PasswordChange, token_id: str, actor: Actor) -> Account:
    """Change the password of the logged-in account; its other sessions and its tokens are revoked.

    Args:
        context: Database, settings and clock.
        name: The account.
        change: Current and new password. A wrong current password counts as a failed login.
        token_id: Token of the caller's own session, which stays valid.
        actor: The caller, for the audit log.

    Raises:
        InvalidInput: The current password is not correct, or the new one is not acceptable.
        TooManyAttempts: Too many failures; the current password was not checked.
    """
    require_password(change.new_password, name, field="new_password")
    account = _find_by_password(context, name, change.current_password, actor)
    if account is None:
        raise InvalidInput(NOT_CURRENT, field="current_password")
    hashed = hash_password(change.new_password)
    now = context.clock()
    with context.database.write() as connection:
        require_credential(connection, context, actor)
        if rows.find_account(connection, name) != account:
            raise InvalidInput(NOT_CURRENT, field="current_password")  # changed meanwhile by an administrator
        _reset_failures(connection, name, actor)
        rows.set_password(connection, account.id, hashed, now)
        rows.revoke_tokens_of(connection, account.id, now, except_token=token_id)
        record(connection, context, actor, "password_changed", "account", account.id, {"token_id": token_id})
        return Account.model_validate(rows.find_account(connection, name))


def add_token(context: Context, wanted: TokenRequest, actor: Actor) -> TokenIssued:
    """Create a token at the request of a logged-in account.

    A token of an account acts as its person, in the audit log too: for another person's account that person's password
    is needed, and wrong ones count as failed logins.

    Raises:
        InvalidInput: The password of the other person is missing or wrong.
        TooManyAttempts: Too many failures; the password was not checked.
        Forbidden: The request was accepted when there was no account yet.
        NotFound, Conflict, Unauthenticated: As tokens.add_token.
    """
    account = wanted.account
    require_account(actor)
    verified: rows.AccountRow | None = None
    if account is not None and account != actor.user_id:
        verified = confirm_by_password(context, account, wanted.password, actor, NOT_THEIR_PASSWORD)
    return tokens.add_token(context, wanted, actor, verified=verified)


def confirm_by_password(
    context: Context, name: str, password: str | None, actor: Actor, refusal: Message
) -> rows.AccountRow:
    """Return the account whose person agreed by typing the password; a wrong one counts as a failed login.

    The account may change meanwhile: require_unchanged, in the transaction that relies on it.

    Raises:
        InvalidInput: The password is missing or wrong, with the text of `refusal`.
        TooManyAttempts: Too many failures; the password was not checked.
    """
    account = None if password is None else _find_by_password(context, name, password, actor)
    if account is None:
        raise InvalidInput(refusal, field="password")
    with context.database.write() as connection:
        _reset_failures(connection, name, actor)
    return account


def log_out(context: Context, token_id: str, actor: Actor) -> None:
    """Revoke the token of the caller's session."""
    with context.database.write() as connection:
        rows.revoke_token(connection, token_id, context.clock())
        record(connection, context, actor, "logout", "account", None, {"token_id": token_id})


def _find_by_password(context: Context, name: str, password: str, actor: Actor) -> rows.AccountRow | None:
    """Return the enabled account with this password, or None. Raises TooManyAttempts before the password is checked.

    The account may change while the password is checked: require_unchanged, in the transaction that relies on it.
    """
    subjects = _subjects(name, actor.ip_address)
    with PASSWORD_QUEUE.turn(subjects[LockoutScope.ADDRESS]):  # before it counts: a refusal is no failed attempt
        with context.database.write() as connection:
            # Counted before the password is checked, so that concurrent attempts all count.
            wait = _count_attempt(connection, subjects, context.clock())
            account = rows.find_account(connection, name) if re.fullmatch(ACCOUNT_NAME, name) else None
        if wait:
            raise TooManyAttempts(
                Message(
                    es=f"Demasiados intentos fallidos. Espere {wait} s y vuelva a intentarlo.",
                    en=f"Too many failed attempts. Wait {wait} s and try again.",
                ),
                retry_seconds=wait,
            )
        usable = account if account is not None and account.disabled_at is None else None
        is_right = is_password(password, usable.password_hash if usable else None)
    if is_right:
        return usable
    with context.database.write() as connection:
        record(connection, context, actor, "login_failed", "account", account.id if account else None)
    log.warning("login failed", address=actor.ip_address)
    return None


def _reset_failures(connection: Connection, name: str, actor: Actor) -> None:
    """Delete the failures counted for a caller that knew the password."""
    subjects = _subjects(name, actor.ip_address)
    rows.delete_failures(connection, (subjects[LockoutScope.PAIR], subjects[LockoutScope.ACCOUNT]))
    rows.uncount_failure(connection, subjects[LockoutScope.ADDRESS])


def _count_attempt(connection: Connection, subjects: dict[LockoutScope, str], now: datetime) -> int:
    """Count one attempt; where one of the subjects is locked out, count nothing and return the seconds to wait.

    A failure stored by a clock that was ahead counts from now on, so that no wait is longer than its rule.
    """
    rows.delete_old_failures(connection, now - FAILURES_KEPT_FOR)
    rows.date_back_failures(connection, latest_credible(now), now)
    known = rows.select_failures(connection, subjects.values())
    waits = [
        known[subject].last_at + compute_lockout_wait(scope, known[subject].failures) - now
        for scope, subject in subjects.items()
        if subject in known
    ]
    longest = max(waits, default=timedelta())
    if longest > timedelta():
        return math.ceil(longest.total_seconds())
    for subject in subjects.values():
        rows.store_failures(connection, subject, known[subject].failures + 1 if subject in known else 1, now)
    return 0


def _subjects(name: str, address: str | None) -> dict[LockoutScope, str]:
    network = client_network(address) if address else ""
    parts = {
        LockoutScope.PAIR: f"{name}\n{network}",
        LockoutScope.ACCOUNT: name,
        LockoutScope.ADDRESS: network,
    }
    return {scope: hashlib.sha256(f"{scope}\n{part}".encode()).hexdigest() for scope, part in parts.items()}
