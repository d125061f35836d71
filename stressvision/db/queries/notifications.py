"""Queries on the queue of messages."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from stressvision.db.schema.tables import notifications
from stressvision.domain.notifications import NoticeKind, NoticeState

_n = notifications.c
_WAITING = _n.state == str(NoticeState.WAITING)


def queued_targets(connection: Connection, kind: NoticeKind, entity_id: int, step: int) -> set[str]:
    query = select(_n.target).where(_n.kind == str(kind), _n.entity_id == entity_id, _n.step == step)
    return set(connection.execute(query).scalars())


def insert_notices(connection: Connection, values: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(insert(notifications), values)


def find_due(connection: Connection, now: datetime, except_targets: Collection[str]) -> Row[Any] | None:
    """The message that has been due longest."""
    query = select(notifications).where(_WAITING, _n.next_attempt_at <= now)
    if except_targets:
        query = query.where(_n.target.not_in(except_targets))
    return connection.execute(query.order_by(_n.next_attempt_at, _n.id).limit(1)).one_or_none()


def update_notice(connection: Connection, notice_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(notifications).where(_n.id == notice_id).values(values))


def count_by_target(connection: Connection) -> Sequence[Row[str, str, int]]:
    """(target, state, how many)."""
    query = select(_n.target, _n.state, func.count()).group_by(_n.target, _n.state)
    return connection.execute(query.order_by(_n.target, _n.state)).all()


def last_failures(connection: Connection) -> Mapping[str, str]:
    """Target to what was last wrong, where messages wait that have been tried in vain."""
    query = select(_n.target, _n.last_error).where(_WAITING, _n.last_error.is_not(None)).order_by(_n.id)
    return {row.target: row.last_error for row in connection.execute(query)}


def last_deliveries(connection: Connection) -> Mapping[str, datetime]:
    query = select(_n.target, func.max(_n.sent_at).label("sent_at")).where(_n.sent_at.is_not(None))
    return {row.target: row.sent_at for row in connection.execute(query.group_by(_n.target))}


def oldest_waiting(connection: Connection) -> datetime | None:
    """Since when the message waits that has been tried in vain for longest."""
    query = select(func.min(_n.created_at)).where(_WAITING, _n.last_error.is_not(None))
    moment: datetime | None = connection.execute(query).scalar_one()
    return moment
