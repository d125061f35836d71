"""Recipients of notifications: add and remove addresses without showing any."""

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.domain.notifications import fingerprint
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import configured_addresses, mask_address, read_queue
from stressvision.services.settings.changing import change_settings, require_storable_address
from stressvision.wire.notifications import NoticeQueue

_SETTING = "notify_urls"
DELIVERED_TEST = "notification_test"
"""Kind of entity in the audit log."""
MOST_TARGETS = 20


def add_target(context: Context, address: str, actor: Actor) -> NoticeQueue:
    """Add an address, and return the queue with its targets.

    Raises:
        InvalidInput: The text has not the form of one address, or there are too many.
        Conflict: The environment sets the addresses, or this one is configured already.
    """
    if "://" not in address or len(address.split()) != 1:
        raise InvalidInput(
            Message(
                es="Escriba una dirección, como mailtos://usuario:clave@smtp.example.com?from=…&to=…",
                en="Enter one address, such as mailtos://user:password@smtp.example.com?from=…&to=…",
            ),
            field="address",
        )
    require_storable_address(address, "address")
    context.refresh_settings()
    known = configured_addresses(context.settings)
    if fingerprint(address) in known:
        label = mask_address(address)
        raise Conflict(Message(es=f"{label} ya está.", en=f"{label} is configured already."), field="address")
    if len(known) >= MOST_TARGETS:
        raise InvalidInput(
            Message(es=f"Puede haber {MOST_TARGETS} destinos.", en=f"There may be {MOST_TARGETS} recipients."),
            field="address",
        )
    change_settings(context, {_SETTING: [*known.values(), address]}, actor)
    return read_queue(context)


def remove_target(context: Context, target: str, actor: Actor) -> NoticeQueue:
    """Remove the address with this fingerprint; its queued messages are not sent.

    Raises:
        NotFound: There is no such address.
        Conflict: The environment sets the addresses.
    """
    context.refresh_settings()
    known = configured_addresses(context.settings)
    if target not in known:
        raise NotFound(Message(es="No existe ese destino.", en="There is no such recipient."))
    rest = [address for mark, address in known.items() if mark != target]
    change_settings(context, {_SETTING: rest or None}, actor)
    return read_queue(context)


def record_test(context: Context, actor: Actor) -> None:
    """Record that a test notification was delivered; the first steps show it as done from then on."""
    with context.database.write() as connection:
        record(connection, context, actor, "notification_tested", DELIVERED_TEST, None)
