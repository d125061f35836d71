"""Queue of outgoing messages: filled in the transaction of the reported event, emptied by the reporter."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import notifications as rows
from stressvision.db.queries.alerts.alerts import select_alert
from stressvision.db.queries.auth.accounts import ExpiringToken, find_expiring_token
from stressvision.db.queries.people.employees import select_standings
from stressvision.db.queries.reports.reports import select_report
from stressvision.db.queries.upkeep import RepairRow, select_repair
from stressvision.domain.alerts import AlertStatus
from stressvision.domain.calendar import find_reported_week
from stressvision.domain.consent import may_be_recognised
from stressvision.domain.notifications import (
    DIGEST_FROM,
    DIGEST_LIMIT,
    LEASE,
    LEAST_ATTEMPTS,
    NoticeKind,
    NoticeState,
    retry_delay,
)
from stressvision.domain.summaries import SETTLED_AFTER
from stressvision.domain.upkeep import RepairKind
from stressvision.services import notice_routing
from stressvision.services.context import Context
from stressvision.wire.alerts import Alert
from stressvision.wire.notifications import NoticeQueue, NoticeTarget
from stressvision.wire.reports import Report

LONGEST_UNKNOWN = 3
"""Letters of a mailbox's name of which only the first is shown."""
_WITH_HOST = frozenset({"mailto", "mailtos", "json", "jsons", "form", "forms", "xml", "xmls"})
"""Schemes whose host part is a host name; with other schemes it may be a token."""


Subject = Alert | Report | ExpiringToken | RepairRow | date
"""A date: the Monday of the week of a weekly report."""


@dataclass(frozen=True)
class NoticeItem:
    """What one queued message reports."""

    id: int
    kind: NoticeKind
    attempts: int
    subject: Subject


@dataclass(frozen=True)
class Notice:
    """One message to one target. `key` is the same for every attempt. `subject`: what it reports, of row `entity_id`.

    `digest`: all queued messages that this one stands for, itself included; empty for an ordinary message.
    """

    id: int
    kind: NoticeKind
    key: str
    target: str
    attempts: int
    created_at: datetime
    entity_id: int
    subject: Subject
    digest: tuple[NoticeItem, ...] = ()

    @property
    def attempts_by_id(self) -> dict[int, int]:
        """Attempts of each queued message that this one stands for, the present one included."""
        return {item.id: item.attempts for item in self.digest} or {self.id: self.attempts}


def mask_address(address: str) -> str:
    """Return the part of an address that may be shown: no user, password or token."""
    if "://" not in address:
        return "…"  # the part before a colon is not a scheme, and may be a name or a password
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host if parts.scheme in _WITH_HOST else '…'}"


def describe_address(address: str) -> str:
    """Return what the console shows of an address: mask_address, and of e-mail the masked recipients."""
    recipients = _list_recipients(address)
    return mask_address(address) + (f" → {', '.join(map(_mask_mailbox, recipients))}" if recipients else "")


def _list_recipients(address: str) -> list[str]:
    parts = urlsplit(address)
    if parts.scheme not in {"mailto", "mailtos"}:
        return []
    options = {name.lower(): value for name, value in parse_qsl(parts.query)}
    named = [*unquote(parts.path).strip("/").split("/"), *options.get("to", "").split(",")]
    found = [name.strip() for name in named if "@" in name]
    return found or ([f"{unquote(parts.username)}@{parts.hostname}"] if parts.username else [])


def _mask_mailbox(mailbox: str) -> str:
    """Return a mailbox by the ends of its name, as in `m…o@example.com`; of a short name, by its first letter."""
    name, _, host = mailbox.rpartition("@")
    return f"{name[:1]}…{name[-1:] if len(name) > LONGEST_UNKNOWN else ''}@{host}"


