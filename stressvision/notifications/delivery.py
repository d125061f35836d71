"""Delivery of queued messages: each at least once, and a failing target does not delay the others."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import structlog

from stressvision.core.errors import ServerUnreachable
from stressvision.domain.notifications import NoticeKind
from stressvision.notifications.message import AttachedFile, OutgoingMessage, compose_message
from stressvision.notifications.sender import send_message
from stressvision.services.alerts.links import issue_alert_link
from stressvision.services.context import Context
from stressvision.services.notice_routing import configured_addresses
from stressvision.services.notifications import Notice, claim_notice, confirm_notice, postpone_notice

MOST_AT_ONCE = 50
"""Messages of one run, so that the reporter can stop without emptying a long queue first."""

Send = Callable[[str, OutgoingMessage], None]
Attach = Callable[[Context, date], AttachedFile]
"""Returns the report of the week that begins on that Monday."""

log = structlog.get_logger()


@dataclass(frozen=True)
class DeliveryResult:
    """Number of delivered messages and of failed targets."""

    sent: int
    failed: int


def deliver_due(
    context: Context,
    send: Send | None = None,
    jitter: Callable[[], float] = random.random,
    attach: Attach | None = None,
) -> DeliveryResult:
    """Send the due messages. After a failure its target is skipped until the next run.

    Args:
        context: Database, settings and clock.
        send: Sends a message to an address, as send_message does. Raises ServerUnreachable.
        jitter: Returns a random number, 0-1, for the delay of retries.
        attach: Returns the file of a weekly report. Raises ServerUnreachable.

    Raises:
        DatabaseUnavailable: The database does not answer.
    """
    settings = context.settings
    addresses = configured_addresses(settings)
    # Stored addresses are checked again, whoever wrote the row.
    trusted = frozenset(configured_addresses(context.environment or settings).values())
    failing: set[str] = set()
    sent = 0
    while sent + len(failing) < MOST_AT_ONCE:
        notice = claim_notice(context, failing)
        if notice is None:
            break
        try:
            message = compose_message(settings, notice, _issue_link(context, notice))
            if attach is not None and isinstance(notice.subject, date):
                message = replace(message, attached=attach(context, notice.subject))
            address = addresses[notice.target]
            if send is None:
                send_message(address, message, is_trusted=address in trusted)
            else:
                send(address, message)
        except ServerUnreachable as error:
            failing.add(notice.target)
            state = postpone_notice(context, notice, error.message.text(settings.lang), jitter())
            log.warning(
                "message not delivered",
                notice=notice.id,
                attempts=notice.attempts,
                state=str(state),
                reason=error.message.text(settings.lang),
            )
        else:
            confirm_notice(context, notice)
            sent += 1
            log.info("message delivered", notice=notice.id, kind=str(notice.kind))
    return DeliveryResult(sent, len(failing))


def _issue_link(context: Context, notice: Notice) -> str | None:
    """Return a link that acknowledges the alert of a message of its own, where its target may have one."""
    if notice.digest or notice.kind not in {NoticeKind.ALERT, NoticeKind.ESCALATION}:
        return None
    return issue_alert_link(context, notice.entity_id, notice.target)
