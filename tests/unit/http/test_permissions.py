"""The table of who may ask what: whole, and nothing in it twice."""

import pytest
from starlette.routing import compile_path

from stressvision.domain.auth import PEOPLE, Role, sees_persons
from stressvision.http.permissions import PERMISSIONS, PUBLIC, find_roles, is_public


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
    ],
)
def test_an_address_is_found_as_it_is_asked(method: str, path: str, roles: set[Role] | None) -> None:
    assert find_roles(method, path) == roles


def test_only_the_card_the_pulse_and_the_login_are_public() -> None:
    assert frozenset({("GET", "/"), ("GET", "/health"), ("POST", "/api/login")}) == PUBLIC
    assert not is_public("POST", "/health")
    assert not PUBLIC & PERMISSIONS.keys()


def test_persons_are_for_occupational_health_alone_once_there_are_accounts() -> None:
    assert {role for role in (None, *Role) if sees_persons(role)} == {None, Role.HEALTH}


def test_no_two_lines_speak_of_the_same_address_differently() -> None:
    for method, path in PERMISSIONS:
        template = path.replace("{", "").replace("}", "")
        also = {
            roles
            for (verb, other), roles in PERMISSIONS.items()
            if verb == method and "{" in other and compile_path(other)[0].match(template)
        }
        assert len(also | {PERMISSIONS[method, path]}) == 1 or "{" not in path, f"{method} {path}"
