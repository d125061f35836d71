"""Warnings before the tokens of devices and programs expire."""

from contextlib import closing
from datetime import datetime, timedelta

from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.engine.connection import Database, sqlite_path
from stressvision.db.queries.auth.accounts import ExpiringToken, select_expiring_tokens
from stressvision.domain.notifications import NoticeKind
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue

WARNINGS = (30, 7, 1)
"""Days before the expiry at which one message each is sent."""


def list_expiring(context: Context) -> list[ExpiringToken]:
    """Return the tokens that expire within a month, or did within the last one, and have no successor."""
    with context.database.read() as connection:
        return select_expiring_tokens(connection, context.clock())


def peek_expiring(settings: Settings) -> list[ExpiringToken]:
    """Return what list_expiring does, without creating or migrating the database; nothing where it cannot be read."""
    database = Database(settings.database_url)
    path = sqlite_path(database.url)
    if path is not None and not path.exists():
        return []
    try:
        with closing(database):
            return list_expiring(Context(database, settings))
    except DatabaseUnavailable:
        return []


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
