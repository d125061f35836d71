"""The permission table: look-ups by path, public endpoints, and no contradicting rows."""

import pytest
from starlette.routing import compile_path

from stressvision.domain.auth import PEOPLE, Role, sees_persons
from stressvision.http.permissions import PERMISSIONS, Server, find_methods, find_permission, is_public


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("GET", "/api/employees/7/status", {Role.HEALTH}),
        ("GET", "/api/employees/7", {Role.HEALTH, Role.ADMIN}),
        ("HEAD", "/api/docs/assets/swagger-ui.css", PEOPLE),
        ("POST", "/api/detections", {Role.DEVICE}),
        ("POST", "/api/sessions/session_pi-1_17/end", {Role.DEVICE}),
        ("GET", "/api/employees/7/secrets", None),
        ("DELETE", "/api/alerts", None),
        ("GET", "/api/employees/", None),
        ("GET", "/api//employees", None),
        ("POST", "/detections", None),
    ],
)
def test_find_permission_matches_backend_path(method: str, path: str, roles: set[Role] | None) -> None:
    permission = find_permission(Server.BACKEND, method, path)
    assert (permission.roles if permission else None) == roles


@pytest.mark.parametrize(
    ("method", "path", "roles"),
    [
        ("POST", "/sessions/session_pi-1_17/end", {Role.DEVICE}),
        ("HEAD", "/stats", PEOPLE),
        ("GET", "/detections", None),
        ("POST", "/api/detections", None),
    ],
)
def test_find_permission_matches_ingest_path(method: str, path: str, roles: set[Role] | None) -> None:
    permission = find_permission(Server.INGEST, method, path)
    assert (permission.roles if permission else None) == roles


def test_public_endpoints_are_root_health_and_login() -> None:
    public = {(row.server, row.method, row.path) for row in PERMISSIONS if row.roles is None}
    assert public == {
        (Server.BACKEND, "GET", "/"),
        (Server.BACKEND, "GET", "/health"),
        (Server.BACKEND, "POST", "/api/login"),
        (Server.INGEST, "GET", "/health"),
    }
    assert is_public(Server.BACKEND, "HEAD", "/health")
    assert not is_public(Server.BACKEND, "POST", "/health")
    assert not is_public(Server.INGEST, "GET", "/")
    assert not [row for row in PERMISSIONS if row.roles is None and "{" in row.path]


def test_find_methods_lists_every_method_of_a_path() -> None:
    assert find_methods(Server.BACKEND, "/api/employees/7") == ["GET", "PATCH"]
    assert find_methods(Server.BACKEND, "/ws") == []
    assert find_methods(Server.INGEST, "/api/employees/7") == []


def test_only_health_role_sees_persons_once_there_are_accounts() -> None:
    assert {role for role in (None, *Role) if sees_persons(role)} == {None, Role.HEALTH}


def test_overlapping_patterns_have_the_same_roles() -> None:
    for row in PERMISSIONS:
        template = row.path.replace("{", "").replace("}", "")
        overlapping = {
            other.roles
            for other in PERMISSIONS
            if (other.server, other.method) == (row.server, row.method)
            and "{" in other.path
            and compile_path(other.path)[0].match(template)
        }
        assert len(overlapping | {row.roles}) == 1 or "{" not in row.path, f"{row.server} {row.method} {row.path}"
