"""The WebSocket."""

from fastapi import APIRouter, WebSocket

from stressvision.api.deps import BackendDep, LanguageDep
from stressvision.api.gate import visitor_of
from stressvision.api.hub import Mailbox
from stressvision.api.socket import Connection, serve

router = APIRouter()


@router.websocket("/ws")
async def follow_changes(
    websocket: WebSocket, backend: BackendDep, language: LanguageDep, since: str | None = None
) -> None:
    connection = Connection(
        websocket=websocket,
        mailbox=Mailbox(backend.pace.mailbox_size),
        hub=backend.hub,
        open_source=backend.open_source,
        clock=backend.context.clock,
        language=language,
        pace=backend.pace,
        gate=backend.gate,
        visitor=visitor_of(websocket),
    )
    await serve(connection, since)
