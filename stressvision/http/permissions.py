"""The permission table of both servers: which role may call which endpoint once there are accounts, and what it learns.

An endpoint that is not in the table is denied to every role. Add a row here for each new route, with the level of
disclosure of each role; docs/access.md is generated from it.
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


class Learns(StrEnum):
    """What an answer or event may disclose about people, from nothing to everything."""

    NOTHING = "nothing"
    """State of the programs and machines, or the caller's own account: no figure about employees."""
    ACCOUNTS = "accounts"
    """Accounts, tokens and the audit log, to administrators without the rows that measurements cause."""
    GROUPS = "groups"
    """Sums of closed windows with at least five people (domain/disclosure.py)."""
    RECORDS = "records"
    """Employee records and consent, without any measurement or the time of one."""
    FACES = "faces"
    """Faces as numbers with row ids, without names."""
    PERSONS = "persons"
    """Measurements of single persons; each read is audited."""


@dataclass(frozen=True)
class Permission:
    """One endpoint. `method`: of HTTP, or WEBSOCKET. `path`: as the routers write it.

    `learns`: what each role with access may learn; None: no token needed, and nothing is disclosed.
    `by_link`: no role has access; the holder of a personal link reads and changes their own data, and that of a link in
    a message acknowledges its alert; both are audited.
    """

    server: Server
    method: str
    path: str
    learns: Mapping[Role, Learns] | None
    by_link: bool = False

    @property
    def roles(self) -> Roles | None:
        """Roles with access; None: no token needed."""
        return None if self.learns is None else frozenset(self.learns)


_PUBLIC = None
_SYSTEM = dict.fromkeys(PEOPLE, Learns.NOTHING)
_DEVICE = {Role.DEVICE: Learns.NOTHING}
_HEALTH = {Role.HEALTH: Learns.PERSONS}
_OPERATION = {Role.ADMIN: Learns.NOTHING}
_EQUIPMENT = {Role.HEALTH: Learns.NOTHING, Role.ADMIN: Learns.NOTHING}
"""Cameras, settings and repairs."""
_UNSTORED = _EQUIPMENT
"""Verdicts on pictures that the caller sent, compared with nothing that is stored."""
_ACCOUNTS = {Role.ADMIN: Learns.ACCOUNTS}
_RECORDS = {Role.HEALTH: Learns.PERSONS, Role.ADMIN: Learns.RECORDS}
_FIGURES = {Role.HEALTH: Learns.PERSONS, Role.VIEWER: Learns.GROUPS}
"""No figure for administrators, who can issue a device's token: with forged detections any group is large enough."""
_GROUPS = {Role.HEALTH: Learns.GROUPS, Role.VIEWER: Learns.GROUPS}
_STATE = {Role.HEALTH: Learns.PERSONS, Role.ADMIN: Learns.NOTHING, Role.VIEWER: Learns.NOTHING}
"""State of the system: what varies with single persons is left out for roles that may not see them."""

