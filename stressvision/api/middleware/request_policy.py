"""ASGI adapter of the request policy: hosts, origins, body sizes, protective headers, and HEAD."""

from collections.abc import Mapping
from functools import partial

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.error_handlers import body_limit, body_too_large, to_response
from stressvision.api.middleware.headers import RequestHeaders
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

_DASHBOARD_HEADER = DASHBOARD_HEADER.lower().encode()
_RawHeaders = tuple[tuple[bytes, bytes], ...]
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
        headers = {**_HEADERS, **({"Strict-Transport-Security": HSTS} if settings.tls_certificate else {})}
        self.headers = _to_raw(headers)
        self.docs_headers = _to_raw({**headers, "Content-Security-Policy": _DOCS_POLICY})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        refusal = self._check(scope)
        if refusal is not None:
            await to_response(refusal)(scope, receive, send)
            return
        headers = self.docs_headers if path.startswith(DOCS_PATH) else self.headers
        await self.app(scope, _limit_body(receive, body_limit(path)), partial(_send_with_headers, send, headers))

    def _check(self, scope: Scope) -> ErrorResponse | None:
        """Return the error response of a refused request, or None."""
        headers, path = RequestHeaders(scope), scope["path"]
        source = RequestSource(
            host=headers.get(b"host") or "",
            peer=scope["client"][0] if scope.get("client") else None,
            origin=headers.get(b"origin"),
            forwarded_proto=headers.get(b"x-forwarded-proto"),
            forwarded_for=headers.get(b"x-forwarded-for"),
            fetch_site=headers.get(b"sec-fetch-site"),
            fetch_mode=headers.get(b"sec-fetch-mode"),
            fetch_destination=headers.get(b"sec-fetch-dest"),
            dashboard_key=headers.get(_DASHBOARD_HEADER),
        )
        try:
            address = self.policy.check(source, scope.get("method", "WEBSOCKET"), path)
            scope.setdefault("state", {})["address"] = address
            if int(headers.get(b"content-length") or 0) > body_limit(path):
                language = reader_language(headers.get(b"accept-language"), self.settings.lang)
                return render_problem(plain_problem(413, body_too_large(path).text(language), language))
            self.policy.limit_rate(address)
            if is_encoded(headers.get(b"content-encoding")):
                language = reader_language(headers.get(b"accept-language"), self.settings.lang)
                return render_problem(plain_problem(415, ENCODED_BODY.text(language), language))
        except (Forbidden, TooManyAttempts) as error:
            return render_error(error, reader_language(headers.get(b"accept-language"), self.settings.lang))
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


async def _send_with_headers(send: Send, added: _RawHeaders, message: Message) -> None:
    """Send a message; a header that the response has already is kept."""
    if message["type"] == "http.response.start":
        headers = message["headers"]
        present = {name for name, _ in headers}
        message["headers"] = [*headers, *(header for header in added if header[0] not in present)]
    await send(message)


def _to_raw(headers: Mapping[str, str]) -> _RawHeaders:
    return tuple((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


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
