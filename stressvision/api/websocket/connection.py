"""One WebSocket client, and how its connection is closed."""

import asyncio
from dataclasses import dataclass, field

import structlog
from fastapi import WebSocket, WebSocketDisconnect

from stressvision.api.backend import BackendState
from stressvision.api.websocket.hub import Mailbox
from stressvision.core.errors import Language, Message
from stressvision.domain.auth import Role
from stressvision.services.auth.authenticator import Principal
from stressvision.wire.events import ErrorEvent

log = structlog.get_logger()


@dataclass(frozen=True)
class Connection:
    """A client, and the backend that serves it. `principal`: of the token sent while connecting, if any."""

    websocket: WebSocket
    mailbox: Mailbox
    backend: BackendState
    language: Language
    principal: Principal | None
    seen: set[int] = field(default_factory=set)
    """Employees whose events were sent since the last audit row (stream_audit.py)."""
    resumed_after: int = 0
    """Public id after which events are sent (public_ids.py), for roles that may not see persons."""

    @property
    def role(self) -> Role | None:
        """The principal's role; None without a login."""
        return self.principal.role if self.principal else None

    @property
    def address(self) -> str | None:
        """The client's address, found by the request policy."""
        address: str | None = getattr(self.websocket.state, "address", None)
        return address


async def close_with_error(connection: Connection, message: Message, code: int) -> None:
    """Send an error message, then close."""
    try:
        await connection.websocket.send_text(ErrorEvent(detail=message.text(connection.language)).model_dump_json())
    except WebSocketDisconnect:
        return
    await close(connection, message, code)


async def close(connection: Connection, message: Message, code: int) -> None:
    """Close with a reason, waiting at most `closing_seconds` for the client."""
    # RFC 6455 leaves 123 bytes for the reason.
    reason = message.text(connection.language).encode()[:123].decode(errors="ignore")
    try:
        await asyncio.wait_for(connection.websocket.close(code, reason), connection.backend.pace.closing_seconds)
    except (TimeoutError, WebSocketDisconnect):
        log.info("websocket close reason not delivered", code=code)