PERMISSIONS: tuple[Permission, ...] = (
    Permission(BACKEND, "GET", "/", _PUBLIC),
    Permission(BACKEND, "GET", "/health", _PUBLIC),
    Permission(BACKEND, "POST", "/api/login", _PUBLIC),
    Permission(BACKEND, "GET", "/ready", _SYSTEM),
    Permission(BACKEND, "GET", "/metrics", _STATE),
    Permission(BACKEND, "GET", "/api/docs", _SYSTEM),
    Permission(BACKEND, "GET", "/docs/oauth2-redirect", _SYSTEM),
    Permission(BACKEND, "GET", "/api/docs/assets/{path:path}", _SYSTEM),
    Permission(BACKEND, "GET", "/api/openapi.json", _SYSTEM),
    Permission(BACKEND, "WEBSOCKET", "/ws", {**_FIGURES, Role.ADMIN: Learns.NOTHING}),
    Permission(BACKEND, "POST", "/api/logout", _SYSTEM),
    Permission(BACKEND, "POST", "/api/password", _SYSTEM),
    Permission(BACKEND, "GET", "/api/session", _SYSTEM),
    # People and consent
    Permission(BACKEND, "GET", "/api/employees", _RECORDS),
    Permission(BACKEND, "POST", "/api/employees", _RECORDS),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}", _RECORDS),
    Permission(BACKEND, "PATCH", "/api/employees/{employee_id}", _RECORDS),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/status", _HEALTH),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/figures", _HEALTH),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/timeline", _HEALTH),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/activate", _RECORDS),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/deactivate", _RECORDS),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/enrolment", _RECORDS),
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/withdraw", _RECORDS),
    Permission(BACKEND, "GET", "/api/enrolment/consent", _SYSTEM),
    Permission(BACKEND, "POST", "/api/enrolment/stills", _UNSTORED),
    Permission(BACKEND, "GET", "/api/employees/{employee_id}/data", _HEALTH),
    Permission(BACKEND, "DELETE", "/api/employees/{employee_id}/data", _RECORDS),
    # A person's own page, opened with a personal link; requests for correction; self-reports
    Permission(BACKEND, "POST", "/api/employees/{employee_id}/link", _HEALTH),
    Permission(BACKEND, "GET", "/api/kiosks", {Role.HEALTH: Learns.NOTHING}),
    Permission(BACKEND, "POST", "/api/kiosks", {Role.HEALTH: Learns.NOTHING}),
    Permission(BACKEND, "DELETE", "/api/kiosks/{kiosk_id}", {Role.HEALTH: Learns.NOTHING}),
    Permission(BACKEND, "GET", "/api/kiosk", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/kiosk/reports", {}, by_link=True),
    Permission(BACKEND, "GET", "/api/own/prompt", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/code", {}, by_link=True),
    Permission(BACKEND, "GET", "/api/alert-link", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/alert-link", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/open", {}, by_link=True),
    Permission(BACKEND, "GET", "/api/own", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/pause", {}, by_link=True),
    Permission(BACKEND, "DELETE", "/api/own/pause", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/withdraw", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/reports", {}, by_link=True),
    Permission(BACKEND, "POST", "/api/own/requests", {}, by_link=True),
    Permission(BACKEND, "GET", "/api/requests", _RECORDS),
    Permission(BACKEND, "POST", "/api/requests/{request_id}/close", _RECORDS),
    Permission(BACKEND, "GET", "/api/agreement", {Role.HEALTH: Learns.GROUPS}),
    # Device data
    Permission(BACKEND, "POST", "/api/sessions", _DEVICE),
    Permission(BACKEND, "POST", "/api/sessions/{session_id}/end", _DEVICE),
    Permission(BACKEND, "POST", "/api/detections", _DEVICE),
    # Alerts
    Permission(BACKEND, "GET", "/api/alerts", _HEALTH),
    Permission(BACKEND, "GET", "/api/alerts/outcomes", _HEALTH),
    Permission(BACKEND, "GET", "/api/alerts/{alert_id}", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/acknowledge", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/resolve", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/undo", _HEALTH),
    Permission(BACKEND, "POST", "/api/alerts/{alert_id}/notes", _HEALTH),
    Permission(BACKEND, "GET", "/api/silences", _HEALTH),
    Permission(BACKEND, "POST", "/api/silences", _HEALTH),
    Permission(BACKEND, "DELETE", "/api/silences/{silence_id}", _HEALTH),
    Permission(BACKEND, "GET", "/api/notifications", {Role.HEALTH: Learns.PERSONS, Role.ADMIN: Learns.NOTHING}),
    Permission(BACKEND, "GET", "/api/repairs", _EQUIPMENT),
    # State of the installation, logs and backups
    Permission(BACKEND, "GET", "/api/system", _OPERATION),
    Permission(BACKEND, "GET", "/api/logs", _OPERATION),
    Permission(BACKEND, "GET", "/api/backups", _OPERATION),
    Permission(BACKEND, "POST", "/api/backups", _OPERATION),
    Permission(BACKEND, "POST", "/api/backups/{name}/verify", _OPERATION),
    Permission(BACKEND, "POST", "/api/backups/{name}/restore", _OPERATION),
    Permission(BACKEND, "GET", "/api/backups/{name}/file", _OPERATION),
    # Settings and recipients of notifications
    Permission(BACKEND, "GET", "/api/settings", _EQUIPMENT),
    Permission(BACKEND, "PATCH", "/api/settings", _OPERATION),
    Permission(BACKEND, "POST", "/api/settings/preview", {Role.HEALTH: Learns.PERSONS, Role.ADMIN: Learns.NOTHING}),
    Permission(BACKEND, "POST", "/api/notifications/targets", _OPERATION),
    Permission(BACKEND, "DELETE", "/api/notifications/targets/{target}", _OPERATION),
    Permission(BACKEND, "GET", "/api/notifications/routes", _EQUIPMENT),
    Permission(BACKEND, "POST", "/api/notifications/routes", _OPERATION),
    Permission(BACKEND, "PUT", "/api/notifications/routes/{target}", _OPERATION),
    Permission(BACKEND, "DELETE", "/api/notifications/routes/{target}", _OPERATION),
    Permission(BACKEND, "POST", "/api/notifications/test", _OPERATION),
    # Figures; plant managers get them without persons, administrators the state of the cameras alone
    Permission(BACKEND, "GET", "/api/dashboard/overview", {**_FIGURES, Role.ADMIN: Learns.NOTHING}),
    Permission(BACKEND, "GET", "/api/dashboard/stats", _FIGURES),
    Permission(BACKEND, "GET", "/api/reports", _FIGURES),
    Permission(BACKEND, "GET", "/api/reports/{report_id}", _FIGURES),
    Permission(BACKEND, "GET", "/api/reports/daily/{date}", _FIGURES),
    Permission(BACKEND, "GET", "/api/reports/weekly/{date}", _FIGURES),
    Permission(BACKEND, "GET", "/api/plant/week/{date}", _GROUPS),
    Permission(BACKEND, "GET", "/api/plant/month/{date}", _GROUPS),
    Permission(BACKEND, "GET", "/api/devices", _STATE),
    Permission(BACKEND, "GET", "/api/devices/history", _STATE),
    Permission(BACKEND, "GET", "/api/devices/{device_id}/picture", _HEALTH),
    Permission(BACKEND, "GET", "/api/devices/{device_id}/camera", _EQUIPMENT),
    Permission(BACKEND, "PUT", "/api/devices/{device_id}/camera", _OPERATION),
    Permission(BACKEND, "POST", "/api/devices/{device_id}/pause", _EQUIPMENT),
    Permission(BACKEND, "DELETE", "/api/devices/{device_id}/pause", _EQUIPMENT),
    Permission(BACKEND, "GET", "/api/export/detections", _HEALTH),
    # Accounts, tokens and the audit log
    Permission(BACKEND, "GET", "/api/accounts", _ACCOUNTS),
    Permission(BACKEND, "POST", "/api/accounts", _ACCOUNTS),
    Permission(BACKEND, "POST", "/api/accounts/{name}/disable", _ACCOUNTS),
    Permission(BACKEND, "POST", "/api/accounts/{name}/password", _ACCOUNTS),
    Permission(BACKEND, "GET", "/api/tokens", _ACCOUNTS),
    Permission(BACKEND, "POST", "/api/tokens", _ACCOUNTS),
    Permission(BACKEND, "POST", "/api/tokens/{token_id}/revoke", _ACCOUNTS),
    Permission(BACKEND, "GET", "/api/audit", {Role.HEALTH: Learns.ACCOUNTS, Role.ADMIN: Learns.ACCOUNTS}),
    # Ingest
    Permission(INGEST, "GET", "/health", _PUBLIC),
    Permission(INGEST, "POST", "/sessions", _DEVICE),
    Permission(INGEST, "POST", "/sessions/{session}/end", _DEVICE),
    Permission(INGEST, "POST", "/detections", _DEVICE),
    Permission(INGEST, "POST", "/detections/batch", _DEVICE),
    Permission(INGEST, "POST", "/heartbeat", _DEVICE),
    Permission(INGEST, "GET", "/gallery", {Role.DEVICE: Learns.FACES}),
    Permission(INGEST, "GET", "/camera", _DEVICE),
    Permission(INGEST, "GET", "/stats", _STATE),
    Permission(INGEST, "GET", "/openapi.json", _SYSTEM | _DEVICE),
)

EVENTS: Mapping[str, Mapping[Role, Learns]] = {
    "detection": _HEALTH,
    "alert": _HEALTH,
    "alert_acknowledged": _HEALTH,
    "alert_resolved": _HEALTH,
    "alert_escalated": _HEALTH,
    "alert_reopened": _HEALTH,
    "report": _FIGURES,
}
"""What each role may learn from an event of the WebSocket; roles that are not listed do not receive it."""

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
    """Return whether an endpoint needs no token of an account. Such endpoints have no path parameters."""
    permission = _BY_PATH.get((server, "GET" if method == "HEAD" else method, path))
    return permission is not None and (permission.learns is None or permission.by_link)


def visible_events(role: Role | None) -> frozenset[str]:
    """Return the types of WebSocket events that a role receives; None, without accounts: all."""
    return frozenset(event for event, learns in EVENTS.items() if role is None or role in learns)


def discloses_something(server: Server, method: str, path: str) -> bool:
    """Return whether an endpoint may disclose something to any role; one outside the table counts as if it did."""
    permission = find_permission(server, method, path)
    return permission is None or any(level is not Learns.NOTHING for level in (permission.learns or {}).values())


def may_call(role: Role | None, method: str, path: str) -> bool:
    """Return whether a role may call a route of the backend, `path` as the routers write it."""
    permission = _BY_PATH.get((BACKEND, method, path))
    return permission is not None and (role is None or permission.roles is None or role in permission.roles)
