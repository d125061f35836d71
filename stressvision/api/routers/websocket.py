"""The WebSocket endpoint."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from stressvision.api.dependencies import BackendDep, LanguageDep
from stressvision.api.middleware.authentication import principal_of
from stressvision.api.websocket.connection import Connection
from stressvision.api.websocket.hub import Mailbox
from stressvision.api.websocket.session import serve

router = APIRouter()


@router.websocket("/ws")
async def follow_changes(
    websocket: WebSocket,
    backend: BackendDep,
    language: LanguageDep,
    since: str | None = None,
    events: Annotated[str | None, Query(description="Types, separated by commas.")] = None,
    employee_id: str | None = None,
) -> None:
    connection = Connection(
        websocket=websocket,
        mailbox=Mailbox(backend.pace.mailbox_size),
        backend=backend,
        language=language,
        principal=principal_of(websocket),
    )
    subscription = {"events": events.split(",") if events is not None else None, "employee_id": employee_id}
    await serve(connection, since, subscription)
