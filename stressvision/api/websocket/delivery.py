"""Delivery of events to one client: the missed ones from the database, then live ones; each once and in order.

A role that may not see persons receives events without them. Reading the database raises DatabaseUnavailable.
"""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from stressvision.api.websocket.connection import Connection
from stressvision.api.websocket.feed import OpenSource, read_page, to_batch
from stressvision.api.websocket.hub import Batch, Envelope
from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.auth import Role, sees_persons
from stressvision.wire.events import Connected, DetectionEvent

Fields = frozenset[str]

_BASE_FIELDS: Fields = frozenset({"id", "committed_at", "type"})
_REPORT_FIELDS: Fields = _BASE_FIELDS | {"report_id", "start_timestamp", "end_timestamp", "revision"}

VISIBLE_FIELDS: Mapping[tuple[str, Role], Fields] = {
    ("report", Role.VIEWER): _REPORT_FIELDS,
    ("report", Role.ADMIN): _REPORT_FIELDS,
    ("detection", Role.ADMIN): _BASE_FIELDS | {"data"},
}
"""Fields of an event, by type and role, for roles that may not see persons; other events are not delivered to them.

A report event has no figures: GET /api/reports returns them, without those about too few people.
"""

TECHNICAL_FIELDS: Fields = frozenset({"id", "timestamp", "device_id", "session_id", "processing_time_ms", "created_at"})
"""Fields of a detection's `data` for an administrator: they show that, when and where the system works."""


async def deliver_events(connection: Connection, since: int | None) -> None:
    """Send every event after `since`, or from now on where it is None, until the task is cancelled."""
    if since is None:
        sent = connection.backend.hub.join(connection.mailbox)
        await _greet(connection, Connected(timestamp=connection.backend.context.clock(), last_id=sent))
    else:
        sent = await _replay(connection, since)
    while True:
        envelope = await connection.mailbox.take()
        # Between replay and live delivery the same event can come from both.
        if envelope.event_id is None or envelope.event_id > sent:
            await _send(connection, envelope)
            sent = envelope.event_id or sent


def parse_since(text: str | None) -> int | None:
    """Return the event id of `since`. Raises InvalidInput for any other text."""
    if text is None or (text.isascii() and text.isdigit() and len(text) < 20):
        return None if text is None else int(text)
    raise InvalidInput(
        Message(
            es="since no es un id de evento: use el último id recibido, por ejemplo /ws?since=120.",
            en="since is not an event id: use the last id received, for example /ws?since=120.",
        ),
        field="since",
    )


@dataclass(frozen=True)
class _Extent:
    """Ids of the first and the last stored event."""

    oldest: int
    last: int

    def has_gap_after(self, since: int) -> bool:
        """Return whether events after `since` are gone, or `since` comes from another database."""
        return since < self.oldest - 1 or since > self.last


async def _replay(connection: Connection, since: int) -> int:
    """Send the events after `since` and join the hub; return the id of the last event sent."""
    extent = await _read_extent(connection.backend.open_source)
    await _greet(
        connection,
        Connected(
            timestamp=connection.backend.context.clock(),
            last_id=extent.last,
            resumed_from=since,
            gap=extent.has_gap_after(since),
        ),
    )
    sent = await _send_stored(connection, min(since, extent.last))
    # Joined only now, so that a long replay does not fill the mailbox; the rest is what the hub published
    # while the last page was being sent.
    joined_at = connection.backend.hub.join(connection.mailbox)
    return await _send_stored(connection, sent, joined_at)


async def _send_stored(connection: Connection, sent: int, until: int | None = None) -> int:
    """Send stored events after `sent`, at least up to the event `until`, or all; return the last position."""
    while until is None or sent < until:
        batch = await _read_batch(connection.backend.open_source, sent)
        if batch.position == sent:
            break
        for envelope in batch.envelopes:
            if connection.mailbox.subscription.wants(envelope.event):
                await _send(connection, envelope)
            # Lets other tasks run: sending waits only while the network is full.
            await asyncio.sleep(0)
        sent = batch.position
    return sent


async def _send(connection: Connection, envelope: Envelope) -> None:
    text = _render_for_role(envelope, connection.role)
    if text is not None:
        await connection.websocket.send_text(text)


async def _greet(connection: Connection, greeting: Connected) -> None:
    await connection.websocket.send_text(greeting.model_dump_json())


def _render_for_role(envelope: Envelope, role: Role | None) -> str | None:
    """Return the message with the fields that a role may see; None where it may see nothing."""
    event = envelope.event
    if event is None or sees_persons(role):
        return envelope.text
    fields = VISIBLE_FIELDS.get((event.type, role)) if role is not None else None
    if fields is None:
        return None
    if isinstance(event, DetectionEvent):
        technical = {name: value for name, value in event.data.items() if name in TECHNICAL_FIELDS}
        event = event.model_copy(update={"data": technical})
    return event.model_dump_json(include=set(fields))


async def _read_extent(open_source: OpenSource) -> _Extent:
    def read() -> _Extent:
        with closing(open_source()) as source:
            return _Extent(oldest=source.oldest_id(), last=source.last_id())

    return await run_in_threadpool(read)


async def _read_batch(open_source: OpenSource, after: int) -> Batch:
    """Return the next events after an id, in order; its position is `after` where there are none."""

    def read() -> Batch:
        with closing(open_source()) as source:
            return to_batch(read_page(source, after))

    return await run_in_threadpool(read)
