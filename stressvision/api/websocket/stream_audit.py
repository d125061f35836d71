"""Audit of a client that follows events: a row at its start, at its end and each quarter of an hour.

The later rows name the people whose events the client received, and each of them has a row of its own, so that a
person's list of accesses includes it. Short connections that repeat each other share rows (services/reads.py).
"""

import asyncio

from starlette.concurrency import run_in_threadpool

from stressvision.api.websocket.connection import Connection
from stressvision.domain.auth import sees_persons
from stressvision.http.authentication import actor_of
from stressvision.services.audit import record_people_read, record_stream
from stressvision.services.reads import STREAM_SPAN
from stressvision.wire.events import AlertEvent, DetectionEvent, FeedEvent


def note_event(connection: Connection, event: FeedEvent | None) -> None:
    """Remember the person of an event that is being sent with personal data."""
    if event is None or not sees_persons(connection.role):
        return
    employee_id = event.data["employee_id"] if isinstance(event, DetectionEvent) else None
    if isinstance(event, AlertEvent):
        employee_id = event.employee_id
    if employee_id is not None:
        connection.seen.add(employee_id)


async def record_start(connection: Connection) -> None:
    """Record that a client begins to follow. Raises Unavailable: it receives nothing then."""
    if sees_persons(connection.role):
        await run_in_threadpool(_record, connection, "stream_started")


async def record_progress(connection: Connection) -> None:
    """Record the people seen each quarter of an hour, until cancelled. Raises Unavailable: the session ends then."""
    while True:
        await asyncio.sleep(STREAM_SPAN.total_seconds())
        if connection.seen:
            await run_in_threadpool(_record, connection, "stream_continued")


async def record_end(connection: Connection) -> None:
    """Record the people seen since the last row. Raises Unavailable."""
    if sees_persons(connection.role):
        await run_in_threadpool(_record, connection, "stream_ended")


def _record(connection: Connection, action: str) -> None:
    actor = actor_of(connection.principal, connection.address)
    people, context = sorted(connection.seen), connection.backend.context
    record_stream(context, actor, action, people)
    record_people_read(context, actor, "stream_events", people, STREAM_SPAN)
    connection.seen.difference_update(people)
