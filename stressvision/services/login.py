"""Logging in and out; who keeps failing has to wait, longer each time, also after a restart."""

import hashlib
import math
import re
from datetime import datetime, timedelta

import structlog

from stressvision.db import accounts as rows
from stressvision.db.connection import Connection
from stressvision.domain.lockout import FORGOTTEN_AFTER, Counted, wait_after
from stressvision.domain.roles import Role
from stressvision.errors import Message, TooManyAttempts, Unauthenticated
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.hashing import is_password
from stressvision.services.tokens import issue
from stressvision.wire.access import ACCOUNT_NAME, LoggedIn

SESSION = timedelta(hours=12)
"""One shift and its handover."""

log = structlog.get_logger()

_REFUSED = Message(
    es="El nombre o la contraseña no son correctos.", en="The name or the password is not the right one."
)


def log_in(context: Context, name: str, password: str, actor: Actor) -> LoggedIn:
    """A token for one session. Raises Unauthenticated, and TooManyAttempts without looking at the password."""
    subjects = _subjects(name, actor.ip_address)
    with context.database.write() as connection:
        # Counted before the password is looked at, so that a hundred attempts at once are a hundred.
        _count_attempt(connection, subjects, context.clock())
        account = rows.find_account(connection, name) if re.fullmatch(ACCOUNT_NAME, name) else None
    usable = account if account is not None and account.disabled_at is None else None
    if not is_password(password, usable.password_hash if usable else None) or usable is None:
        with context.database.write() as connection:
            record(connection, context, actor, "login_failed", "account", account.id if account else None)
        log.warning("login failed", address=actor.ip_address)
        raise Unauthenticated(_REFUSED)
    entering = Actor(usable.name, actor.ip_address, Role(usable.role))
    now = context.clock()
    with context.database.write() as connection:
        rows.forget_failures(connection, (subjects[Counted.PAIR], subjects[Counted.ACCOUNT]))
        rows.forgive_failure(connection, subjects[Counted.ADDRESS])
        rows.forget_sessions(connection, now - FORGOTTEN_AFTER)
        shown = issue(
            connection, context, entering, purpose="session", valid=SESSION, account_id=usable.id, device_id=None
        )
        record(connection, context, entering, "login", "account", usable.id, {"token_id": shown.token_id})
    return LoggedIn(token=shown.text, name=usable.name, role=Role(usable.role), expires_at=now + SESSION)


def log_out(context: Context, token_id: str, actor: Actor) -> None:
    with context.database.write() as connection:
        rows.revoke_token(connection, token_id, context.clock())
        record(connection, context, actor, "logout", "account", None, {"token_id": token_id})


def _count_attempt(connection: Connection, subjects: dict[Counted, str], now: datetime) -> None:
    """Raises TooManyAttempts where one of them has to wait still."""
    rows.forget_old_failures(connection, now - FORGOTTEN_AFTER)
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


def _subjects(name: str, address: str | None) -> dict[Counted, str]:
    parts = {
        Counted.PAIR: f"{name}\n{address}",
        Counted.ACCOUNT: name,
        Counted.ADDRESS: address or "",
    }
    return {counted: hashlib.sha256(f"{counted}\n{part}".encode()).hexdigest() for counted, part in parts.items()}
