"""Checks of every request before authentication: Host, Origin, Fetch-Metadata, encryption, rate of its address.

An attacker can use the browser of a user, with and without a login: a web page that the user visits could call
localhost, or let its own name resolve to 127.0.0.1 (DNS rebinding). The Host and Origin headers show both.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.dashboard_key import is_dashboard, read_dashboard_key
from stressvision.core.errors import Forbidden, Message
from stressvision.http.permissions import Server, discloses_something
from stressvision.http.rate_limits import RateLimiter

ENCODED_BODY = Message(
    es="El cuerpo viene comprimido (Content-Encoding): envíelo sin comprimir.",
    en="The body is compressed (Content-Encoding): send it uncompressed.",
)


def is_encoded(content_encoding: str | None) -> bool:
    """Return whether a request's body is compressed, which neither server reads."""
    return (content_encoding or "identity").strip().lower() != "identity"


BODY_LIMIT = 1024 * 1024
"""Bytes of one request. A detection has about 600; a batch of 500 fits."""

PROTECTIVE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Headers of every response of ingest and backend."""
HSTS = "max-age=31536000"
"""Strict-Transport-Security where the servers have a certificate of their own; a proxy adds its own header."""

_UNKNOWN_HOST = Message(
    es="Este servicio no atiende con ese nombre: use http://localhost o http://127.0.0.1 en esta máquina, o añada el "
    "nombre a STRESSVISION_ALLOWED_HOSTS.",
    en="This service does not answer under that host name: use http://localhost or http://127.0.0.1 on this machine, "
    "or add the name to STRESSVISION_ALLOWED_HOSTS.",
)
_FOREIGN_ORIGIN = Message(
    es="No se admiten peticiones desde este origen. Si debe poder, añada el origen a STRESSVISION_CORS_ORIGINS.",
    en="Requests from this origin are not allowed. To allow them, add the origin to STRESSVISION_CORS_ORIGINS.",
)
_NOT_THROUGH_PROXY = Message(
    es="Solo se atiende lo que llega cifrado a través del proxy de STRESSVISION_PROXY, que debe añadir "
    "X-Forwarded-Proto: https.",
    en="Only encrypted requests through the proxy of STRESSVISION_PROXY are served; it must add "
    "X-Forwarded-Proto: https.",
)


@dataclass(frozen=True)
class RequestSource:
    """The headers of a request that the policy looks at. `peer`: address of the connection's other end."""

    host: str
    peer: str | None
    origin: str | None = None
    forwarded_proto: str | None = None
    forwarded_for: str | None = None
    fetch_site: str | None = None
    fetch_mode: str | None = None
    fetch_destination: str | None = None
    dashboard_key: str | None = None


class RequestPolicy:
    """The policy of one server, with the rate limits of its clients."""

    def __init__(self, settings: Settings, server: Server) -> None:
        self._settings, self._server = settings, server
        self._limiter = RateLimiter(settings.rate_limit)

    def check(self, source: RequestSource, method: str, path: str) -> str | None:
        """Return the client's address. Raises Forbidden for a foreign host, origin, site or unencrypted connection."""
        require_known_host(source.host, self._settings)
        require_trusted_origin(source.origin, self._settings)
        if source.fetch_site:
            require_own_site(source, discloses=discloses_something(self._server, method, path))
        require_encrypted(source.host, source.peer, source.forwarded_proto, self._settings)
        stated = source.dashboard_key
        trusts_peer = stated is not None and is_dashboard(stated, read_dashboard_key(self._settings))
        return client_address(source.peer, source.forwarded_for, self._settings, trusts_peer=trusts_peer)

    def limit_rate(self, address: str | None) -> None:
        """Count one request of this address. Raises TooManyAttempts."""
        self._limiter.acquire(address)


def require_known_host(host: str, settings: Settings) -> None:
    """Raise Forbidden unless the Host header names this machine or one of `allowed_hosts` (DNS rebinding)."""
    name = _host_name(host)
    if name not in LOOPBACK_HOSTS and name not in {known.lower() for known in settings.allowed_hosts}:
        raise Forbidden(_UNKNOWN_HOST)


@lru_cache(maxsize=256)
def _host_name(host: str) -> str | None:
    """Return the name in a Host header, None where there is none; cached, because every request is asked for it."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def require_trusted_origin(origin: str | None, settings: Settings) -> None:
    """Raise Forbidden for a page of an untrusted origin. Programs other than browsers send no Origin."""
    trusted = settings.cors_origins
    if origin is None or "*" in trusted or origin in trusted or re.fullmatch(origin_pattern(settings), origin):
        return
    raise Forbidden(_FOREIGN_ORIGIN)


def require_own_site(source: RequestSource, *, discloses: bool) -> None:
    """Raise Forbidden for what a page of another site or port loads, by Fetch-Metadata.

    A picture, script or link of a foreign page sends no Origin with a GET, which would audit a read and compute an
    answer. Programs other than browsers send no Fetch-Metadata.

    Args:
        source: The request; a trusted Origin has been checked before.
        discloses: The endpoint may disclose something about people; others may be opened from a link.
    """
    if source.origin is not None or source.fetch_site in {None, "", "same-origin", "none"}:
        return
    is_link = source.fetch_mode == "navigate" and source.fetch_destination == "document"
    if not is_link or discloses:
        raise Forbidden(_FOREIGN_ORIGIN)


def require_encrypted(host: str, peer: str | None, forwarded_proto: str | None, settings: Settings) -> None:
    """Raise Forbidden, behind a proxy, unless the request came through it encrypted or from this machine itself."""
    if not settings.proxy or settings.tls_certificate:
        return
    if forwarded_proto is None and peer in LOOPBACK_HOSTS and urlsplit(f"//{host}").hostname in LOOPBACK_HOSTS:
        return
    if peer != settings.proxy or (forwarded_proto or "").strip().lower() != "https":
        raise Forbidden(_NOT_THROUGH_PROXY)


def origin_pattern(settings: Settings) -> str:
    """Return a regular expression of trusted origins: loopback on any port, and `allowed_hosts` with TLS only."""
    named = "|".join(re.escape(name.lower()) for name in settings.allowed_hosts)
    own = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
    return rf"{own}|https://({named})(:[0-9]{{1,5}})?" if named else own


def client_address(
    peer: str | None, forwarded_for: str | None, settings: Settings, *, trusts_peer: bool = False
) -> str | None:
    """Return the client's address: the last of X-Forwarded-For where the peer is trusted, otherwise the peer's.

    Trusted are the configured proxy, and a dashboard that states its key (`trusts_peer`); no other program of this
    machine, which would state a new address for each guess.
    """
    if forwarded_for and (trusts_peer or (settings.proxy and peer == settings.proxy)):
        forwarded = forwarded_for.rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(forwarded))
        except ValueError:
            return peer
    return peer
