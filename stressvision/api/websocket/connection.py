"""The WebSocket: greeting, what was missed, then everything live; each event once and in order."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto

import structlog
from fastapi import WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from starlette.status import WS_1008_POLICY_VIOLATION, WS_1013_TRY_AGAIN_LATER

from stressvision.api.backend import Pace
from stressvision.api.middleware.authentication import authenticate, chosen_protocol, is_login_required, require_role
from stressvision.api.websocket.feed import OpenSource
from stressvision.api.websocket.hub import Envelope, Hub, Mailbox
from stressvision.api.websocket.replay import parse_since, read_batch, read_extent
from stressvision.api.websocket.subscription import read_subscription, subscription_of
from stressvision.api.websocket.views import view_event
from stressvision.core.clock import Clock
from stressvision.core.errors import (
    Forbidden,
    InvalidInput,
    Language,
    Message,
    NotFound,
    StressVisionError,
    Unauthenticated,
    Unavailable,
)
from stressvision.domain.auth import Role, sees_persons
from stressvision.services.auth.authenticator import MISSING, Authenticator, Principal
from stressvision.wire.events import EVENT_TYPES, Connected, ErrorEvent, Pong, Subscribed

log = structlog.get_logger()

TOO_SLOW = Message(
    es="Esta conexión se quedó atrás: vuelva a conectar con ?since= y el último id recibido.",
    en="This connection fell behind: connect again with ?since= and the last id received.",
)
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


TOKEN_ENDED = Message(
    es="El token dejó de valer, o desde ahora hace falta uno: pida otro y vuelva a conectar.",
    en="The token has ended, or one is needed from now on: ask for another and connect again.",
)


class Ending(Enum):
    """Why a client is let go."""

    TOO_SLOW = auto()
    NOT_ADMITTED = auto()


@dataclass(frozen=True)
class Connection:
    """One client, and what serving it needs of the application."""

    websocket: WebSocket
    mailbox: Mailbox
    hub: Hub
    open_source: OpenSource
    clock: Clock
    language: Language
    pace: Pace
    authenticator: Authenticator
    principal: Principal | None
    """Who showed a token while connecting."""
    record_follower: Callable[[int, Principal | None], None]

    @property
    def role(self) -> Role | None:
        return self.principal.role if self.principal else None


async def serve(connection: Connection, since: str | None, wish: Mapping[str, object]) -> None:
    """Serves a client until either side ends it.

    `since`: the id to resume after, and `wish`: what to subscribe to, both as the client wrote them in the address.
    """
    await connection.websocket.accept(chosen_protocol(connection.websocket.headers))
    connection.hub.connected += 1
    try:
        connection = await _identify(connection)
        await _subscribe(connection, wish)
        if await _converse(connection, parse_since(since)) is Ending.TOO_SLOW:
            await _dismiss(connection, TOO_SLOW, WS_1013_TRY_AGAIN_LATER)
        else:
            await _refuse(connection, TOKEN_ENDED, WS_1008_POLICY_VIOLATION)
    except (InvalidInput, NotFound, Unauthenticated, Forbidden) as error:
        await _refuse(connection, error.message, WS_1008_POLICY_VIOLATION)
    except StressVisionError as error:
        await _refuse(connection, error.message, WS_1013_TRY_AGAIN_LATER)
    except WebSocketDisconnect as error:
        log.debug("websocket client left", code=error.code)
    finally:
        connection.hub.leave(connection.mailbox)
        connection.hub.connected -= 1


async def _identify(connection: Connection) -> Connection:
    """With the visitor, where a token is asked for. Raises Unauthenticated and Forbidden."""
    if connection.principal is not None or not await is_login_required(connection.authenticator):
        return connection
    try:
        message = await asyncio.wait_for(connection.websocket.receive(), connection.pace.identify_seconds)
    except TimeoutError:
        raise Unauthenticated(MISSING) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or 1005)
    said = _parse(message.get("text"))
    token = said.get("token") if said.get("type") == "auth" else None
    if not isinstance(token, str):
        raise Unauthenticated(MISSING)
    principal = await authenticate(connection.authenticator, token)
    require_role(principal, "WEBSOCKET", connection.websocket.url.path)
    return replace(connection, principal=principal)


async def _converse(connection: Connection, since: int | None) -> Ending:
    """Returns why the client is to be let go; raises WebSocketDisconnect when it goes."""
    refused = asyncio.create_task(_await_refusal(connection))
    tasks = [
        asyncio.create_task(_send(connection, since)),
        asyncio.create_task(_answer(connection)),
        asyncio.create_task(connection.mailbox.overflowed.wait()),
        refused,
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    faults = [fault for task in tasks if not task.cancelled() and (fault := task.exception())]
    if faults:
        raise faults[0]
    return Ending.TOO_SLOW if refused.cancelled() else Ending.NOT_ADMITTED


async def _await_refusal(connection: Connection) -> None:
    """Returns when the client's token does not count any longer, or one is asked for that it never showed."""
    while True:
        await asyncio.sleep(connection.pace.recheck_seconds)
        with suppress(Unavailable):  # then nothing can be read either
            if connection.principal is None and await is_login_required(connection.authenticator):
                return
            if connection.principal is not None and not await run_in_threadpool(
                connection.authenticator.is_still_valid, connection.principal
            ):
                return


