"""Flask adapter of the request policy and of authentication: a device may post with its token, for itself only."""

from flask import Flask, g, request
from werkzeug.exceptions import UnsupportedMediaType

from stressvision.domain.auth import sees_persons
from stressvision.http.authentication import actor_of, require_permission, require_token
from stressvision.http.permissions import Server, is_public
from stressvision.http.request_policy import RequestPolicy, RequestSource, is_encoded
from stressvision.services.auth.authenticator import Authenticator, Principal, bearer_token, require_own_device


def install_request_checks(application: Flask, policy: RequestPolicy, authenticator: Authenticator) -> None:
    """Check every request before its route. The exceptions become problems in the error handlers."""

    @application.before_request
    def check_request() -> None:
        headers = request.headers
        source = RequestSource(
            host=headers.get("Host", ""),
            peer=request.remote_addr,
            origin=headers.get("Origin"),
            forwarded_proto=headers.get("X-Forwarded-Proto"),
            forwarded_for=headers.get("X-Forwarded-For"),
            fetch_site=headers.get("Sec-Fetch-Site"),
            fetch_mode=headers.get("Sec-Fetch-Mode"),
            fetch_destination=headers.get("Sec-Fetch-Dest"),
        )
        address = policy.check(source, request.method, request.path)
        policy.limit_rate(address)
        if is_encoded(headers.get("Content-Encoding")):
            raise UnsupportedMediaType
        g.actor = actor_of(_authenticate(authenticator), address)


def _authenticate(authenticator: Authenticator) -> Principal | None:
    """Return the request's principal; None where no token is required. Raises Unauthenticated and Forbidden."""
    if is_public(Server.INGEST, request.method, request.path) or not authenticator.is_login_required():
        return None
    principal = authenticator.authenticate(require_token(bearer_token(request.headers.get("Authorization"))))
    if request.endpoint is not None:  # Flask answers an unknown path or method itself
        require_permission(Server.INGEST, principal, request.method, request.path)
    return principal


def require_device(device_id: str) -> None:
    """Raise Forbidden where the token belongs to another device."""
    require_own_device(g.actor, device_id)


def calling_device() -> str | None:
    """Return the device that the token belongs to; None without a token."""
    device_id: str | None = g.actor.device_id
    return device_id


def sees_single_detections() -> bool:
    """Return whether the request's role may see persons."""
    return sees_persons(g.actor.role)
