"""Role by address by event: what each may, against the real application."""

from collections.abc import Iterable

from fastapi.routing import APIRoute, APIWebSocketRoute
from starlette.routing import BaseRoute, Mount, Route

from stressvision.api.app import create_app
from stressvision.api.permissions import PERMISSIONS, PUBLIC
from stressvision.services.context import Context


def endpoints(routes: Iterable[BaseRoute]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps the routers that it was given
        if included is not None:
            found |= endpoints(included.routes)
        elif isinstance(route, APIWebSocketRoute):
            found.add(("WEBSOCKET", route.path))
        elif isinstance(route, Mount):
            found.add(("GET", f"{route.path}/{{path:path}}"))
        elif isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in (route.methods or set()) - {"HEAD"}}
    return found


def test_every_route_stands_in_the_table(sqlite_context: Context) -> None:
    routes = endpoints(create_app(sqlite_context).routes)
    assert ("GET", "/api/employees/{employee_id}") in routes
    assert routes - PERMISSIONS.keys() - PUBLIC == set()
