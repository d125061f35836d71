"""Which role may ask which address once there are accounts. What does not stand here, nobody may.

`PERMISSIONS` knows the addresses as the routers write them; whoever adds a route adds its line.
"""

from collections.abc import Mapping

from starlette.routing import compile_path

from stressvision.domain.auth import PEOPLE, Role

Endpoint = tuple[str, str]
Roles = frozenset[Role]

PUBLIC: frozenset[Endpoint] = frozenset({("GET", "/"), ("GET", "/health"), ("POST", "/api/login")})
"""What needs no token."""

_DEVICE = frozenset({Role.DEVICE})
_HEALTH = frozenset({Role.HEALTH})
_ADMIN = frozenset({Role.ADMIN})
_PERSONS = frozenset({Role.HEALTH, Role.ADMIN})
"""Who may know who the employees are."""

PERMISSIONS: Mapping[Endpoint, Roles] = {
    ("GET", "/ready"): PEOPLE,
    ("GET", "/metrics"): PEOPLE,
    ("GET", "/api/docs"): PEOPLE,
    ("GET", "/docs/oauth2-redirect"): PEOPLE,
    ("GET", "/api/docs/assets/{path:path}"): PEOPLE,
    ("GET", "/api/openapi.json"): PEOPLE,
    ("WEBSOCKET", "/ws"): PEOPLE,
    ("POST", "/api/logout"): PEOPLE,
    ("POST", "/api/password"): PEOPLE,
    # People and consent
    ("GET", "/api/employees"): _PERSONS,
    ("POST", "/api/employees"): _ADMIN,
    ("GET", "/api/employees/{employee_id}"): _PERSONS,
    ("PATCH", "/api/employees/{employee_id}"): _ADMIN,
    ("GET", "/api/employees/{employee_id}/status"): _HEALTH,
    ("POST", "/api/employees/{employee_id}/activate"): _ADMIN,
    ("POST", "/api/employees/{employee_id}/deactivate"): _ADMIN,
    ("POST", "/api/employees/{employee_id}/enrolment"): _ADMIN,
    ("GET", "/api/employees/{employee_id}/data"): _HEALTH,
    ("DELETE", "/api/employees/{employee_id}/data"): _ADMIN,
    # What devices deliver
    ("POST", "/api/sessions"): _DEVICE,
    ("POST", "/api/sessions/{session_id}/end"): _DEVICE,
    ("POST", "/api/detections"): _DEVICE,
    # What asks for attention
    ("GET", "/api/alerts"): _HEALTH,
    ("GET", "/api/alerts/{alert_id}"): _HEALTH,
    ("POST", "/api/alerts/{alert_id}/acknowledge"): _HEALTH,
    ("POST", "/api/alerts/{alert_id}/resolve"): _HEALTH,
    ("POST", "/api/alerts/{alert_id}/notes"): _HEALTH,
    ("GET", "/api/silences"): _HEALTH,
    ("POST", "/api/silences"): _HEALTH,
    ("DELETE", "/api/silences/{silence_id}"): _HEALTH,
    ("GET", "/api/notifications"): _PERSONS,
    # Figures; those who may not see persons get them without
    ("GET", "/api/dashboard/overview"): PEOPLE,
    ("GET", "/api/dashboard/stats"): PEOPLE,
    ("GET", "/api/reports"): PEOPLE,
    ("GET", "/api/reports/{report_id}"): PEOPLE,
    ("GET", "/api/reports/daily/{date}"): PEOPLE,
    ("GET", "/api/reports/weekly/{date}"): PEOPLE,
    ("GET", "/api/devices"): PEOPLE,
    ("GET", "/api/export/detections"): _HEALTH,
    # Who may come in, and who looked at whom
    ("GET", "/api/accounts"): _ADMIN,
    ("POST", "/api/accounts"): _ADMIN,
    ("POST", "/api/accounts/{name}/disable"): _ADMIN,
    ("POST", "/api/accounts/{name}/password"): _ADMIN,
    ("GET", "/api/tokens"): _ADMIN,
    ("POST", "/api/tokens"): _ADMIN,
    ("POST", "/api/tokens/{token_id}/revoke"): _ADMIN,
    ("GET", "/api/audit"): _PERSONS,
}


def find_roles(method: str, path: str) -> Roles | None:
    """The roles that may; None for an address that does not stand in the table. `method` WEBSOCKET is a method too."""
    wanted = "GET" if method == "HEAD" else method
    exact = PERMISSIONS.get((wanted, path))
    if exact is not None:
        return exact
    return next((roles for verb, pattern, roles in _PATTERNS if verb == wanted and pattern.match(path)), None)


def find_methods(path: str) -> list[str]:
    """What may be asked of an address over HTTP."""
    exact = {method for method, known in PERMISSIONS.keys() | PUBLIC if known == path}
    return sorted((exact | {method for method, pattern, _ in _PATTERNS if pattern.match(path)}) - {"WEBSOCKET"})


def is_public(method: str, path: str) -> bool:
    return ("GET" if method == "HEAD" else method, path) in PUBLIC


_PATTERNS = tuple(
    (method, compile_path(path)[0], roles) for (method, path), roles in PERMISSIONS.items() if "{" in path
)
