"""`python -m stressvision notify`: how messages fare, and whether they arrive."""

import argparse
from uuid import uuid4

from stressvision.commands.arguments import Commands, Say
from stressvision.config import Settings
from stressvision.errors import ConfigurationError, Message, ServerUnreachable
from stressvision.notices.message import write_test
from stressvision.notices.sender import send_message
from stressvision.services.context import opened_context
from stressvision.services.notices import configured_addresses, label_of, read_queue

TEXTS = {
    "delivered": Message(es="{label}: entregado", en="{label}: delivered"),
    "target": Message(
        es="{label}: {sent} entregados, {waiting} esperan, {failed} abandonados",
        en="{label}: {sent} delivered, {waiting} wait, {failed} given up",
    ),
    "trouble": Message(es="  último intento: {error}", en="  last attempt: {error}"),
}


def add_commands(commands: Commands, say: Say) -> None:
    notifying = commands.add_parser("notify", help=say("notify"), description=say("notify"))
    notifying.add_argument("--test", action="store_true", help=say("notify_test"))
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
    return _send_test(settings) if arguments.test else _show_queue(settings)


def _send_test(settings: Settings) -> int:
    failed = 0
    for address in configured_addresses(settings).values():
        try:
            send_message(address, write_test(settings, str(uuid4())))
        except ServerUnreachable as error:
            failed += 1
            print(error.message.text(settings.lang), flush=True)
        else:
            print(TEXTS["delivered"].text(settings.lang).format(label=label_of(address)), flush=True)
    return 1 if failed else 0


def _show_queue(settings: Settings) -> int:
    with opened_context(settings) as context:
        queue = read_queue(context)
    for target in queue.targets:
        print(TEXTS["target"].text(settings.lang).format_map(target.model_dump()))
        if target.last_error:
            print(TEXTS["trouble"].text(settings.lang).format(error=target.last_error))
    return 1 if queue.failing_since else 0
