"""Who may post: once there are accounts, a device with its token, for itself alone."""

from collections.abc import Mapping

from flask import Flask, g, request

from stressvision.core.errors import Forbidden, Message, Unauthenticated
from stressvision.domain.auth import PEOPLE, Role, sees_persons
from stressvision.http.callers import (
    client_address,
    require_own_name,
    require_safe_way,
    require_trusted_origin,
)
from stressvision.http.rate_limits import RateLimit
from stressvision.services.auth.authenticator import MISSING, Authenticator, bearer_token, require_own_device
from stressvision.services.context import Actor, Context

PUBLIC = frozenset({"health"})
_DEVICE = frozenset({Role.DEVICE})
PERMISSIONS: Mapping[str, frozenset[Role]] = {
    "open_device_session": _DEVICE,
    "close_device_session": _DEVICE,
    "receive_detection": _DEVICE,
    "receive_batch": _DEVICE,
    "receive_heartbeat": _DEVICE,
    "gallery": _DEVICE,
    "document": PEOPLE | _DEVICE,
    "stats": PEOPLE,
}
"""By the name of the view; what does not stand here, nobody may."""


def guard(application: Flask, context: Context) -> None:
    """Has the application look at everybody before it answers. Raises what its error handlers turn into problems."""
    settings = context.settings
    authenticator = Authenticator(context)
    rates = RateLimit(settings.rate_limit)

    @application.before_request
    def look() -> None:
        headers, peer = request.headers, request.remote_addr
        host = headers.get("Host", "")
        require_own_name(host, settings)
        require_trusted_origin(headers.get("Origin"), settings)
        require_safe_way(host, peer, headers.get("X-Forwarded-Proto"), settings)
        address = client_address(peer, headers.get("X-Forwarded-For"), settings)
        g.actor = Actor(ip_address=address)
        rates.require_room(address)
        if request.endpoint in PUBLIC or not authenticator.is_login_required():
            return
        token = bearer_token(headers.get("Authorization"))
        if token is None:
            raise Unauthenticated(MISSING)
        principal = authenticator.authenticate(token)
        if request.endpoint is not None and principal.role not in PERMISSIONS.get(request.endpoint, frozenset()):
            raise Forbidden(
                Message(
                    es=f"El rol {principal.role} no tiene acceso a esta dirección.",
                    en=f"The role {principal.role} has no access to this address.",
                )
            )
        g.actor = principal.as_actor(address)


def require_device(device_id: object) -> None:
    """Raises Forbidden where the token that was shown is another device's; what is no device id is judged later."""
    if isinstance(device_id, str):
        require_own_device(g.actor, device_id)


def sees_single_detections() -> bool:
    return sees_persons(g.actor.role)
