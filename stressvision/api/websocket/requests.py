"""A WebSocket client's messages: the token, pings and subscriptions, and their answers."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

from fastapi import WebSocketDisconnect
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from stressvision.api.middleware.authentication import authenticate, is_login_required
from stressvision.api.websocket.connection import Connection
from stressvision.api.websocket.hub import FULL, Envelope, Subscription
from stressvision.core.errors import (
    Forbidden,
    InvalidInput,
    Language,
    Message,
    StressVisionError,
    Unauthenticated,
    Unavailable,
)
from stressvision.domain.auth import sees_persons
from stressvision.http.authentication import actor_of, require_permission
from stressvision.http.permissions import Server, visible_events
from stressvision.services.credentials import MISSING
from stressvision.services.people.employees import record_follower
from stressvision.wire.events import EVENT_TYPES, ErrorEvent, Pong, Subscribe, Subscribed
from stressvision.wire.problems import validation_problem

_UNKNOWN_MESSAGE = Message(
    es='No entiendo este mensaje: se admiten {"type": "ping"} y {"type": "subscribe", "events": ["alert"], '
    '"employee_id": 3}; events y employee_id pueden faltar.',
    en='This message is not understood: accepted are {"type": "ping"} and {"type": "subscribe", "events": ["alert"], '
    '"employee_id": 3}; events and employee_id may be left out.',
)
_NO_PERSONS = Message(
    es="Su cuenta no puede seguir a una persona: quite employee_id.",
    en="Your account may not follow one person: leave employee_id out.",
)


async def authenticate_client(connection: Connection) -> Connection:
    """Return the connection with its principal, reading the token from the first message where one is required.

    Raises Unauthenticated, Forbidden, Unavailable (the client had to make room), and WebSocketDisconnect.
    """
    authenticator = connection.backend.authenticator
    if connection.principal is not None or not await is_login_required(authenticator):
        return connection
    message = await _receive_first(connection)
    token = message.get("token") if message.get("type") == "auth" else None
    if not isinstance(token, str):
        raise Unauthenticated(MISSING)
    principal = await authenticate(authenticator, token)
    require_permission(Server.BACKEND, principal, "WEBSOCKET", connection.websocket.url.path)
    return replace(connection, principal=principal)


async def _receive_first(connection: Connection) -> dict[str, object]:
    """Return the first message of a client that has to send a token. Raises Unauthenticated where none comes."""
    connection.backend.hub.await_token(connection.mailbox)
    receiving = asyncio.create_task(_receive(connection))
    displaced = asyncio.create_task(connection.mailbox.displaced.wait())
    try:
        seconds = connection.backend.pace.identify_seconds
        done, _ = await asyncio.wait({receiving, displaced}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        displaced.cancel()
        receiving.cancel()
    if receiving in done:
        return receiving.result()
    raise Unavailable(FULL) if displaced in done else Unauthenticated(MISSING)


async def answer_requests(connection: Connection) -> None:
    """Answer messages through the client's mailbox: a client that asks and never reads fills it and is dropped.

    Raises WebSocketDisconnect when the client leaves.
    """
    while True:
        message = await _receive(connection)
        if message.get("type") != "auth":  # a token that is not required is ignored
            reply = await _answer(connection, message)
            connection.mailbox.post(Envelope(reply.model_dump_json()))


async def subscribe(connection: Connection, message: Mapping[str, object]) -> Subscribed:
    """Replace the client's subscription; on an error the previous one stays.

    Following one person is recorded in the audit log. Raises InvalidInput, NotFound, Forbidden and Unavailable.
    """
    request = _parse_subscription(message, connection.language)
    if request.employee_id is not None:
        if not sees_persons(connection.role):
            raise Forbidden(_NO_PERSONS)
        actor = actor_of(connection.principal, connection.address)
        await run_in_threadpool(record_follower, connection.backend.context, request.employee_id, actor)
    connection.mailbox.subscription = Subscription.of(request).limit(visible_events(connection.role))
    return Subscribed(events=request.events or list(EVENT_TYPES), employee_id=request.employee_id)


def _parse_subscription(message: Mapping[str, object], language: Language) -> Subscribe:
    """Validate a client's request. Raises InvalidInput naming each invalid field, in the client's language."""
    try:
        return Subscribe.model_validate(message)
    except ValidationError as error:
        detail = validation_problem(error.errors(), language).detail
        raise InvalidInput(Message(es=detail, en=detail)) from None


async def _answer(connection: Connection, message: Mapping[str, object]) -> Pong | Subscribed | ErrorEvent:
    if message.get("type") == "ping":
        return Pong(timestamp=connection.backend.context.clock())
    if message.get("type") != "subscribe":
        return ErrorEvent(detail=_UNKNOWN_MESSAGE.text(connection.language))
    try:
        return await subscribe(connection, message)
    except StressVisionError as error:
        return ErrorEvent(detail=error.message.text(connection.language))


async def _receive(connection: Connection) -> dict[str, object]:
    """Return the next message as an object, empty where it is none. Raises WebSocketDisconnect."""
    message = await connection.websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1005)
    try:
        parsed = json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}
