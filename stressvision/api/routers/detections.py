import asyncio

from fastapi import APIRouter

from stressvision.api.deps import ActorDep, ContextDep
from stressvision.services import detections
from stressvision.services.gate import require_own_device
from stressvision.wire.detections import DetectionAccepted, DetectionIn

router = APIRouter(prefix="/api/detections", tags=["detections"])


@router.post("")
async def store_detection(context: ContextDep, actor: ActorDep, detection: DetectionIn) -> DetectionAccepted:
    require_own_device(actor, detection.device_id)
    return await asyncio.wrap_future(detections.submit_detection(context, detection))
