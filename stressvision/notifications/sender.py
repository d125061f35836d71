"""One message to one address, through apprise. What is said of a failure holds no part of the address."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, unquote, urlsplit

from stressvision.core.errors import Language, Message, ServerUnreachable
from stressvision.notifications import texts
from stressvision.notifications.message import Written
from stressvision.services.notifications import label_of

KEY_HEADER = "Idempotency-Key"
"""The same however often a message is sent, so that who receives it twice can tell (IETF draft
httpapi-idempotency-key-header). In an e-mail too: apprise writes the Message-ID itself, anew each time."""
LONGEST_DETAIL = 200
SHORTEST_SECRET = 3


def send_message(address: str, message: Written) -> None:
    """Raises ServerUnreachable with a sentence that names neither user, password nor token."""
    # Imported here: 36 MB that only a process with something to send should pay.
    import apprise

    with _overhearing() as said:
        asset = apprise.AppriseAsset(app_id="Stress Vision", app_desc="Stress Vision")
        service = apprise.Apprise.instantiate(address, asset=asset)
        if service is None:
            raise _undelivered(address, texts.NOT_AN_ADDRESS)
        if isinstance(headers := getattr(service, "headers", None), dict):
            headers[KEY_HEADER] = message.key
        sender = apprise.Apprise(asset=asset)
        sender.add(service)
        is_delivered = bool(sender.notify(title=message.title, body=message.body, body_format="text"))
    if not is_delivered:
        raise _explain(address, _without_secrets(" ".join(said), address))


def is_understood(address: str) -> bool:
    """Whether apprise could send there, as far as the address itself tells: nobody is asked."""
    import apprise

    with _overhearing():
        return apprise.Apprise.instantiate(address) is not None


class _Listener(logging.Handler):
    """What apprise says of a failure; its details hold what was sent and where, and are left out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING or text.startswith("Socket Exception"):
            self.said.append(" ".join(text.split()))


@contextmanager
def _overhearing() -> Iterator[list[str]]:
    """apprise tells why something failed in its log alone, which must not reach ours: addresses stand in it."""
    logger, listener = logging.getLogger("apprise"), _Listener()
    before = (logger.level, logger.propagate)
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield listener.said
    finally:
        logger.removeHandler(listener)
        logger.level, logger.propagate = before


def _without_secrets(text: str, address: str) -> str:
    parts = urlsplit(address)
    secrets = {parts.username or "", parts.password or "", *parts.path.split("/"), parts.query}
    secrets |= {value for _, value in parse_qsl(parts.query)}
    if "…" in label_of(address):
        secrets.add(parts.netloc)
        secrets.add(parts.hostname or "")
    for secret in sorted(secrets | {unquote(secret) for secret in secrets}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _shortened(detail: str) -> str:
    """The end: what is wrong stands there, after where it went wrong."""
    return detail if len(detail) <= LONGEST_DETAIL else f"…{detail[-LONGEST_DETAIL:]}"


def _explain(address: str, detail: str) -> ServerUnreachable:
    for form, reason in texts.REASONS:
        if found := re.search(form, detail):
            return _undelivered(address, reason, code=found.group(found.lastindex or 0))
    return _undelivered(address, texts.UNKNOWN_REASON, detail=_shortened(detail) or "-")


def _undelivered(address: str, reason: Message, **values: str) -> ServerUnreachable:
    def say(language: Language) -> str:
        told = reason.text(language).format(**values)
        return texts.UNDELIVERED.text(language).format(label=label_of(address), reason=told)

    return ServerUnreachable(Message(es=say("es"), en=say("en")))
