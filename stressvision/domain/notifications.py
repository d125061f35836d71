"""Outgoing messages: their kinds, when they may be sent, and the delay between attempts."""

import hashlib
import re
from datetime import time, timedelta
from enum import StrEnum
from urllib.parse import unquote

from stressvision.core.errors import Message
from stressvision.core.watching import WatchPeriod

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(hours=1)
LEASE = timedelta(minutes=2)
"""How long a claimed message belongs to one sender: longer than any delivery timeout. Then it can be claimed again."""

LEAST_ATTEMPTS = 20
"""Attempts before a message may be given up, independently of the elapsed time: about half a day of them."""
DIGEST_FROM = 6
"""Messages due at once to one target from which they are sent as one."""
DIGEST_LIMIT = 500
"""Messages in one digest, at most."""
EVERY_DAY = frozenset(range(1, 8))
"""ISO weekdays."""


class NoticeKind(StrEnum):
    """What a message reports."""

    ALERT = "alert"
    ESCALATION = "alert_escalated"
    DEVICE = "device"
    REPORT = "report"
    EXPIRY = "expiry"
    REPAIR = "repair"
    WEEKLY = "weekly"
    TEST = "test"


class NoticeState(StrEnum):
    """State of a queued message.

    `failed`: no further attempt is made. `obsolete`: its subject was settled or removed before delivery.
    """

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    OBSOLETE = "obsolete"


SUBSCRIPTIONS = {
    NoticeKind.ALERT: "alerts",
    NoticeKind.ESCALATION: "alerts",
    NoticeKind.DEVICE: "devices",
    NoticeKind.REPORT: "reports",
    NoticeKind.EXPIRY: "devices",
    NoticeKind.REPAIR: "devices",
    NoticeKind.WEEKLY: "weekly",
}
"""The event of a recipient (STRESSVISION_NOTIFY_EVENTS, and of a destination) that enables each kind of message."""


STORABLE_SCHEMES = frozenset(
    {
        "mailto",
        "mailtos",
        "json",
        "jsons",
        "form",
        "forms",
        "xml",
        "xmls",
        "ntfy",
        "ntfys",
        "slack",
        "tgram",
        "discord",
        "workflow",
        "workflows",
        "gchat",
        "mmost",
        "mmosts",
        "gotify",
        "gotifys",
        "pover",
        "wxteams",
        "webex",
        "signal",
        "signals",
        "rocket",
        "rockets",
        "twilio",
        "vonage",
        "whatsapp",
    }
)
"""Services that only send over the network. Others, which open local files or devices, belong to the environment."""
FILE_OPTIONS = frozenset({"template", "attach", "pgppub", "pgpprv", "keyfile", "subfile"})
"""Options with which apprise reads a file of the server, or another address, and sends what it read."""


def find_address_fault(address: str) -> Message | None:
    """Return why an address may not be stored or tested from the console; None where it may.

    An administrator of the console has no account on the server: an address must not read the server's files for them.
    """
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in STORABLE_SCHEMES:
        return Message(
            es=f"Aquí no se admiten direcciones {scheme}:// . Póngala en STRESSVISION_NOTIFY_URLS del servidor.",
            en=f"Addresses {scheme}:// are not accepted here: put it into STRESSVISION_NOTIFY_URLS of the server.",
        )
    if refused := ", ".join(sorted(_option_names(rest) & FILE_OPTIONS)):
        return Message(
            es=f"Aquí no se admite la opción {refused}, que lee un archivo del servidor.",
            en=f"The option {refused}, which reads a file of the server, is not accepted here.",
        )
    return None


def _option_names(rest: str) -> set[str]:
    """Return the names of an address's options as apprise reads them, or as it may: decoded, stripped, lower-case."""
    names = set()
    for part in re.split("[?#&;]", rest)[1:]:  # apprise does not end the query where RFC 3986 does
        name, decoded = "", part.partition("=")[0].replace("+", " ")
        while decoded != name:
            name, decoded = decoded, unquote(decoded)
        names.add("".join(character for character in name.lower() if character.isalnum()))
    return names


def fingerprint(address: str) -> str:
    """Return the form in which the database stores an address, which may contain a password or a token."""
    return hashlib.sha256(address.encode()).hexdigest()[:12]


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """Return the delay before the next attempt: doubling from half a minute to an hour, times 0.5 to 1.5.

    The jitter spreads the retries of messages that failed together (AWS Architecture Blog, "Exponential Backoff And
    Jitter", 2015).

    Args:
        attempts: Attempts made so far, at least 1.
        jitter: Random number, 0-1.
    """
    doublings = min(attempts - 1, 16)
    return min(FIRST_RETRY * (1 << doublings), LONGEST_RETRY) * (0.5 + jitter)


def parse_quiet_hours(text: str) -> tuple[WatchPeriod, ...]:
    """Return the daily quiet hours written as `22:00-06:00`, a form checked by the settings."""
    if not text:
        return ()
    start, end = (time.fromisoformat(part) for part in text.split("-"))
    return (WatchPeriod(EVERY_DAY, start, end),) if start != end else ()
