"""Endpoints of a link in a message, which acknowledges an alert; its key is the Bearer token."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from stressvision.api.dependencies import BackendDep, ContextDep
from stressvision.services.alerts import links
from stressvision.services.auth.authenticator import bearer_token
from stressvision.wire.alerts import AlertLinkState

router = APIRouter(prefix="/api/alert-link", tags=["alerts"])


async def get_key(connection: HTTPConnection, backend: BackendDep) -> str | None:
    """Return the key of a link. Raises TooManyAttempts."""
    backend.link_limit.acquire(getattr(connection.state, "address", None))
    return bearer_token(connection.headers.get("authorization"))


KeyDep = Annotated[str | None, Depends(get_key)]


@router.get("")
def read_alert_link(context: ContextDep, key: KeyDep) -> AlertLinkState:
    return links.read_alert_link(context, key)


@router.post("")
def acknowledge_by_link(connection: HTTPConnection, context: ContextDep, key: KeyDep) -> AlertLinkState:
    address: str | None = getattr(connection.state, "address", None)
    return links.acknowledge_by_link(context, key, address)