async def _send(connection: Connection, since: int | None) -> None:
    if since is None:
        sent = connection.hub.join(connection.mailbox)
        await _greet(connection, Connected(timestamp=connection.clock(), last_id=sent))
    else:
        sent = await _replay(connection, since)
    while True:
        envelope = await connection.mailbox.take()
        # Around the seam of replay and live the same event can come from both sides.
        if envelope.event_id is None or envelope.event_id > sent:
            await _deliver(connection, envelope)
            sent = envelope.event_id or sent


async def _replay(connection: Connection, since: int) -> int:
    """Sends what came after `since` and joins the hub; returns the id of the last event sent."""
    extent = await read_extent(connection.open_source)
    await _greet(
        connection,
        Connected(
            timestamp=connection.clock(),
            last_id=extent.last,
            resumed_from=since,
            gap=extent.misses_some_after(since),
        ),
    )
    sent = min(since, extent.last)
    sent = await _catch_up(connection, sent)
    # Joined only now, so that a long replay does not fill the mailbox; what remains is what the hub
    # handed out while the last page was on its way.
    joined_at = connection.hub.join(connection.mailbox)
    return await _catch_up(connection, sent, joined_at)


async def _deliver(connection: Connection, envelope: Envelope) -> None:
    text = view_event(envelope, connection.role)
    if text is not None:
        await connection.websocket.send_text(text)


async def _greet(connection: Connection, greeting: Connected) -> None:
    await connection.websocket.send_text(greeting.model_dump_json())


async def _catch_up(connection: Connection, sent: int, until: int | None = None) -> int:
    """Sends what comes after `sent`, at least up to the event `until`, or all there is; returns where that ends."""
    while until is None or sent < until:
        batch = await read_batch(connection.open_source, sent)
        if batch.position == sent:
            break
        for envelope in batch.envelopes:
            if connection.mailbox.subscription.wants(envelope.event):
                await _deliver(connection, envelope)
            # The others have their turn: sending waits only where the network is full.
            await asyncio.sleep(0)
        sent = batch.position
    return sent


async def _answer(connection: Connection) -> None:
    """Answers what the client says, through its mailbox: one that asks and never reads fills it and is dropped."""
    while True:
        message = await connection.websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        said = _parse(message.get("text"))
        if said.get("type") != "auth":  # whoever shows a token without need is not scolded
            reply = await _reply(connection, said)
            connection.mailbox.post(Envelope(reply.model_dump_json()))


async def _reply(connection: Connection, said: Mapping[str, object]) -> Pong | Subscribed | ErrorEvent:
    if said.get("type") == "ping":
        return Pong(timestamp=connection.clock())
    if said.get("type") != "subscribe":
        return ErrorEvent(detail=_UNKNOWN_MESSAGE.text(connection.language))
    try:
        return await _subscribe(connection, said)
    except StressVisionError as error:
        return ErrorEvent(detail=error.message.text(connection.language))


async def _subscribe(connection: Connection, said: Mapping[str, object]) -> Subscribed:
    """Raises InvalidInput, NotFound, Forbidden and Unavailable; then the subscription there was goes on."""
    asked = read_subscription(said, connection.language)
    if asked.employee_id is not None:
        if not sees_persons(connection.role):
            raise Forbidden(_NO_PERSONS)
        await run_in_threadpool(connection.record_follower, asked.employee_id, connection.principal)
    connection.mailbox.subscription = subscription_of(asked)
    return Subscribed(events=asked.events or list(EVENT_TYPES), employee_id=asked.employee_id)


def _parse(text: str | None) -> dict[str, object]:
    """The message as an object; an empty one where it is none."""
    try:
        message = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


async def _refuse(connection: Connection, message: Message, code: int) -> None:
    try:
        await connection.websocket.send_text(ErrorEvent(detail=message.text(connection.language)).model_dump_json())
    except WebSocketDisconnect:
        return
    await _close(connection, message, code)


async def _dismiss(connection: Connection, message: Message, code: int) -> None:
    connection.hub.dropped += 1
    log.warning("slow websocket client dropped")
    await _close(connection, message, code)


async def _close(connection: Connection, message: Message, code: int) -> None:
    # RFC 6455 leaves 123 bytes for the reason.
    reason = message.text(connection.language).encode()[:123].decode(errors="ignore")
    try:
        await asyncio.wait_for(connection.websocket.close(code, reason), connection.pace.closing_seconds)
    except (TimeoutError, WebSocketDisconnect):
        log.info("websocket client could not be told why it is closed", code=code)
