"""Limits on connections before a request is whole, the same for every server.

A connection costs an attacker nothing: without limits, some dozens that send nothing, or one byte a minute, take the
places of all others. Applies to uvicorn's protocol here, and to waitress in `ingest/connections.py`.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32 * 1024
"""Request line and headers of one request; ours have less than 2 KiB."""
HEAD_SECONDS = 10.0
"""From the start of a connection, or of its next request, until the headers are complete."""
BODY_SECONDS = 60.0
"""From the headers until the body is complete: 24 MiB of enrolment stills over a slow line."""
KEEP_ALIVE_SECONDS = 75
"""An idle connection after a response; a proxy reuses it within 60 s."""
MOST_CONNECTIONS = 2000
"""Open connections of one server. Above it, uvicorn's servers close the one that has waited longest without a request
in work, and waitress accepts none until the time of others has passed."""


def create_loop() -> asyncio.AbstractEventLoop:
    """Create an event loop that ends TLS handshakes after HEAD_SECONDS; uvicorn has no setting for asyncio's 60 s."""
    loop = asyncio.new_event_loop()
    create_server = loop.create_server

    async def create_limited_server(*arguments: Any, **named: Any) -> asyncio.Server:
        if named.get("ssl") is not None:
            named["ssl_handshake_timeout"] = HEAD_SECONDS
        return await create_server(*arguments, **named)

    loop.create_server = create_limited_server  # type: ignore[method-assign]
    return loop


LOOP = f"{__name__}:{create_loop.__name__}"
"""The event loop for uvicorn: not uvloop, which cannot close while a client that does not read stays connected."""


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with limits on the size and time of what comes before a whole request."""

    waiting: ClassVar[dict["LimitedProtocol", None]] = {}
    """Connections without a request in work, the one that has waited longest first."""
    open: ClassVar[set["LimitedProtocol"]] = set()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._parsed_bytes = 0
        self._in_head = True

    def connection_made(self, transport: Any) -> None:
        """Start the time for the first request; make room for the connection."""
        super().connection_made(transport)
        self.open.add(self)
        self._await_head()
        if len(self.open) > MOST_CONNECTIONS and self.waiting:
            next(iter(self.waiting)).abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count the bytes of headers, and start the time of a further request."""
        is_idle = self.cycle is None or self.cycle.response_complete
        if self._deadline is None and is_idle:
            self._await_head()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Refuse headers that are too large although they came in one piece, with 400."""
        self._parsed_bytes += len(name) + len(value)
        if self._parsed_bytes > HEAD_BYTES:
            raise ValueError("headers too large")  # the parser turns it into its own error
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the time of the body."""
        self._in_head, self._head_bytes, self._parsed_bytes = False, 0, 0
        self.waiting.pop(self, None)
        self._set_deadline(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the time of the body: the answer may take long."""
        self._cancel_deadline()
        self._in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Count the connection as waiting again."""
        self.waiting[self] = None
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the WebSocket protocol, which has limits of its own, unless it cannot read the head.

        It then waits without an end and without an answer: its limits on a head are smaller than ours.
        """
        self._forget()
        super().handle_websocket_upgrade()
        if not getattr(self.transport.get_protocol(), "handshake_initiated", True):
            self.send_400_response("Invalid WebSocket handshake.")

    def abort(self) -> None:
        """Close the connection at once, without an answer."""
        self._forget()
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()

    def _await_head(self) -> None:
        self.waiting.pop(self, None)
        self.waiting[self] = None
        self._in_head, self._head_bytes = True, 0
        self._set_deadline(HEAD_SECONDS)

    def _set_deadline(self, seconds: float) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(seconds, self.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _forget(self) -> None:
        self._cancel_deadline()
        self.waiting.pop(self, None)
        self.open.discard(self)
