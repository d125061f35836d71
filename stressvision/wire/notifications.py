"""How the delivery of messages is doing. No address stands here: they are secrets."""

from stressvision.wire.values import Moment, WireModel


class NoticeTarget(WireModel):
    """`label`: kind of address and, for e-mail and webhooks, its host. `failed`: messages given up."""

    target: str
    label: str
    waiting: int
    sent: int
    failed: int
    last_sent_at: Moment | None
    last_error: str | None


class NoticeQueue(WireModel):
    """`failing_since`: since when the oldest message waits that has been tried in vain; null where all is well."""

    configured: bool
    waiting: int
    failed: int
    failing_since: Moment | None
    targets: list[NoticeTarget]
