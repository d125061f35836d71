"""The examples of a proxy in front: what a browser states about itself does not reach the programs."""

import re

import pytest

from stressvision.core.config import PROJECT_ROOT

NGINX = (PROJECT_ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
_LOCATION = r"^\s*location [^{]*\{[^}]*\}"
SET_BY_US = {"Host", "X-Forwarded-For", "X-Forwarded-Proto", "Upgrade", "Connection"}


def headers_of(block: str) -> set[str]:
    return set(re.findall(r"^\s*proxy_set_header\s+(\S+)", block, re.MULTILINE))


def test_every_location_of_nginx_sets_the_headers_that_the_programs_trust() -> None:
    """A location with one `proxy_set_header` of its own inherits none of those of its server."""
    locations = re.findall(_LOCATION, NGINX, re.MULTILINE)
    server = headers_of(re.sub(_LOCATION, "", NGINX, flags=re.MULTILINE))
    assert len(locations) >= 5
    assert server == SET_BY_US
    for location in locations:
        assert headers_of(location) in (set(), SET_BY_US), location


def test_nginx_answers_no_other_name() -> None:
    assert re.search(r"default_server;\s*ssl_reject_handshake on;", NGINX)


@pytest.mark.parametrize("name", ["X-Forwarded-For $remote_addr", "X-Forwarded-Proto https", "Host $host"])
def test_nginx_replaces_what_the_browser_states(name: str) -> None:
    assert f"proxy_set_header {name};" in NGINX
