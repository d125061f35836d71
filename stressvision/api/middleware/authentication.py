"""ASGI adapter of authentication: once there are accounts, every endpoint requires a token of a permitted role."""

from functools import partial

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from stressvision.api.error_handlers import to_response
from stressvision.api.reserved_threads import run_reserved
from stressvision.core.config import Settings
from stressvision.core.errors import StressVisionError
from stressvision.http.authentication import require_permission, require_token
from stressvision.http.permissions import Server, is_public
from stressvision.http.problems import reader_language, render_error
from stressvision.services.auth.authenticator import Authenticator, Principal, bearer_token

SUBPROTOCOL = "stressvision"
"""Offered by a browser, followed by the token: `new WebSocket(url, ["stressvision", token])`."""


class AuthenticationMiddleware:
    """Store the principal in the request's state; None where no token is required, or not yet."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, settings: Settings) -> None:
        self.app, self.authenticator, self.settings = app, authenticator, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        try:
            is_open = self.authenticator.cached_login_required() is False
            principal = None if is_open else await self._authenticate(scope, Headers(scope=scope))
        except StressVisionError as error:
            language = reader_language(Headers(scope=scope).get("accept-language"), self.settings.lang)
            await to_response(render_error(error, language))(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)

    async def _authenticate(self, scope: Scope, headers: Headers) -> Principal | None:
        """Raises Unauthenticated, Forbidden, NotFound and Unavailable."""
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        if is_public(Server.BACKEND, method, scope["path"]) or not await is_login_required(self.authenticator):
            return None
        token = bearer_token(headers.get("authorization")) or offered_token(headers)
        if token is None and method == "WEBSOCKET":
            return None  # a browser may send the token in its first message
        principal = await authenticate(self.authenticator, require_token(token))
        require_permission(Server.BACKEND, principal, method, scope["path"])
        return principal


async def is_login_required(authenticator: Authenticator) -> bool:
    """Return whether there are accounts. Raises DatabaseUnavailable."""
    cached = authenticator.cached_login_required()
    return await run_reserved(authenticator.is_login_required) if cached is None else cached


async def authenticate(authenticator: Authenticator, token: str) -> Principal:
    """Return the principal of a token. Raises Unauthenticated and Unavailable."""
    principal = authenticator.lookup_cached(token)
    return principal if principal is not None else await run_reserved(partial(authenticator.authenticate, token))


def offered_token(headers: Headers) -> str | None:
    """Return the token among the offered WebSocket subprotocols."""
    offered = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    return next((part for part in offered[1:] if part), None) if offered[0] == SUBPROTOCOL else None


def choose_subprotocol(headers: Headers) -> str | None:
    """Return the WebSocket subprotocol to accept: ours where the client offered it."""
    offered = headers.get("sec-websocket-protocol", "")
    return SUBPROTOCOL if offered.partition(",")[0].strip() == SUBPROTOCOL else None


def principal_of(connection: HTTPConnection) -> Principal | None:
    """Return the principal that the middleware stored."""
    principal: Principal | None = getattr(connection.state, "principal", None)
    return principal
