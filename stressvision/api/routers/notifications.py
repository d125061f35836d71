"""Endpoint of notification delivery."""

from fastapi import APIRouter

from stressvision.api.dependencies import ContextDep
from stressvision.services import notifications
from stressvision.wire.notifications import NoticeQueue

router = APIRouter(prefix="/api/notifications", tags=["alerts"])


@router.get("")
def read_notifications(context: ContextDep) -> NoticeQueue:
    return notifications.read_queue(context)
