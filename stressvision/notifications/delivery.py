"""Empties the queue of what is due: at least once each, and no receiver in another's way."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from stressvision.core.errors import ServerUnreachable
from stressvision.notifications.message import Written, write_message
from stressvision.notifications.sender import send_message
from stressvision.services.context import Context
from stressvision.services.notifications import (
    claim_notice,
    configured_addresses,
    confirm_notice,
    postpone_notice,
)

MOST_AT_ONCE = 50
"""Messages of one round, so that a reporter that is told to stop need not empty a long queue first."""

Send = Callable[[str, Written], None]

log = structlog.get_logger()


@dataclass(frozen=True)
class Round:
    sent: int
    failed: int


def deliver_due(context: Context, send: Send = send_message, jitter: Callable[[], float] = random.random) -> Round:
    """Sends what is due. After a failure its target is left alone until the next round.

    `send` raises ServerUnreachable. Raises DatabaseUnavailable.
    """
    settings = context.settings
    addresses = configured_addresses(settings)
    failing: set[str] = set()
    sent = 0
    while sent + len(failing) < MOST_AT_ONCE:
        notice = claim_notice(context, failing)
        if notice is None:
            break
        try:
            send(addresses[notice.target], write_message(settings, notice))
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
    return Round(sent, len(failing))
