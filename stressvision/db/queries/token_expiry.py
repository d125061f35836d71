"""Tokens of devices and programs that expire soon and have no successor."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from stressvision.db.queries.expressions import columns_for
from stressvision.db.schema.tables import access_tokens

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
