"""Messages to people outside: which there are, when they may go out, and how often they are tried."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
LEASE = timedelta(minutes=2)
"""How long a message is one sender's: longer than any receiver is waited for. Then another tries, or the same again."""


class NoticeKind(StrEnum):
    ALERT = "alert"
    ESCALATION = "alert_escalated"
    DEVICE = "device"
    REPORT = "report"
    TEST = "test"


class NoticeState(StrEnum):
    """`failed`: given up. `obsolete`: what it told of was settled, or is gone, before it could be delivered."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    OBSOLETE = "obsolete"


SUBSCRIPTIONS = {
    NoticeKind.ALERT: "alerts",
    NoticeKind.ESCALATION: "alerts",
    NoticeKind.DEVICE: "devices",
    NoticeKind.REPORT: "reports",
}
"""Which word of STRESSVISION_NOTIFY_EVENTS asks for which messages."""


def fingerprint(address: str) -> str:
    """What the database knows of an address, which may hold a password or a token."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """Before the next attempt: doubling from half a minute to an hour, times 0.5 to 1.5 by `jitter` (0-1).

    So that many messages which failed together do not come back together (AWS Architecture Blog, "Exponential
    Backoff And Jitter", 2015).
    """
    doublings = min(attempts - 1, 16)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY) * (0.5 + jitter)


@dataclass(frozen=True)
class QuietHours:
    """By the plant's clock, from `start` to before `end`; over midnight where `end` comes first."""

    start: time
    end: time


def parse_quiet_hours(text: str) -> QuietHours | None:
    """From `22:00-06:00`, a form the settings have checked; None where there are none."""
    if not text:
        return None
    start, end = (time.fromisoformat(part) for part in text.split("-"))
    return QuietHours(start, end) if start != end else None


def quiet_until(hours: QuietHours | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours that hold `now` end; None outside of them."""
    if hours is None:
        return None
    local = now.astimezone(zone)
    clock = local.time()
    if hours.start < hours.end:
        is_quiet = hours.start <= clock < hours.end
    else:
        is_quiet = clock >= hours.start or clock < hours.end
    if not is_quiet:
        return None
    end = datetime.combine(local.date(), hours.end, zone)
    return (end if end > local else end + timedelta(days=1)).astimezone(now.tzinfo)
