"""Authentication and authorization of a request, for both servers."""

from stressvision.core.errors import Forbidden, Message, NotFound, Unauthenticated
from stressvision.http.permissions import Server, find_permission
from stressvision.services.auth.authenticator import Principal
from stressvision.services.context import Actor
from stressvision.services.credentials import MISSING


def require_token(token: str | None) -> str:
    """Return the token of a request. Raises Unauthenticated where there is none."""
    if token is None:
        raise Unauthenticated(MISSING)
    return token


def require_permission(server: Server, principal: Principal, method: str, path: str) -> None:
    """Raise NotFound for an endpoint outside the permission table, Forbidden for a role without access."""
    permission = find_permission(server, method, path)
    if permission is None:
        raise NotFound(
            Message(
                es=f"No hay nada en {method} {path}. Las direcciones que existen están en /api/docs.",
                en=f"There is nothing at {method} {path}. The addresses that exist are listed at /api/docs.",
            )
        )
    if permission.roles is not None and principal.role not in permission.roles:
        allowed = ", ".join(sorted(permission.roles))
        raise Forbidden(
            Message(
                es=f"El rol {principal.role} no tiene acceso a esta dirección; tienen acceso: {allowed}.",
                en=f"The role {principal.role} has no access to this address; roles with access: {allowed}.",
            )
        )


def actor_of(principal: Principal | None, address: str | None) -> Actor:
    """Return the actor for the audit log: the authenticated account or device, or the address alone."""
    return principal.as_actor(address) if principal else Actor(ip_address=address)
