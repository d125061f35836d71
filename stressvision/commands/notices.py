"""`python -m stressvision notify`: how messages fare, and whether they arrive."""

import argparse
from urllib.parse import urlsplit
from uuid import uuid4

from stressvision.commands.arguments import Commands, Say
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, Message, ServerUnreachable
from stressvision.notifications.message import compose_test_message
from stressvision.notifications.sender import is_valid_address, send_message
from stressvision.services.context import opened_context
from stressvision.services.notifications import configured_addresses, mask_address, read_queue

TEXTS = {
    "understood": Message(
        es="{count} en STRESSVISION_NOTIFY_URLS: {kinds}", en="{count} in STRESSVISION_NOTIFY_URLS: {kinds}"
    ),
    "not_understood": Message(
        es="{count} en STRESSVISION_NOTIFY_URLS: {kinds}. No se entiende la n.º {places}: vea docs/notifications.md",
        en="{count} in STRESSVISION_NOTIFY_URLS: {kinds}. No. {places} is not understood: see docs/notifications.md",
    ),
    "delivered": Message(es="{label}: entregado", en="{label}: delivered"),
    "target": Message(
        es="{label}: {sent} entregados, {waiting} esperan, {failed} abandonados",
        en="{label}: {sent} delivered, {waiting} wait, {failed} given up",
    ),
    "trouble": Message(es="  último intento: {error}", en="  last attempt: {error}"),
}


def add_commands(commands: Commands, say: Say) -> None:
    notifying = commands.add_parser("notify", help=say("notify"), description=say("notify"))
    how = notifying.add_mutually_exclusive_group()
    how.add_argument("--test", action="store_true", help=say("notify_test"))
    how.add_argument("--check", action="store_true", help=say("notify_check"))
    notifying.set_defaults(command=notify)


def notify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit code 1 where a message does not arrive, or has not. Raises ConfigurationError where nobody is to be told."""
    if not settings.notify_urls:
        raise ConfigurationError(
            Message(
                es="No hay a quién avisar: ponga direcciones en STRESSVISION_NOTIFY_URLS (docs/settings.md).",
                en="There is nobody to notify: set addresses in STRESSVISION_NOTIFY_URLS (docs/settings.md).",
            ),
            field="STRESSVISION_NOTIFY_URLS",
        )
    if arguments.check:
        return _check_addresses(settings)
    return _send_test(settings) if arguments.test else _show_queue(settings)


def _check_addresses(settings: Settings) -> int:
    """Tells what kind each address is of, and no more of it. Raises ConfigurationError where one is none.

    What is not understood may be anything, a password too: it is told by its place.
    """
    addresses = [secret.get_secret_value() for secret in settings.notify_urls]
    kinds = [urlsplit(address).scheme if is_valid_address(address) else "?" for address in addresses]
    told = {
        "count": len(kinds),
        "kinds": ", ".join(kinds),
        "places": ", ".join(str(place) for place, kind in enumerate(kinds, 1) if kind == "?"),
    }
    if told["places"]:
        said = TEXTS["not_understood"]
        raise ConfigurationError(
            Message(es=said.es.format_map(told), en=said.en.format_map(told)), field="STRESSVISION_NOTIFY_URLS"
        )
    print(TEXTS["understood"].text(settings.lang).format_map(told))
    return 0


def _send_test(settings: Settings) -> int:
    failed = 0
    for address in configured_addresses(settings).values():
        try:
            send_message(address, compose_test_message(settings, str(uuid4())))
        except ServerUnreachable as error:
            failed += 1
            print(error.message.text(settings.lang), flush=True)
        else:
            print(TEXTS["delivered"].text(settings.lang).format(label=mask_address(address)), flush=True)
    return 1 if failed else 0


def _show_queue(settings: Settings) -> int:
    with opened_context(settings) as context:
        queue = read_queue(context)
    for target in queue.targets:
        print(TEXTS["target"].text(settings.lang).format_map(target.model_dump()))
        if target.last_error:
            print(TEXTS["trouble"].text(settings.lang).format(error=target.last_error))
    return 1 if queue.failing_since else 0