def enqueue(
    connection: Connection,
    context: Context,
    kind: NoticeKind,
    entity_id: int,
    step: int = 0,
    targets: Collection[str] | None = None,
) -> int:
    """Queue one message for each target, in the transaction of the reported event, and return their number.

    Messages already queued for the same kind, entity and `step` are not repeated.

    Args:
        connection: The transaction.
        context: Settings and clock.
        kind: What is reported; kinds that no recipient is subscribed to are not queued.
        entity_id: The reported row.
        step: Step of an escalation to the same recipients.
        targets: Fingerprints of the targets; None: those that the settings name for this event.
    """
    wanted = (
        notice_routing.find_targets(connection, context.settings, kind, entity_id) if targets is None else set(targets)
    )
    missing = wanted - rows.queued_targets(connection, kind, entity_id, step) if wanted else wanted
    if missing:
        now = context.clock()
        rows.insert_notices(
            connection,
            [
                rows.NewNotice(str(kind), entity_id, step, target, str(uuid4()), created_at=now, next_attempt_at=now)
                for target in sorted(missing)
            ],
        )
    return len(missing)


def hasten_messages(context: Context) -> None:
    """Attempt the postponed messages again now, after a step of the clock: the times of their attempts may be wrong.

    Those of quiet hours are postponed again; those that another sender may have claimed become due by themselves.
    """
    now = context.clock()
    with context.database.write() as connection:
        rows.hasten_waiting(connection, now + LEASE, now)


def claim_notice(context: Context, except_targets: Collection[str] = ()) -> Notice | None:
    """Return the next message to send, leased to the caller for LEASE; None where none is due.

    Messages in quiet hours are postponed; messages whose subject is settled or gone become obsolete. From DIGEST_FROM
    messages due to one target on, one is returned for all of them.

    Args:
        context: Database, settings and clock.
        except_targets: Fingerprints of targets to skip.
    """
    with context.database.read() as connection:
        if rows.find_due(connection, context.clock(), except_targets) is None:
            return None
    with context.database.write() as connection:
        while row := rows.find_due(connection, context.clock(), except_targets):
            subject = _sendable(connection, context, row)
            if subject is None:
                continue
            first = _lease(connection, context, row, subject)
            others = (
                [
                    _lease(connection, context, other, its)
                    for other in _select_digestible(connection, context, row.target, DIGEST_LIMIT)
                    if (its := _sendable(connection, context, other)) is not None
                ]
                if first.kind is not NoticeKind.WEEKLY and _is_backlog(connection, context, row.target)
                else []
            )
            digest = (first, *others) if others else ()
            return Notice(
                row.id,
                first.kind,
                row.notice_key,
                row.target,
                first.attempts,
                row.created_at,
                row.entity_id,
                subject,
                digest,
            )
    return None


def _is_backlog(connection: Connection, context: Context, target: str) -> bool:
    """Return whether so many further messages are due to the target that they are sent as one digest."""
    return len(_select_digestible(connection, context, target, DIGEST_FROM)) >= DIGEST_FROM - 1


def _select_digestible(connection: Connection, context: Context, target: str, limit: int) -> list[rows.NoticeRow]:
    """Return the due messages of a target that one digest may stand for: a weekly report has a file of its own."""
    return rows.select_due_to(connection, target, context.clock(), limit, except_kind=NoticeKind.WEEKLY)


def _sendable(connection: Connection, context: Context, row: rows.NoticeRow) -> Subject | None:
    """Return what a due message reports; None where it became obsolete or is postponed, which is stored."""
    kind = NoticeKind(row.kind)
    subject = _subject(connection, context, kind, row.entity_id)
    if subject is None or not notice_routing.is_receiving(connection, context.settings, row.target, kind):
        rows.mark_obsolete(connection, row.id)
        return None
    severity = subject.severity if isinstance(subject, Alert) else None
    quiet_end = notice_routing.find_quiet_end(context.settings, row.target, severity, context.clock())
    if quiet_end is not None:
        rows.defer_notice(connection, row.id, quiet_end)
        return None
    return subject


def _lease(connection: Connection, context: Context, row: rows.NoticeRow, subject: Subject) -> NoticeItem:
    attempts = row.attempts + 1
    rows.lease_notice(connection, row.id, context.clock() + LEASE, attempts)
    return NoticeItem(row.id, NoticeKind(row.kind), attempts, subject)


def confirm_notice(context: Context, notice: Notice) -> None:
    """Store that a message was delivered."""
    with context.database.write() as connection:
        for notice_id in notice.attempts_by_id:
            rows.mark_sent(connection, notice_id, context.clock())


