"""Endpoint that stores a detection."""

import re
from codecs import BOM_UTF8
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from stressvision.api.dependencies import ActorDep, BackendDep, get_actor, get_backend
from stressvision.api.direct_routes import DirectEndpoint
from stressvision.domain.auth import Role
from stressvision.services.auth.authenticator import require_own_device
from stressvision.services.detections import storing
from stressvision.wire.detections import DetectionAccepted, DetectionIn

router = APIRouter(prefix="/api/detections", tags=["detections"])


@router.post("")
async def store_detection(backend: BackendDep, actor: ActorDep, detection: DetectionIn) -> DetectionAccepted:
    require_own_device(actor, detection.device_id)
    accepted = await backend.completions.wait(storing.submit_detection(backend.context, detection))
    return accepted.model_copy(update={"alert_created": None}) if actor.role is Role.DEVICE else accepted


async def _respond(request: Request, _values: Mapping[str, str]) -> Response:
    try:
        detection = DetectionIn.model_validate_json((await request.body()).removeprefix(BOM_UTF8))
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    accepted = await store_detection(await get_backend(request), await get_actor(request), detection)
    return Response(accepted.model_dump_json(), media_type="application/json")


POSTED = DirectEndpoint("POST", re.compile("/api/detections"), re.compile(""), "store_detection", _respond)
