"""The permission table of both servers: which role may call which endpoint once there are accounts.

An endpoint that is not in the table is denied to every role. Add a row here for each new route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from re import Pattern

from starlette.routing import compile_path

from stressvision.domain.auth import PEOPLE, Role

Roles = frozenset[Role]


class Server(StrEnum):
    """The two web servers."""

    BACKEND = "backend"
    INGEST = "ingest"


BACKEND, INGEST = Server.BACKEND, Server.INGEST


@dataclass(frozen=True)
class Permission:
    """One endpoint. `method`: of HTTP, or WEBSOCKET. `path`: as the routers write it. `roles` None: no token needed."""

    server: Server
    method: str
    path: str
    roles: Roles | None


_PUBLIC = None
_DEVICE = frozenset({Role.DEVICE})
_HEALTH = frozenset({Role.HEALTH})
_ADMIN = frozenset({Role.ADMIN})
_PERSONS = frozenset({Role.HEALTH, Role.ADMIN})
"""Roles that may know the employees' identities."""

PERMISSIONS: tuple[Permission, ...] = (
    Permission(BACKEND, "GET", "/", _PUBLIC),
    Permission(BACKEND, "GET", "/health", _PUBLIC),
    Permission(BACKEND, "POST", "/api/login", _PUBLIC),
    Permission(BACKEND, "GET", "/ready", PEOPLE),
    Permission(BACKEND, "GET", "/metrics", PEOPLE),
    Permission(BACKEND, "GET", "/api/docs", PEOPLE),
    Permission(BACKEND, "GET", "/docs/oauth2-redirect", PEOPLE),
    Permission(BACKEND, "GET", "/api/docs/assets/{path:path}", PEOPLE),
    Permission(BACKEND, "GET", "/api/openapi.json", PEOPLE),
    Permission(BACKEND, "WEBSOCKET", "/ws", PEOPLE),
    Permission(BACKEND, "POST", "/api/logout", PEOPLE),
    Permission(BACKEND, "POST", "/api/password", PEOPLE),
    # People and consent
    Permission(BACKEND, "GET", "/api/employees", _PERSONS),
    Permission(BACKEND, "POST", "/api/employees", _ADMIN),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}", _PERSONS),
    Permission(BACKEND, "PATCH", "/api/employees/{employee_id}", _ADMIN),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/status", _HEALTH),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/activate", _ADMIN),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/deactivate", _ADMIN),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/enrolment", _ADMIN),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/data", _HEALTH),
    Permission(BACKEND, "DELETE", "/api/employees/{employee_id}/data", _ADMIN),
    # Device data
    Permission(BACKEND, "POST", "/api/sessions", _DEVICE),
    Permission(BACKEND, "POST", "/api/sessions/{session_id}/end", _DEVICE),
    Permission(BACKEND, "POST", "/api/detections", _DEVICE),
    # Alerts
    Permission(BACKEND, "GET", "/api/alerts", _HEALTH),
    Permission(BACKEND, "GET", "/api/alerts/{alert_id}", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/acknowledge", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/resolve", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/notes", _HEALTH),
    Permission(BACKEND, "GET", "/api/silences", _HEALTH),
    Permission(BACKEND, "POST", "/api/silences", _HEALTH),
    Permission(BACKEND, "DELETE", "/api/silences/{silence_id}", _HEALTH),
    Permission(BACKEND, "GET", "/api/notifications", _PERSONS),
    # Figures; roles that may not see persons get them without persons
    Permission(BACKEND, "GET", "/api/dashboard/overview", PEOPLE),
    Permission(BACKEND, "GET", "/api/dashboard/stats", PEOPLE),
    Permission(BACKEND, "GET", "/api/reports", PEOPLE),
    Permission(BACKEND, "GET", "/api/reports/{report_id}", PEOPLE),
    Permission(BACKEND, "GET", "/api/reports/daily/{date}", PEOPLE),
    Permission(BACKEND, "GET", "/api/reports/weekly/{date}", PEOPLE),
    Permission(BACKEND, "GET", "/api/devices", PEOPLE),
    Permission(BACKEND, "GET", "/api/export/detections", _HEALTH),
    # Accounts, tokens and the audit log
    Permission(BACKEND, "GET", "/api/accounts", _ADMIN),
    Permission(BACKEND, "POST", "/api/accounts", _ADMIN),
    Permission(BACKEND, "POST", "/api/accounts/{name}/disable", _ADMIN),
    Permission(BACKEND, "POST", "/api/accounts/{name}/password", _ADMIN),
    Permission(BACKEND, "GET", "/api/tokens", _ADMIN),
    Permission(BACKEND, "POST", "/api/tokens", _ADMIN),
    Permission(BACKEND, "POST", "/api/tokens/{token_id}/revoke", _ADMIN),
    Permission(BACKEND, "GET", "/api/audit", _PERSONS),
    # Ingest
    Permission(INGEST, "GET", "/health", _PUBLIC),
    Permission(INGEST, "POST", "/sessions", _DEVICE),
    Permission(INGEST, "POST", "/sessions/{session}/end", _DEVICE),
    Permission(INGEST, "POST", "/detections", _DEVICE),
    Permission(INGEST, "POST", "/detections/batch", _DEVICE),
    Permission(INGEST, "POST", "/heartbeat", _DEVICE),
    Permission(INGEST, "GET", "/gallery", _DEVICE),
    Permission(INGEST, "GET", "/stats", PEOPLE),
    Permission(INGEST, "GET", "/openapi.json", PEOPLE | _DEVICE),
)

_BY_PATH: Mapping[tuple[Server, str, str], Permission] = {
    (row.server, row.method, row.path): row for row in PERMISSIONS
}
_BY_PATTERN: tuple[tuple[Pattern[str], Permission], ...] = tuple(
    (compile_path(row.path)[0], row) for row in PERMISSIONS if "{" in row.path
)


def find_permission(server: Server, method: str, path: str) -> Permission | None:
    """Return the row of an endpoint, found by its path or its pattern; None for an endpoint outside the table."""
    wanted = "GET" if method == "HEAD" else method
    exact = _BY_PATH.get((server, wanted, path))
    if exact is not None:
        return exact
    candidates = (known for known in _BY_PATTERN if known[1].method == wanted and known[1].server is server)
    return next((row for pattern, row in candidates if pattern.match(path)), None)


def find_methods(server: Server, path: str) -> list[str]:
    """Return the HTTP methods of a path, sorted."""
    rows = [row for row in PERMISSIONS if row.path == path] + [
        row for pattern, row in _BY_PATTERN if pattern.match(path)
    ]
    return sorted({row.method for row in rows if row.server is server} - {"WEBSOCKET"})


def is_public(server: Server, method: str, path: str) -> bool:
    """Return whether an endpoint needs no token. Public endpoints have no path parameters."""
    permission = _BY_PATH.get((server, "GET" if method == "HEAD" else method, path))
    return permission is not None and permission.roles is None
