"""HEAD for the endpoints that monitors ask: the answer of GET without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATHS = frozenset({"/", "/health", "/ready", "/metrics"})


class HeadRequestsMiddleware:
    """Answer HEAD as GET without the body. The router of the framework knows only the methods of a route."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"] not in _PATHS:
            await self.app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, send_without_body)
