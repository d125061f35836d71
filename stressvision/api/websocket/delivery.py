"""Delivery of events to one client: the missed ones from the database, then live ones; each once and in order.

A role that may not see persons receives events without them. Reading the database raises DatabaseUnavailable.
"""

import asyncio
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from stressvision.api.websocket.connection import Connection
from stressvision.api.websocket.feed import OpenSource, read_page, read_reports, to_batch
from stressvision.api.websocket.hub import Batch, Envelope
from stressvision.api.websocket.public_ids import current_public_id, has_gap_after, moment_of, public_event_id
from stressvision.api.websocket.stream_audit import note_event
from stressvision.core.errors import InvalidInput, Message
from stressvision.domain.auth import sees_groups, sees_persons
from stressvision.services.permitted import withhold_emotions
from stressvision.services.reports.reading import public_report_id
from stressvision.wire.events import Connected, ReportEvent

Fields = frozenset[str]

PUBLIC_FIELDS: Fields = frozenset(
    {"id", "committed_at", "type", "report_id", "start_timestamp", "end_timestamp", "revision"}
)
"""Fields of a report event for plant managers; no other event is delivered to them, and none to administrators.

It has no figures: GET /api/reports returns them, and only reports that it returns are announced.
"""


async def deliver_events(connection: Connection, since: int | None) -> None:
    """Send every event after `since`, or from now on where it is None, until the task is cancelled."""
    now = connection.backend.context.clock()
    if since is None:
        sent = connection.backend.hub.join(connection.mailbox)
        last_id = sent if sees_persons(connection.role) else current_public_id(now)
        await _greet(connection, Connected(timestamp=now, last_id=last_id))
    elif sees_persons(connection.role):
        sent = await _replay(connection, since)
    else:
        sent = await _replay_public(connection, since, now)
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


async def _replay_public(connection: Connection, since: int, now: datetime) -> int:
    """As `_replay`, for a public id; only reports are read: the duration must not grow with the detections."""
    gap = has_gap_after(since, now)
    await _greet(connection, Connected(timestamp=now, last_id=current_public_id(now), resumed_from=since, gap=gap))
    if not sees_groups(connection.role):
        return connection.backend.hub.join(connection.mailbox)
    connection = replace(connection, resumed_after=since)
    sent = await _send_reports(connection, moment_of(since), 0)
    joined_at = connection.backend.hub.join(connection.mailbox)
    return max(joined_at, await _send_reports(connection, moment_of(since), sent))


async def _send_reports(connection: Connection, moment: datetime, sent: int) -> int:
    """Send stored report events since a time, with ids after `sent`; return the last position."""

    def read() -> Batch:
        with closing(connection.backend.open_source()) as source:
            return to_batch(read_reports(source, moment, sent))

    batch = await run_in_threadpool(read)
    await _send_batch(connection, batch)
    return batch.position


async def _send_stored(connection: Connection, sent: int, until: int | None = None) -> int:
    """Send stored events after `sent`, at least up to the event `until`, or all; return the last position."""
    while until is None or sent < until:
        batch = await _read_batch(connection.backend.open_source, sent)
        if batch.position == sent:
            break
        await _send_batch(connection, batch)
        sent = batch.position
    return sent


async def _send_batch(connection: Connection, batch: Batch) -> None:
    for envelope in batch.envelopes:
        if connection.mailbox.subscription.wants(envelope.event):
            await _send(connection, envelope)
        # Lets other tasks run: sending waits only while the network is full.
        await asyncio.sleep(0)


async def _send(connection: Connection, envelope: Envelope) -> None:
    text = _render_for_role(envelope, connection)
    if text is not None:
        note_event(connection, envelope.event)
        await connection.websocket.send_text(text)


async def _greet(connection: Connection, greeting: Connected) -> None:
    permitted = withhold_emotions(connection.backend.context, greeting)
    await connection.websocket.send_text(permitted.model_dump_json())


def _render_for_role(envelope: Envelope, connection: Connection) -> str | None:
    """Return the message with the fields that the client's role may see; None where it may see nothing."""
    event = envelope.event
    if sees_persons(connection.role):
        return envelope.text
    if event is None:
        return envelope.public_text or envelope.text
    if not isinstance(event, ReportEvent) or not envelope.is_public or not sees_groups(connection.role):
        return None
    public_id = public_event_id(event)
    if public_id <= connection.resumed_after:
        return None
    own = {"id": public_id, "report_id": public_report_id(event.start_timestamp), "revision": 0}
    return event.model_copy(update=own).model_dump_json(include=set(PUBLIC_FIELDS))


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
