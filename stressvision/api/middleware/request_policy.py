"""ASGI adapter of the request policy: hosts, origins, body sizes, protective headers, and HEAD."""

from collections.abc import Mapping
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.error_handlers import body_limit, body_too_large, to_response
from stressvision.core.config import Settings
from stressvision.core.dashboard_key import HEADER as DASHBOARD_HEADER
from stressvision.core.errors import Forbidden, TooManyAttempts
from stressvision.http.permissions import Server
from stressvision.http.problems import ErrorResponse, reader_language, render_error, render_problem
from stressvision.http.request_policy import (
    ENCODED_BODY,
    HSTS,
    PROTECTIVE_HEADERS,
    RequestPolicy,
    RequestSource,
    is_encoded,
)
from stressvision.wire.problems import plain_problem

DOCS_PATH = "/api/docs"
_HEAD_PATHS = frozenset({"/", "/health", "/ready", "/metrics"})
"""The endpoints that monitors ask with HEAD."""

_HEADERS = {"Cache-Control": "no-store", **PROTECTIVE_HEADERS}
# Swagger UI is one inline script, and draws with inline styles and data: images.
_DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)


class RequestPolicyMiddleware:
    """Check every request before authentication. Stores the client's address as `address` in the request's state."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.policy = RequestPolicy(settings, Server.BACKEND)
        self.headers = {**_HEADERS, **({"Strict-Transport-Security": HSTS} if settings.tls_certificate else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        refusal = self._check(scope)
        if refusal is not None:
            await to_response(refusal)(scope, receive, send)
            return
        await self.app(
            scope, _limit_body(receive, body_limit(path)), partial(_send_with_headers, send, path, self.headers)
        )

    def _check(self, scope: Scope) -> ErrorResponse | None:
        """Return the error response of a refused request, or None."""
        headers, path = Headers(scope=scope), scope["path"]
        source = RequestSource(
            host=headers.get("host", ""),
            peer=scope["client"][0] if scope.get("client") else None,
            origin=headers.get("origin"),
            forwarded_proto=headers.get("x-forwarded-proto"),
            forwarded_for=headers.get("x-forwarded-for"),
            fetch_site=headers.get("sec-fetch-site"),
            fetch_mode=headers.get("sec-fetch-mode"),
            fetch_destination=headers.get("sec-fetch-dest"),
            dashboard_key=headers.get(DASHBOARD_HEADER),
        )
        try:
            address = self.policy.check(source, scope.get("method", "WEBSOCKET"), path)
            scope.setdefault("state", {})["address"] = address
            if int(headers.get("content-length", "0")) > body_limit(path):
                language = reader_language(headers.get("accept-language"), self.settings.lang)
                return render_problem(plain_problem(413, body_too_large(path).text(language), language))
            self.policy.limit_rate(address)
            if is_encoded(headers.get("content-encoding")):
                language = reader_language(headers.get("accept-language"), self.settings.lang)
                return render_problem(plain_problem(415, ENCODED_BODY.text(language), language))
        except (Forbidden, TooManyAttempts) as error:
            return render_error(error, reader_language(headers.get("accept-language"), self.settings.lang))
        return None


def _limit_body(receive: Receive, limit: int) -> Receive:
    """Raise HTTPException 413 where a body without Content-Length exceeds `limit` bytes."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return receive_limited


async def _send_with_headers(send: Send, path: str, added: Mapping[str, str], message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        for name, value in added.items():
            headers.setdefault(name, value)
        if path.startswith(DOCS_PATH):
            headers["Content-Security-Policy"] = _DOCS_POLICY
    await send(message)


class HeadRequestsMiddleware:
    """Answer HEAD as GET without the body. The router of the framework knows only the methods of a route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"] not in _HEAD_PATHS:
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)
