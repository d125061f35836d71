from fastapi import APIRouter

from stressvision.api.deps import ContextDep
from stressvision.services import notices
from stressvision.wire.notices import NoticeQueue

router = APIRouter(prefix="/api/notifications", tags=["alerts"])


@router.get("")
def read_notifications(context: ContextDep) -> NoticeQueue:
    return notices.read_queue(context)
