"""Sending of one message to one address through apprise, with failure texts that contain no secrets."""

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, unquote, urlsplit

from stressvision.core.errors import Language, Message, ServerUnreachable
from stressvision.domain.notifications import STORABLE_SCHEMES, find_address_fault
from stressvision.notifications import texts
from stressvision.notifications.message import OutgoingMessage
from stressvision.services.notifications import mask_address

KEY_HEADER = "Idempotency-Key"
"""Header with the same value for every attempt, so that receivers can detect duplicates (IETF draft
httpapi-idempotency-key-header). E-mails carry it too: apprise creates a new Message-ID for each attempt."""
LONGEST_DETAIL = 200
SHORTEST_SECRET = 3
_KEY_FILES = ("pgp_key", "pgp_privkey", "keyfile", "subfile", "attach")
"""Attributes of apprise's services that name a file, or an address, of which they send or use the content."""


def send_message(address: str, message: OutgoingMessage, *, is_trusted: bool = False) -> None:
    """Send a message. Raises ServerUnreachable, with a text that contains no user, password or token.

    `is_trusted`: the environment of the server sets the address, which may then use any service, and files.
    """
    fault = None if is_trusted else find_address_fault(address)
    if fault is not None:
        raise _undelivered(address, texts.NOT_ALLOWED)
    # Imported here: it takes 36 MB, which only a process with messages to send should use.
    import apprise
    from apprise.attachment.memory import AttachMemory

    with _capture_log() as failures:
        asset = apprise.AppriseAsset(app_id="Stress Vision", app_desc="Stress Vision")
        service = apprise.Apprise.instantiate(address, asset=asset)
        if service is None:
            raise _undelivered(address, texts.NOT_AN_ADDRESS)
        if not is_trusted and reads_files(service):
            raise _undelivered(address, texts.NOT_ALLOWED)
        if isinstance(headers := getattr(service, "headers", None), dict):
            headers[KEY_HEADER] = message.key
        # A redirection leads to a login page, and turns a POST into a GET without the message.
        service.redirects = False
        sender = apprise.Apprise(asset=asset)
        sender.add(service)
        files = None
        if message.attached is not None:
            files = apprise.AppriseAttachment()
            file = message.attached
            files.add(AttachMemory(file.content, file.name, file.media_type))  # type: ignore[no-untyped-call]
        is_delivered = bool(sender.notify(title=message.title, body=message.body, body_format="text", attach=files))
    if not is_delivered:
        raise _explain(address, _without_secrets(" ".join(failures), address))


def reads_files(service: object) -> bool:
    """Return whether a service that apprise built reads a file, or is one of those that open local devices.

    The object is what sends: however its address was written, it holds templates, attachments and keys as attributes.
    """
    from apprise import AppriseAttachment
    from apprise.attachment.base import AttachBase

    schemes = {scheme for name in ("protocol", "secure_protocol") for scheme in _as_names(getattr(service, name, None))}
    values = list(vars(service).values())
    files = [value for value in values if isinstance(value, AppriseAttachment | AttachBase)]
    keys = [getattr(service, name, None) for name in _KEY_FILES]
    return not schemes & STORABLE_SCHEMES or any(map(bool, files)) or any(map(bool, keys))


def _as_names(value: object) -> Iterable[str]:
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple | list | set | frozenset) else ()


def is_valid_address(address: str) -> bool:
    """Return whether apprise accepts the form of the address; nothing is sent."""
    import apprise

    with _capture_log():
        return apprise.Apprise.instantiate(address) is not None


class _FailureHandler(logging.Handler):
    """Collects the failure messages of apprise, without its debug records, which contain addresses and contents."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.failures: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING or text.startswith("Socket Exception"):
            self.failures.append(" ".join(text.split()))


@contextmanager
def _capture_log() -> Iterator[list[str]]:
    """Yield the failures that apprise logs, its only report of them, and keep its log, with addresses, out of ours."""
    logger, handler = logging.getLogger("apprise"), _FailureHandler()
    before = (logger.level, logger.propagate)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield handler.failures
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


def _without_secrets(text: str, address: str) -> str:
    parts = urlsplit(address)
    secrets = {parts.username or "", parts.password or "", *parts.path.split("/"), parts.query}
    secrets |= {value for _, value in parse_qsl(parts.query)}
    if "…" in mask_address(address):
        secrets.add(parts.netloc)
        secrets.add(parts.hostname or "")
    for secret in sorted(secrets | {unquote(secret) for secret in secrets}, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _shortened(detail: str) -> str:
    """Return the end of a detail, where the cause follows the place."""
    return detail if len(detail) <= LONGEST_DETAIL else f"…{detail[-LONGEST_DETAIL:]}"


def _explain(address: str, detail: str) -> ServerUnreachable:
    for form, reason in texts.REASONS:
        if found := re.search(form, detail):
            return _undelivered(address, reason, code=found.group(found.lastindex or 0))
    return _undelivered(address, texts.UNKNOWN_REASON, detail=_shortened(detail) or "-")


def _undelivered(address: str, reason: Message, **values: str) -> ServerUnreachable:
    def format_text(language: Language) -> str:
        cause = reason.text(language).format(**values)
        return texts.UNDELIVERED.text(language).format(label=mask_address(address), reason=cause)

    return ServerUnreachable(Message(es=format_text("es"), en=format_text("en")))
