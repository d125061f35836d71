"""Warnings before the tokens of devices and programs expire."""

from datetime import datetime, timedelta

from stressvision.db.queries.token_expiry import ExpiringToken, select_expiring_tokens
from stressvision.domain.notifications import NoticeKind
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue

WARNINGS = (30, 7, 1)
"""Days before the expiry at which one message each is sent."""


def list_expiring(context: Context) -> list[ExpiringToken]:
    """Return the tokens that expire within a month, or did within the last one, and have no successor."""
    with context.database.read() as connection:
        return select_expiring_tokens(connection, context.clock())


def warn_of_expiries(context: Context) -> int:
    """Queue the due warnings, once each, and return the number of tokens that expire soon."""
    expiring, now = list_expiring(context), context.clock()
    for token in expiring:
        with context.database.write() as connection:
            enqueue(connection, context, NoticeKind.EXPIRY, token.id, _step(token, now))
    return len(expiring)


def _step(token: ExpiringToken, now: datetime) -> int:
    """Return the last warning that is due, in days before the expiry."""
    return min((days for days in WARNINGS if token.expires_at - now <= timedelta(days=days)), default=WARNINGS[0])
