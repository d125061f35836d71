"""Who may ask: once there are accounts, each address wants a token of a role that the table of permissions names."""

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from stressvision.api.problems import problem_response
from stressvision.core.config import Settings
from stressvision.core.errors import Forbidden, Message, NotFound, StressVisionError, Unauthenticated
from stressvision.http.permissions import find_roles, is_public
from stressvision.services.auth.authenticator import MISSING, Authenticator, Principal, bearer_token
from stressvision.wire.problems import headers_of, problem_of, reader_language

SUBPROTOCOL = "stressvision"
"""What a browser offers, followed by the token: `new WebSocket(url, ["stressvision", token])`."""


class AuthenticationMiddleware:
    """Leaves the visitor in the request's state; nobody there means that no token is asked for, or not yet."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, settings: Settings) -> None:
        self.app, self.authenticator, self.settings = app, authenticator, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            principal = await self._identify(scope, headers)
        except StressVisionError as error:
            language = reader_language(headers.get("accept-language"), self.settings.lang)
            response = problem_response(problem_of(error, language), headers_of(error))
            await response(scope, receive, send)
            return
        scope.setdefault("state", {})["visitor"] = principal
        await self.app(scope, receive, send)

    async def _identify(self, scope: Scope, headers: Headers) -> Principal | None:
        """Raises Unauthenticated, Forbidden, NotFound and Unavailable."""
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        if not await is_login_required(self.authenticator) or is_public(method, scope["path"]):
            return None
        token = bearer_token(headers.get("authorization")) or offered_token(headers)
        if token is None and method == "WEBSOCKET":
            return None  # a browser may show it in its first message
        if token is None:
            raise Unauthenticated(MISSING)
        principal = await authenticate(self.authenticator, token)
        require_role(principal, method, scope["path"])
        return principal


async def is_login_required(authenticator: Authenticator) -> bool:
    remembered = authenticator.cached_login_required()
    return await run_in_threadpool(authenticator.is_login_required) if remembered is None else remembered


async def authenticate(authenticator: Authenticator, token: str) -> Principal:
    """Raises Unauthenticated and Unavailable."""
    principal = authenticator.lookup_cached(token)
    return principal if principal is not None else await run_in_threadpool(authenticator.authenticate, token)


def require_role(principal: Principal, method: str, path: str) -> None:
    """Raises NotFound for an address that does not stand in the table, Forbidden for another role's."""
    roles = find_roles(method, path)
    if roles is None:
        raise NotFound(
            Message(
                es=f"No hay nada en {method} {path}. Las direcciones que existen están en /api/docs.",
                en=f"There is nothing at {method} {path}. The addresses that exist are listed at /api/docs.",
            )
        )
    if principal.role not in roles:
        names = ", ".join(sorted(roles))
        raise Forbidden(
            Message(
                es=f"El rol {principal.role} no tiene acceso a esta dirección; lo tiene: {names}.",
                en=f"The role {principal.role} has no access to this address; who has: {names}.",
            )
        )


def offered_token(headers: Headers) -> str | None:
    """The token among the offered WebSocket subprotocols."""
    offered = [part.strip() for part in headers.get("sec-websocket-protocol", "").split(",")]
    return next((part for part in offered[1:] if part), None) if offered[0] == SUBPROTOCOL else None


def chosen_protocol(headers: Headers) -> str | None:
    """The subprotocol that is agreed to: ours where the client offered it."""
    offered = headers.get("sec-websocket-protocol", "")
    return SUBPROTOCOL if offered.partition(",")[0].strip() == SUBPROTOCOL else None


def principal_of(connection: HTTPConnection) -> Principal | None:
    principal: Principal | None = getattr(connection.state, "visitor", None)
    return principal
