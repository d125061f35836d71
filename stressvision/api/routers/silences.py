"""Endpoints of silences."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep, RowId, UserId
from stressvision.services.alerts import silences
from stressvision.wire.alerts import Silence, SilenceList, SilenceRequest

router = APIRouter(prefix="/api/silences", tags=["alerts"])


@router.get("")
def list_silences(
    context: ContextDep,
    past: Annotated[bool, Query(description="Also those that are over.")] = False,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> SilenceList:
    return silences.list_silences(context, also_past=past, limit=limit)


@router.post("")
def begin_silence(context: ContextDep, actor: ActorDep, wanted: SilenceRequest, user_id: UserId = None) -> Silence:
    return silences.begin_silence(context, wanted, actor.claiming(wanted.user_id or user_id))


@router.delete("/{silence_id}")
def end_silence(context: ContextDep, actor: ActorDep, silence_id: RowId, user_id: UserId = None) -> Silence:
    return silences.end_silence(context, silence_id, actor.claiming(user_id))
