"""Connection limits of ingest: of waitress, and of the bridge that serves it encrypted under uvicorn."""

import time
from typing import Any

import waitress
from flask import Flask
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer

from stressvision.core.config import Settings
from stressvision.http.connection_limits import HEAD_BYTES, MOST_CONNECTIONS
from stressvision.http.request_policy import BODY_LIMIT

THREADS = 16
"""Also the largest number of detections in one commit."""
REQUEST_SECONDS = 30
"""From the first byte of a request until it is whole, and of an idle connection: the device keeps one open."""
SEND_BYTES = 64 * 1024
"""A shorter response is sent by waitress' loop, head and body at once, instead of twice by the thread that made it.

A thread lets go of the interpreter's lock to send, and waits for it behind all others that a commit has woken: a post
took 0.94 to 1.09 ms of processor time and takes 0.69 to 0.73 (16 connections, in turns, 2026-11-29).
"""
_CLEANUP_SECONDS = 5


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """waitress' parser, without requests whose length is stated twice: a proxy may see another end than ingest."""

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the head. Raises ParsingError, which becomes 400 and ends the connection."""
        super().parse_header(header_plus)
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError("Content-Length beside Transfer-Encoding")


class LimitedChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """waitress' connection, in which further bytes of an incomplete request do not extend its time."""

    parser_class = StrictParser
    _request_began = 0.0

    def received(self, data: bytes) -> bool:
        """Take bytes; `last_activity`, by which waitress closes connections, stays at the start of the request."""
        if self.request is None:
            self._request_began = time.time()
        accepted: bool = super().received(data)
        if self.request is not None and not self.requests:
            self.last_activity = self._request_began
        return accepted


def create_limited_server(application: Flask, settings: Settings) -> BaseWSGIServer:
    """Create waitress' server with limits on connections, headers, bodies and the time of a request."""
    server = waitress.create_server(
        application,
        host=settings.host,
        port=settings.ingest_port,
        threads=THREADS,
        ident=None,
        backlog=MOST_CONNECTIONS,
        connection_limit=MOST_CONNECTIONS,
        # select() cannot watch more than 1,024 files.
        asyncore_use_poll=True,
        channel_timeout=REQUEST_SECONDS,
        cleanup_interval=_CLEANUP_SECONDS,
        max_request_header_size=HEAD_BYTES,
        # The application answers 413 above BODY_LIMIT; beyond this, waitress does, and stops writing it to disk.
        max_request_body_size=4 * BODY_LIMIT,
        # The request policy checks their sender; waitress would remove them before.
        clear_untrusted_proxy_headers=False,
    )
    server.channel_class = LimitedChannel
    # As an argument it warns that a later version may do without.
    server.adj.send_bytes = SEND_BYTES
    return server


class WholeBodies:
    """Collect a request's body before the application runs: the bridge would keep a thread waiting for it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        has_more = True
        while has_more and len(body) <= BODY_LIMIT:
            message = await receive()
            if message["type"] != "http.request":
                return  # the client is gone; the protocol ends a body that takes longer than BODY_SECONDS
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
        messages: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def receive_whole() -> Message:
            return messages.pop() if messages else await receive()

        await self._app(scope, receive_whole, send)


def wrap(application: Flask) -> ASGIApp:
    """Return the application for uvicorn."""
    from a2wsgi import WSGIMiddleware

    # a2wsgi defines its own types of both interfaces.
    wsgi: Any = application
    bridge: Any = WSGIMiddleware(wsgi, workers=THREADS)
    return WholeBodies(bridge)
