"""Host, Origin, encryption and client address of a request."""

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import Forbidden
from stressvision.http.request_policy import (
    client_address,
    require_encrypted,
    require_known_host,
    require_trusted_origin,
)

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
