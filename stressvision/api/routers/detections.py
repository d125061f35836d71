from fastapi import APIRouter

from stressvision.api.deps import ContextDep
from stressvision.services import detections
from stressvision.wire.detections import DetectionAccepted, DetectionIn

router = APIRouter(prefix="/api/detections", tags=["detections"])


@router.post("")
def store_detection(context: ContextDep, detection: DetectionIn) -> DetectionAccepted:
    return detections.store_detection(context, detection)
