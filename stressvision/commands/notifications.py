"""`python -m stressvision notify`: state of the notification queue, and tests of the addresses."""

import argparse
from urllib.parse import urlsplit
from uuid import uuid4

from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, Language, Message, ServerUnreachable
from stressvision.notifications.message import compose_test_message
from stressvision.notifications.sender import is_valid_address, send_message
from stressvision.services.context import opened_context
from stressvision.services.notice_routing import configured_addresses
from stressvision.services.notifications import describe_address, read_queue

UNDERSTOOD = Message(
    es="{count} en STRESSVISION_NOTIFY_URLS: {kinds}", en="{count} in STRESSVISION_NOTIFY_URLS: {kinds}"
)
NOT_UNDERSTOOD = Message(
    es="{count} en STRESSVISION_NOTIFY_URLS: {kinds}. No se entiende la n.º {places}: vea docs/avisos.md",
    en="{count} in STRESSVISION_NOTIFY_URLS: {kinds}. No. {places} is not understood: see docs/notifications.md",
)
DELIVERED = Message(es="{label}: entregado", en="{label}: delivered")
TARGET = Message(
    es="{label}: {sent} entregados, {waiting} esperan, {failed} abandonados",
    en="{label}: {sent} delivered, {waiting} waiting, {failed} abandoned",
)
LAST_ERROR = Message(es="  último intento: {error}", en="  last attempt: {error}")
NOTIFY = Message(es="muestra cómo va la entrega de los avisos", en="show the state of the notification queue")
NOTIFY_TEST = Message(
    es="envía un mensaje de prueba a cada destino y dice qué falla",
    en="send a test to each address and report failures",
)
NOTIFY_CHECK = Message(
    es="dice de qué tipo es cada dirección y si se entiende, sin enviar nada",
    en="show the type of each address and whether it is valid, sending nothing",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    parser = add_parser(commands, "notify", language, NOTIFY)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--test", action="store_true", help=NOTIFY_TEST.text(language))
    mode.add_argument("--check", action="store_true", help=NOTIFY_CHECK.text(language))
    parser.set_defaults(command=notify)


def notify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show the queue, send a test or check the addresses; return 1 if a delivery fails or has failed.

    Raises:
        ConfigurationError: If there is no address, or an address is not valid.
    """
    trusted = frozenset(configured_addresses(settings).values())
    if not trusted:
        with opened_context(settings) as context:  # the addresses may have been stored in the console
            settings = context.settings
    if not configured_addresses(settings):
        raise ConfigurationError(
            Message(
                es="No hay a quién avisar: ponga direcciones en STRESSVISION_NOTIFY_URLS (docs/avisos.md).",
                en="No recipients: set addresses in STRESSVISION_NOTIFY_URLS (docs/settings.md).",
            ),
            field="STRESSVISION_NOTIFY_URLS",
        )
    if arguments.check:
        return _check_addresses(settings)
    return _send_test(settings, trusted) if arguments.test else _show_queue(settings)


def _check_addresses(settings: Settings) -> int:
    """Print the type of each address, and no other part of it.

    An invalid address may hold a password: it is named by its position.

    Raises:
        ConfigurationError: If an address is not valid.
    """
    addresses = configured_addresses(settings).values()
    kinds = [urlsplit(address).scheme if is_valid_address(address) else "?" for address in addresses]
    values = {
        "count": len(kinds),
        "kinds": ", ".join(kinds),
        "places": ", ".join(str(place) for place, kind in enumerate(kinds, 1) if kind == "?"),
    }
    if values["places"]:
        raise ConfigurationError(
            Message(es=NOT_UNDERSTOOD.es.format_map(values), en=NOT_UNDERSTOOD.en.format_map(values)),
            field="STRESSVISION_NOTIFY_URLS",
        )
    print(UNDERSTOOD.text(settings.lang).format_map(values))
    return 0


def _send_test(settings: Settings, trusted: frozenset[str]) -> int:
    failed = 0
    for address in configured_addresses(settings).values():
        try:
            send_message(address, compose_test_message(settings, str(uuid4())), is_trusted=address in trusted)
        except ServerUnreachable as error:
            failed += 1
            print(error.message.text(settings.lang), flush=True)
        else:
            print(DELIVERED.text(settings.lang).format(label=describe_address(address)), flush=True)
    return 1 if failed else 0


def _show_queue(settings: Settings) -> int:
    with opened_context(settings) as context:
        queue = read_queue(context)
    for target in queue.targets:
        print(TARGET.text(settings.lang).format_map(target.model_dump()))
        if target.last_error:
            print(LAST_ERROR.text(settings.lang).format(error=target.last_error))
    return 1 if queue.failing_since else 0