def postpone_notice(context: Context, notice: Notice, reason: str, jitter: float) -> NoticeState:
    """Store a failed attempt, and return the new state: waiting for the next attempt, or failed.

    It fails once it is too old and enough attempts were made: a clock that is ahead does not end it.

    Args:
        context: Database, settings and clock.
        notice: The message.
        reason: Text of the failure, shown to administrators.
        jitter: Random number, 0-1.
    """
    now = context.clock()
    is_over = (now - notice.created_at).days >= context.settings.notify_give_up_days
    is_over = is_over and notice.attempts >= LEAST_ATTEMPTS
    state = NoticeState.FAILED if is_over else NoticeState.WAITING
    with context.database.write() as connection:
        for notice_id, attempts in notice.attempts_by_id.items():
            rows.record_failure(connection, notice_id, state, reason, now + retry_delay(attempts, jitter))
    return state


def read_public_queue(context: Context) -> NoticeQueue:
    """Return whether delivery works, without the number and times of messages, which are those of alerts."""
    queue = read_queue(context)
    hidden = {"waiting": None, "sent": None, "failed": None, "last_sent_at": None}
    targets = [target.model_copy(update=hidden) for target in queue.targets]
    return queue.model_copy(update={"waiting": None, "failed": None, "targets": targets})


def read_queue(context: Context) -> NoticeQueue:
    """Return the number of waiting, sent and failed messages, in total and for each configured target."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with context.database.read() as connection:
        for row in rows.count_by_target(connection):
            counts[row.target][row.state] = row.count
        errors, deliveries = rows.last_failures(connection), rows.last_deliveries(connection)
        failing_since = rows.oldest_waiting(connection)
    routes = notice_routing.routes_by_target(context.settings)
    targets = [
        NoticeTarget(
            target=target,
            name=routes[target].name if target in routes else None,
            label=describe_address(address),
            waiting=counts[target][NoticeState.WAITING],
            sent=counts[target][NoticeState.SENT],
            failed=counts[target][NoticeState.FAILED],
            last_sent_at=deliveries.get(target),
            last_error=errors.get(target),
        )
        for target, address in notice_routing.configured_addresses(context.settings).items()
    ]
    return NoticeQueue(
        configured=bool(targets),
        waiting=sum(count[NoticeState.WAITING] for count in counts.values()),
        failed=sum(count[NoticeState.FAILED] for count in counts.values()),
        failing_since=failing_since,
        targets=targets,
    )


def reported_week(context: Context) -> date | None:
    """Return the Monday of the week whose report is the last one due: earlier ones are not sent any more."""
    settings = context.settings
    zone = ZoneInfo(settings.time_zone)
    return find_reported_week(
        context.clock(), zone, settings.weekly_report_day, settings.weekly_report_hour, SETTLED_AFTER
    )


def _subject(connection: Connection, context: Context, kind: NoticeKind, entity_id: int) -> Subject | None:
    """Return what is reported, or None where it was settled, erased or is no longer due.

    Alerts of employees who withdrew their consent or were deactivated meanwhile are not reported.
    """
    if kind is NoticeKind.REPORT:
        report = select_report(connection, entity_id)
        return None if report is None else Report.model_validate(report)
    if kind is NoticeKind.EXPIRY:
        return find_expiring_token(connection, context.clock(), entity_id)
    if kind is NoticeKind.WEEKLY:
        week = reported_week(context)
        return week if week is not None and week.toordinal() == entity_id else None
    if kind is NoticeKind.REPAIR:
        return select_repair(connection, list(RepairKind)[entity_id - 1])
    row = select_alert(connection, entity_id)
    settled = {AlertStatus.RESOLVED}
    if kind is NoticeKind.ESCALATION:
        settled.add(AlertStatus.ACKNOWLEDGED)
    if row is None or row.status in settled:
        return None
    if row.employee_id is not None:
        standing = select_standings(connection, [row.employee_id]).get(row.employee_id)
        if standing is None or not may_be_recognised(standing):
            return None
    return Alert.model_validate(row)
