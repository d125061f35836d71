"""The session of one WebSocket client: authentication, then delivery and requests concurrently until either ends."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum, auto

import structlog
from fastapi import WebSocketDisconnect
from starlette.concurrency import run_in_threadpool
from starlette.status import WS_1008_POLICY_VIOLATION, WS_1013_TRY_AGAIN_LATER

from stressvision.api.middleware.authentication import choose_subprotocol, is_login_required
from stressvision.api.websocket.connection import Connection, close, close_with_error
from stressvision.api.websocket.delivery import deliver_events, parse_since
from stressvision.api.websocket.requests import answer_requests, authenticate_client, subscribe
from stressvision.api.websocket.stream_audit import record_end, record_progress, record_start
from stressvision.core.errors import (
    Forbidden,
    InvalidInput,
    Message,
    NotFound,
    StressVisionError,
    Unauthenticated,
    Unavailable,
)

log = structlog.get_logger()

TOO_SLOW = Message(
    es="Esta conexión se quedó atrás: vuelva a conectar con ?since= y el último id recibido.",
    en="This connection fell behind: connect again with ?since= and the last id received.",
)
TOKEN_ENDED = Message(
    es="El token ya no es válido, o desde ahora hace falta uno: pida otro y vuelva a conectar.",
    en="The token is no longer valid, or one is required from now on: get another and connect again.",
)


class Ending(Enum):
    """Why the server ends a session."""

    TOO_SLOW = auto()
    TOKEN_ENDED = auto()


async def serve(connection: Connection, since: str | None, subscription: Mapping[str, object]) -> None:
    """Serve a client until either side ends the connection.

    Args:
        since: id of the event to resume after, as written in the URL.
        subscription: `events` and `employee_id`, as written in the URL.
    """
    hub = connection.backend.hub
    await connection.websocket.accept(choose_subprotocol(connection.websocket.headers))
    hub.connected += 1
    try:
        connection = await authenticate_client(connection)
        hub.admit(connection.mailbox, connection.principal.name if connection.principal else None)
        await subscribe(connection, subscription)
        await record_start(connection)
        if await _run(connection, parse_since(since)) is Ending.TOO_SLOW:
            hub.dropped += 1
            log.warning("slow websocket client dropped")
            await close(connection, TOO_SLOW, WS_1013_TRY_AGAIN_LATER)
        else:
            await close_with_error(connection, TOKEN_ENDED, WS_1008_POLICY_VIOLATION)
    except (InvalidInput, NotFound, Unauthenticated, Forbidden) as error:
        await close_with_error(connection, error.message, WS_1008_POLICY_VIOLATION)
    except StressVisionError as error:
        await close_with_error(connection, error.message, WS_1013_TRY_AGAIN_LATER)
    except WebSocketDisconnect as error:
        log.debug("websocket client disconnected", code=error.code)
    finally:
        was_admitted = hub.is_admitted(connection.mailbox)
        hub.leave(connection.mailbox)
        hub.connected -= 1
        if was_admitted:  # a refused connection received no data: no audit entry
            await _end_audit(connection)


async def _end_audit(connection: Connection) -> None:
    """Record the end, shielded: the server cancels its sessions when it stops."""
    try:
        await asyncio.shield(record_end(connection))
    except Unavailable as error:
        log.error("end of websocket session not audited", reason=error.message.en, people=len(connection.seen))


async def _run(connection: Connection, since: int | None) -> Ending:
    """Return why the server must end the session. Raises WebSocketDisconnect when the client ends it."""
    token_watch = asyncio.create_task(_wait_until_token_ends(connection))
    tasks = [
        asyncio.create_task(deliver_events(connection, since)),
        asyncio.create_task(answer_requests(connection)),
        asyncio.create_task(connection.mailbox.overflowed.wait()),
        asyncio.create_task(record_progress(connection)),
        token_watch,
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
    return Ending.TOO_SLOW if token_watch.cancelled() else Ending.TOKEN_ENDED


async def _wait_until_token_ends(connection: Connection) -> None:
    """Return when the client's token is no longer valid, or when a client without one needs one."""
    authenticator = connection.backend.authenticator
    while True:
        await asyncio.sleep(connection.backend.pace.recheck_seconds)
        with suppress(Unavailable):  # an unavailable database delivers no events either
            if connection.principal is None and await is_login_required(authenticator):
                return
            if connection.principal is not None and not await run_in_threadpool(
                authenticator.is_still_valid, connection.principal
            ):
                return
