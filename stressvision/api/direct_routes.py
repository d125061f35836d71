"""Endpoints that are called most, without the framework's search for their route and its dependency solver.

FastAPI tries the routes one after the other, each through several objects, and then solves the dependencies: 95 of the
180 µs of a person's status, 60 of the 300 µs of a posted detection (2026-11-28, in one process, warm; docs/adr/0025).
A request that an endpoint's patterns do not match takes the ordinary way to the same function, with its error texts.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Respond = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


@dataclass(frozen=True)
class DirectEndpoint:
    """An endpoint for well-formed requests.

    `path` and `query` match the whole path and query string; `respond` gets their named groups. `name`: of the route,
    under which metrics count the request.
    """

    method: str
    path: re.Pattern[str]
    query: re.Pattern[str]
    name: str
    respond: Respond


class DirectRoutes:
    """Runs inside the exception handlers, around the router."""

    def __init__(self, router: ASGIApp, endpoints: Mapping[DirectEndpoint, APIRoute]) -> None:
        self._router = router
        self._endpoints: dict[str, list[tuple[DirectEndpoint, APIRoute]]] = {}
        for endpoint, route in endpoints.items():
            self._endpoints.setdefault(endpoint.method, []).append((endpoint, route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for endpoint, route in self._endpoints.get(scope["method"], ()):
                path = endpoint.path.fullmatch(scope["path"])
                query = endpoint.query.fullmatch(scope["query_string"].decode("latin-1")) if path else None
                if path and query:
                    scope["route"] = route
                    values = {**path.groupdict(), **query.groupdict()}
                    response = await endpoint.respond(Request(scope, receive), values)
                    await response(scope, receive, send)
                    return
        await self._router(scope, receive, send)


def find_route(routes: Sequence[BaseRoute], name: str) -> APIRoute:
    """Return the route of a router by its name. Raises StopIteration where there is none."""
    return next(route for route in routes if isinstance(route, APIRoute) and route.name == name)
