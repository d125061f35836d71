"""The WebSocket."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from stressvision.api.deps import BackendDep, LanguageDep
from stressvision.api.middleware.authentication import principal_of
from stressvision.api.websocket.connection import Connection, serve
from stressvision.api.websocket.hub import Mailbox
from stressvision.services.auth.authenticator import Principal
from stressvision.services.context import Actor
from stressvision.services.people.employees import record_follower

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
    address: str | None = getattr(websocket.state, "address", None)

    def record(followed: int, principal: Principal | None) -> None:
        actor = principal.as_actor(address) if principal else Actor(ip_address=address)
        record_follower(backend.context, followed, actor)

    connection = Connection(
        websocket=websocket,
        mailbox=Mailbox(backend.pace.mailbox_size),
        hub=backend.hub,
        open_source=backend.open_source,
        clock=backend.context.clock,
        language=language,
        pace=backend.pace,
        authenticator=backend.authenticator,
        principal=principal_of(websocket),
        record_follower=record,
    )
    wish = {"events": events.split(",") if events is not None else None, "employee_id": employee_id}
    await serve(connection, since, wish)
