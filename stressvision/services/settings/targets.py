"""Recipients of notifications: add and remove addresses without showing any."""

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.domain.notifications import fingerprint
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notice_routing import configured_addresses, general_addresses
from stressvision.services.notifications import describe_address, read_queue
from stressvision.services.settings.changing import change_settings, require_storable_address
from stressvision.wire.notifications import NoticeQueue

_SETTING = "notify_urls"
DELIVERED_TEST = "notification_test"
"""Kind of entity in the audit log."""
MOST_TARGETS = 20
UNKNOWN_TARGET = Message(es="No existe ese destino.", en="There is no such recipient.")


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
        label = describe_address(address)
        raise Conflict(Message(es=f"{label} ya está.", en=f"{label} is configured already."), field="address")
    if len(known) >= MOST_TARGETS:
        raise InvalidInput(
            Message(es=f"Puede haber {MOST_TARGETS} destinos.", en=f"There may be {MOST_TARGETS} recipients."),
            field="address",
        )
    change_settings(context, {_SETTING: [*general_addresses(context.settings).values(), address]}, actor)
    return read_queue(context)


def remove_target(context: Context, target: str, actor: Actor) -> NoticeQueue:
    """Remove the address with this fingerprint; its queued messages are not sent.

    Raises:
        NotFound: There is no such address.
        Conflict: The environment sets the addresses.
    """
    context.refresh_settings()
    known = general_addresses(context.settings)
    if target not in known:
        raise NotFound(UNKNOWN_TARGET)
    rest = [address for mark, address in known.items() if mark != target]
    change_settings(context, {_SETTING: rest or None}, actor)
    return read_queue(context)


def addresses_to_test(context: Context, address: str | None, target: str | None) -> list[str]:
    """Return the addresses that a test is sent to: one that was typed, one configured, or all. Raise NotFound."""
    if address:
        require_storable_address(address, "address")
        return [address]
    context.refresh_settings()
    known = configured_addresses(context.settings)
    if target is not None and target not in known:
        raise NotFound(UNKNOWN_TARGET)
    return list(known.values()) if target is None else [known[target]]


def record_test(context: Context, actor: Actor) -> None:
    """Record that a test notification was delivered; the first steps show it as done from then on."""
    with context.database.write() as connection:
        record(connection, context, actor, "notification_tested", DELIVERED_TEST, None)
