"""Endpoint of notification delivery."""

from fastapi import APIRouter

from stressvision.api.dependencies import ActorDep, ContextDep
from stressvision.domain.auth import sees_persons
from stressvision.services import notifications
from stressvision.wire.notifications import NoticeQueue

router = APIRouter(prefix="/api/notifications", tags=["alerts"])


@router.get("")
def read_notifications(context: ContextDep, actor: ActorDep) -> NoticeQueue:
    read = notifications.read_queue if sees_persons(actor.role) else notifications.read_public_queue
    return read(context)
