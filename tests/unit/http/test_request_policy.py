"""Host, Origin, encryption and client address of a request."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import Settings
from stressvision.core.errors import Forbidden
from stressvision.http.request_policy import (
    RequestSource,
    client_address,
    require_encrypted,
    require_known_host,
    require_own_site,
    require_trusted_origin,
)
from stressvision.ingest.application import create_application
from stressvision.services.context import open_context

HERE = Settings()
PROXIED = Settings(proxy="10.0.0.1", allowed_hosts=("estres.gloria.example",))
LOCAL_PROXY = Settings(proxy="127.0.0.1", allowed_hosts=("estres.gloria.example",))


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_loopback_hosts_are_always_allowed(host: str) -> None:
    require_known_host(host, HERE)
    require_known_host(host, PROXIED)


@pytest.mark.parametrize("host", ["estres.gloria.example", "ESTRES.gloria.example:8000"])
def test_other_hosts_require_allowed_hosts(host: str) -> None:
    require_known_host(host, PROXIED)
    with pytest.raises(Forbidden, match="STRESSVISION_ALLOWED_HOSTS"):
        require_known_host(host, HERE)


@pytest.mark.parametrize("host", ["evil.example", "estres.gloria.example.evil.example", "", "[::1", "evil@"])
def test_foreign_hosts_are_rejected(host: str) -> None:
    with pytest.raises(Forbidden):
        require_known_host(host, PROXIED)


@pytest.mark.parametrize(
    ("origin", "settings", "trusted"),
    [
        (None, PROXIED, True),
        ("http://localhost:8501", PROXIED, True),
        ("https://estres.gloria.example", PROXIED, True),
        ("https://estres.gloria.example:8501", PROXIED, True),
        ("http://estres.gloria.example", PROXIED, False),
        ("https://estres.gloria.example", HERE, False),
        ("https://estresXgloria.example", PROXIED, False),
        ("https://evil.example", PROXIED, False),
        ("null", HERE, False),
    ],
)
def test_trusted_origins(origin: str | None, settings: Settings, trusted: bool) -> None:
    if trusted:
        require_trusted_origin(origin, settings)
    else:
        with pytest.raises(Forbidden):
            require_trusted_origin(origin, settings)


@pytest.mark.parametrize(
    ("peer", "host", "proto", "settings", "safe"),
    [
        ("10.0.0.1", "estres.gloria.example", "https", PROXIED, True),
        ("10.0.0.1", "estres.gloria.example", "http", PROXIED, False),
        ("10.0.0.1", "estres.gloria.example", None, PROXIED, False),
        ("10.0.0.9", "estres.gloria.example", "https", PROXIED, False),
        ("127.0.0.1", "127.0.0.1:8000", None, PROXIED, True),
        ("127.0.0.1", "estres.gloria.example", "https", LOCAL_PROXY, True),
        ("127.0.0.1", "estres.gloria.example", None, LOCAL_PROXY, False),
        ("127.0.0.1", "localhost", "http", LOCAL_PROXY, False),
        ("10.0.0.9", "localhost", None, HERE, True),
    ],
)
def test_behind_proxy_requests_must_be_encrypted(
    peer: str, host: str, proto: str | None, settings: Settings, safe: bool
) -> None:
    if safe:
        require_encrypted(host, peer, proto, settings)
    else:
        with pytest.raises(Forbidden, match="X-Forwarded-Proto: https"):
            require_encrypted(host, peer, proto, settings)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", "1.2.3.4, 10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "10.0.0.7", "127.0.0.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.9", "10.0.0.7", "10.0.0.9"),
    ],
)
def test_forwarded_for_is_read_from_trusted_proxy_only(peer: str, forwarded: str | None, address: str) -> None:
    assert client_address(peer, forwarded, PROXIED) == address


@pytest.mark.parametrize(
    ("origin", "site", "mode", "destination", "discloses", "allowed"),
    [
        (None, None, None, None, True, True),
        (None, "none", "navigate", "document", True, True),
        (None, "same-origin", "cors", "empty", True, True),
        (None, "cross-site", "no-cors", "image", True, False),
        (None, "same-site", "no-cors", "image", True, False),
        (None, "cross-site", "navigate", "iframe", False, False),
        (None, "cross-site", "navigate", "document", True, False),
        (None, "cross-site", "navigate", "document", False, True),
        ("http://localhost:8501", "same-site", "cors", "empty", True, True),
    ],
)
def test_pages_of_other_sites_load_nothing(
    origin: str | None, site: str | None, mode: str | None, destination: str | None, discloses: bool, allowed: bool
) -> None:
    source = RequestSource("localhost", None, origin, fetch_site=site, fetch_mode=mode, fetch_destination=destination)
    if allowed:
        require_own_site(source, discloses=discloses)
    else:
        with pytest.raises(Forbidden):
            require_own_site(source, discloses=discloses)


def test_both_servers_refuse_a_foreign_picture_and_keep_their_answers_to_themselves(sqlite_settings: Settings) -> None:
    context = open_context(sqlite_settings)
    picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    ingest = create_application(context).test_client()
    with TestClient(create_app(context), base_url="http://localhost:8000") as api:
        assert api.get("/api/employees", headers=picture).status_code == 403
        own = api.get("/api/employees")
    assert ingest.get("/stats", headers={**picture, "Host": "localhost"}).status_code == 403
    stats = ingest.get("/stats", headers={"Host": "localhost"})
    for answer in (own, stats):
        assert answer.status_code == 200
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    context.database.close()


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path}/g.db")
