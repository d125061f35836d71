"""State of notification delivery, without addresses, which are secrets."""

from stressvision.wire.values import Moment, WireModel


class NoticeTarget(WireModel):
    """One target. `label`: kind of address and, for e-mail and webhooks, its host. `failed`: abandoned messages."""

    target: str
    label: str
    waiting: int | None
    sent: int | None
    failed: int | None
    last_sent_at: Moment | None
    last_error: str | None


class NoticeQueue(WireModel):
    """State of the queue. Numbers are null for roles that may not know of alerts.

    `failing_since`: since when the oldest failed message waits; null without failures.
    """

    configured: bool
    waiting: int | None
    failed: int | None
    failing_since: Moment | None
    targets: list[NoticeTarget]
