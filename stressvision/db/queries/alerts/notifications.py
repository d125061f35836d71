"""The queue of notifications: one row per message and target."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.schema.tables import notifications
from stressvision.domain.notifications import NoticeKind, NoticeState

_n = notifications.c
_WAITING = _n.state == str(NoticeState.WAITING)


@dataclass(frozen=True)
class NoticeRow:
    """A queued notification. `target`: fingerprint of the address. `notice_key`: the same at each attempt."""

    id: int
    kind: str
    entity_id: int
    step: int
    target: str
    notice_key: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class NewNotice:
    """A notification to queue."""

    kind: str
    entity_id: int
    step: int
    target: str
    notice_key: str
    created_at: datetime
    next_attempt_at: datetime


@dataclass(frozen=True)
class TargetCount:
    """How many notifications of one target are in one state."""

    target: str
    state: str
    count: int


_NOTICE = select(*columns_for(NoticeRow, notifications))


def queued_targets(connection: Connection, kind: NoticeKind, entity_id: int, step: int) -> set[str]:
    """Return the targets for which this message is queued already."""
    query = select(_n.target).where(_n.kind == str(kind), _n.entity_id == entity_id, _n.step == step)
    return set(connection.execute(query).scalars())


def queued_targets_of(
    connection: Connection, kind: NoticeKind, step: int, entity_ids: Sequence[int]
) -> dict[int, set[str]]:
    """Return, by entity, the targets for which such a message is queued already."""
    query = select(_n.entity_id, _n.target).where(_n.kind == str(kind), _n.entity_id.in_(entity_ids), _n.step == step)
    queued: dict[int, set[str]] = {}
    for row in connection.execute(query):
        queued.setdefault(row.entity_id, set()).add(row.target)
    return queued


def insert_notices(connection: Connection, notices: Sequence[NewNotice]) -> None:
    """Queue notifications."""
    connection.execute(insert(notifications), [vars(notice) for notice in notices])


def find_due(connection: Connection, now: datetime, except_targets: Collection[str]) -> NoticeRow | None:
    """Return the notification that has been due longest, or None."""
    query = _NOTICE.where(_WAITING, _n.next_attempt_at <= now)
    if except_targets:
        query = query.where(_n.target.not_in(except_targets))
    row = connection.execute(query.order_by(_n.next_attempt_at, _n.id).limit(1)).one_or_none()
    return None if row is None else NoticeRow(*row)


def select_due_to(
    connection: Connection, target: str, now: datetime, limit: int, except_kind: NoticeKind
) -> list[NoticeRow]:
    """Return the due notifications of one target but those of one kind, in the order in which they were queued."""
    query = _NOTICE.where(_WAITING, _n.next_attempt_at <= now, _n.target == target, _n.kind != str(except_kind))
    return [NoticeRow(*row) for row in connection.execute(query.order_by(_n.id).limit(limit))]


def hasten_waiting(connection: Connection, beyond: datetime, now: datetime) -> int:
    """Make the waiting notifications due whose next attempt is later than `beyond`, and return their number."""
    query = update(notifications).where(_WAITING, _n.next_attempt_at > beyond)
    return connection.execute(query.values(next_attempt_at=now)).rowcount


def mark_obsolete(connection: Connection, notice_id: int) -> None:
    """Set aside a notification that need not be sent any more."""
    connection.execute(update(notifications).where(_n.id == notice_id).values(state=str(NoticeState.OBSOLETE)))


def defer_notice(connection: Connection, notice_id: int, until: datetime) -> None:
    """Set the time of the next attempt."""
    connection.execute(update(notifications).where(_n.id == notice_id).values(next_attempt_at=until))


def lease_notice(connection: Connection, notice_id: int, until: datetime, attempts: int) -> None:
    """Reserve a notification for one sender until then, and store the number of its attempts."""
    values = {"next_attempt_at": until, "attempts": attempts}
    connection.execute(update(notifications).where(_n.id == notice_id).values(values))


def mark_sent(connection: Connection, notice_id: int, at: datetime) -> None:
    """Store that a notification was delivered."""
    values = {"state": str(NoticeState.SENT), "sent_at": at, "last_error": None}
    connection.execute(update(notifications).where(_n.id == notice_id).values(values))


def record_failure(
    connection: Connection, notice_id: int, state: NoticeState, reason: str, next_attempt_at: datetime
) -> None:
    """Store a failed attempt; `state`: WAITING for the next attempt, or FAILED."""
    values = {"state": str(state), "last_error": reason, "next_attempt_at": next_attempt_at}
    connection.execute(update(notifications).where(_n.id == notice_id).values(values))


def count_by_target(connection: Connection) -> list[TargetCount]:
    """Return the number of notifications by target and state."""
    query = select(_n.target, _n.state, func.count()).group_by(_n.target, _n.state)
    return [TargetCount(*row) for row in connection.execute(query.order_by(_n.target, _n.state))]


def last_failures(connection: Connection) -> Mapping[str, str]:
    """Return the last error of each target with waiting notifications that have failed before."""
    query = select(_n.target, _n.last_error).where(_WAITING, _n.last_error.is_not(None)).order_by(_n.id)
    return {row.target: row.last_error for row in connection.execute(query)}


def last_deliveries(connection: Connection) -> Mapping[str, datetime]:
    """Return the time of the last delivery to each target."""
    query = select(_n.target, func.max(_n.sent_at).label("sent_at")).where(_n.sent_at.is_not(None))
    return {row.target: row.sent_at for row in connection.execute(query.group_by(_n.target))}


def oldest_waiting(connection: Connection) -> datetime | None:
    """Return when the oldest waiting notification that has failed before was created, or None."""
    query = select(func.min(_n.created_at)).where(_WAITING, _n.last_error.is_not(None))
    moment: datetime | None = connection.execute(query).scalar_one()
    return moment
