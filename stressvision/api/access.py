"""Who may ask: this machine, through its own names, from pages that it serves itself.

There is no login yet, so the browser is the way in for a stranger: a web page the user visits could call
localhost, or have its own name resolve to 127.0.0.1 (DNS rebinding). The Host and Origin headers tell.
"""

import re
from functools import partial
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stressvision import errors
from stressvision.api.problems import BODY_LIMIT, TOO_LARGE, problem_response
from stressvision.config import LOOPBACK_HOSTS, Settings
from stressvision.wire.problems import Problem, plain_problem, reader_language

DOCS_PATH = "/api/docs"

LOOPBACK_ORIGIN = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")

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

_FOREIGN_HOST = errors.Message(
    es="Este servicio solo atiende a esta máquina: use http://localhost o http://127.0.0.1.",
    en="This service answers this machine only: use http://localhost or http://127.0.0.1.",
)
_FOREIGN_ORIGIN = errors.Message(
    es="La página que pregunta no es de esta máquina. Si debe poder, añada su origen a STRESSVISION_CORS_ORIGINS.",
    en="The page that asks is not of this machine. If it should be able to, add its origin to "
    "STRESSVISION_CORS_ORIGINS.",
)


class AccessMiddleware:
    """Refuses foreign hosts, foreign pages and bodies that are too large, and sets the protective headers."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = _refusal(Headers(scope=scope), self.settings)
        if refusal:
            await problem_response(refusal)(scope, receive, send)
        else:
            await self.app(scope, _limited(receive), partial(_send_protected, send, scope["path"]))


def _refusal(headers: Headers, settings: Settings) -> Problem | None:
    language = reader_language(headers.get("accept-language"), settings.lang)
    if not is_own_host(headers.get("host", "")):
        return plain_problem(403, _FOREIGN_HOST.text(language), language)
    if not is_trusted_origin(headers.get("origin"), settings.cors_origins):
        return plain_problem(403, _FOREIGN_ORIGIN.text(language), language)
    if int(headers.get("content-length", "0")) > BODY_LIMIT:
        return plain_problem(413, TOO_LARGE.text(language), language)
    return None


def is_own_host(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK_HOSTS
    except ValueError:
        return False


def is_trusted_origin(origin: str | None, trusted: tuple[str, ...]) -> bool:
    """Programs that are no browser send no Origin, and are trusted as the user who runs them is."""
    return origin is None or "*" in trusted or origin in trusted or bool(LOOPBACK_ORIGIN.fullmatch(origin))


def _limited(receive: Receive) -> Receive:
    """Ends a body that was not announced in full where it exceeds the limit."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > BODY_LIMIT:
            raise HTTPException(413)
        return message

    return receive_limited


async def _send_protected(send: Send, path: str, message: Message) -> None:
    if message["type"] == "http.response.start":
        headers = MutableHeaders(scope=message)
        headers.update(_HEADERS)
        if path.startswith(DOCS_PATH):
            headers["Content-Security-Policy"] = _DOCS_POLICY
    await send(message)
