import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from stressvision.api.deps import ActorDep, ContextDep, read_actor, read_backend
from stressvision.api.middleware.query_parameters import refuse_unknown
from stressvision.services.auth.authenticator import require_own_device
from stressvision.services.detections import storing
from stressvision.wire.detections import DetectionAccepted, DetectionIn


async def _answer(request: Request) -> Response:
    await refuse_unknown(request)
    try:
        detection = DetectionIn.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from None
    except ClientDisconnect:
        raise HTTPException(400) from None
    context = (await read_backend(request)).context
    accepted = await store_detection(context, await read_actor(request), detection)
    return Response(accepted.model_dump_json(), media_type="application/json")


class _DirectRoute(APIRoute):
    """Documented by FastAPI, answered without its reading, solving and writing, which take longer than storing does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return _answer


router = APIRouter(prefix="/api/detections", tags=["detections"], route_class=_DirectRoute)


@router.post("")
async def store_detection(context: ContextDep, actor: ActorDep, detection: DetectionIn) -> DetectionAccepted:
    require_own_device(actor, detection.device_id)
    return await asyncio.wrap_future(storing.submit_detection(context, detection))
