"""Through which names, from which pages and over which way the backend is asked; who asks is api/gate.py's question.

The browser is the way in for a stranger, with and without a login: a web page the user visits could call
localhost, or have its own name resolve to 127.0.0.1 (DNS rebinding). The Host and Origin headers tell.
"""

from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision.api.problems import body_limit, problem_response, too_large
from stressvision.core.config import Settings
from stressvision.core.errors import Forbidden, TooManyAttempts
from stressvision.http.callers import (
    client_address,
    require_own_name,
    require_safe_way,
    require_trusted_origin,
)
from stressvision.http.rate_limits import RateLimit
from stressvision.wire.problems import Problem, headers_of, plain_problem, problem_of, reader_language

DOCS_PATH = "/api/docs"

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-site",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Swagger UI is one inline script, and draws with inline styles and data: images.
_DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)


class RequestPolicyMiddleware:
    """Refuses foreign hosts, foreign pages and bodies that are too large, and sets the protective headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.rates = RateLimit(settings.rate_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers: dict[str, str] = {}
        refusal = _refusal(scope, self.settings)
        if not refusal:
            try:
                self.rates.require_room(scope["state"]["address"])
            except TooManyAttempts as error:
                language = reader_language(Headers(scope=scope).get("accept-language"), self.settings.lang)
                refusal, headers = problem_of(error, language), headers_of(error)
        if refusal:
            await problem_response(refusal, headers)(scope, receive, send)
        else:
            await self.app(
                scope, _limited(receive, body_limit(scope["path"])), partial(_send_protected, send, scope["path"])
            )


def _refusal(scope: Scope, settings: Settings) -> Problem | None:
    headers, path = Headers(scope=scope), scope["path"]
    host, peer = headers.get("host", ""), scope["client"][0] if scope.get("client") else None
    try:
        require_own_name(host, settings)
        require_trusted_origin(headers.get("origin"), settings)
        require_safe_way(host, peer, headers.get("x-forwarded-proto"), settings)
    except Forbidden as error:
        return problem_of(error, reader_language(headers.get("accept-language"), settings.lang))
    if int(headers.get("content-length", "0")) > body_limit(path):
        language = reader_language(headers.get("accept-language"), settings.lang)
        return plain_problem(413, too_large(path).text(language), language)
    scope.setdefault("state", {})["address"] = client_address(peer, headers.get("x-forwarded-for"), settings)
    return None


def _limited(receive: Receive, limit: int) -> Receive:
    """Ends a body that was not announced in full where it exceeds the limit."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return receive_limited


async def _send_protected(send: Send, path: str, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if path.startswith(DOCS_PATH):
            headers["Content-Security-Policy"] = _DOCS_POLICY
    await send(message)
