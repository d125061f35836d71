"""Who is calling a server: under which name, from which page, from which address, and whether the way was encrypted."""

import ipaddress
import re
from urllib.parse import urlsplit

from stressvision.core.config import LOOPBACK_HOSTS, Settings
from stressvision.core.errors import Forbidden, Message

_FOREIGN_HOST = Message(
    es="Este servicio no se llama así: use http://localhost o http://127.0.0.1 en esta máquina, o añada el nombre a "
    "STRESSVISION_ALLOWED_HOSTS.",
    en="This service goes by other names: use http://localhost or http://127.0.0.1 on this machine, or add the name to "
    "STRESSVISION_ALLOWED_HOSTS.",
)
_FOREIGN_ORIGIN = Message(
    es="La página que pregunta no es de esta máquina. Si debe poder, añada su origen a STRESSVISION_CORS_ORIGINS.",
    en="The page that asks is not of this machine. If it should be able to, add its origin to "
    "STRESSVISION_CORS_ORIGINS.",
)
_NOT_THROUGH_PROXY = Message(
    es="Solo se atiende lo que llega cifrado a través del proxy de STRESSVISION_PROXY, que debe añadir "
    "X-Forwarded-Proto: https.",
    en="Only what comes encrypted through the proxy of STRESSVISION_PROXY is served; it must add "
    "X-Forwarded-Proto: https.",
)


def require_own_name(host: str, settings: Settings) -> None:
    """`host`: the Host header. Raises Forbidden for a name that is not ours (DNS rebinding)."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        name = None
    if name not in (*LOOPBACK_HOSTS, *(known.lower() for known in settings.allowed_hosts)):
        raise Forbidden(_FOREIGN_HOST)


def require_trusted_origin(origin: str | None, settings: Settings) -> None:
    """Programs that are no browser send no Origin; a page needs a trusted one. Raises Forbidden."""
    trusted = settings.cors_origins
    if origin is None or "*" in trusted or origin in trusted or re.fullmatch(origin_pattern(settings), origin):
        return
    raise Forbidden(_FOREIGN_ORIGIN)


def require_safe_way(host: str, peer: str | None, forwarded_proto: str | None, settings: Settings) -> None:
    """Behind a proxy: encrypted up to it, or from this machine itself. Raises Forbidden."""
    if not settings.proxy or settings.tls_certificate:
        return
    if forwarded_proto is None and peer in LOOPBACK_HOSTS and urlsplit(f"//{host}").hostname in LOOPBACK_HOSTS:
        return
    if peer != settings.proxy or (forwarded_proto or "").strip().lower() != "https":
        raise Forbidden(_NOT_THROUGH_PROXY)


def origin_pattern(settings: Settings) -> str:
    """Pages of this machine, on any port, and of the names under which it is called, there with TLS only."""
    named = "|".join(re.escape(name.lower()) for name in settings.allowed_hosts)
    own = r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
    return rf"{own}|https://({named})(:[0-9]{{1,5}})?" if named else own


def client_address(peer: str | None, forwarded_for: str | None, settings: Settings) -> str | None:
    """The caller's address: what the nearest proxy noted, where the peer is ours; anybody else is who they are."""
    if peer in (*LOOPBACK_HOSTS, settings.proxy) and forwarded_for:
        noted = forwarded_for.rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(noted))
        except ValueError:
            return peer
    return peer
