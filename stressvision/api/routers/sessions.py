"""Endpoints of device sessions."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from stressvision.api.dependencies import ActorDep, ContextDep
from stressvision.services.auth.authenticator import require_own_device
from stressvision.services.detections import sessions
from stressvision.wire.backend import SessionRequest
from stressvision.wire.detections import ApiSession, SessionEnd, SessionEnded, SessionStart

router = APIRouter(prefix="/api/sessions", tags=["sessions"])


@router.post("")
def open_session(
    context: ContextDep,
    actor: ActorDep,
    request: Annotated[SessionRequest | None, Body()] = None,
    device_id: Annotated[str | None, Query(max_length=64)] = None,
    location: Annotated[str | None, Query(max_length=200)] = None,
) -> ApiSession:
    body = request.model_dump(exclude_none=True) if request else {}
    merged = {"device_id": device_id, "location": location, **body}
    try:
        start = SessionStart.model_validate({name: value for name, value in merged.items() if value is not None})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    require_own_device(actor, start.device_id)
    opened = sessions.open_session(context, start)
    return ApiSession(session_id=opened.id, device_id=opened.device_id)


@router.post("/{session_id}/end")
def close_session(
    context: ContextDep,
    actor: ActorDep,
    session_id: Annotated[str, Path(max_length=100, description="The id, or the key that ingest answered.")],
    end: Annotated[SessionEnd | None, Body()] = None,
) -> SessionEnded:
    ended = sessions.close_session(context, session_id, end or SessionEnd(), actor.device_id)
    return SessionEnded(session_id=ended)
