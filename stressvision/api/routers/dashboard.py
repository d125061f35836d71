"""Endpoints of the dashboard's figures."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep
from stressvision.domain.auth import sees_persons
from stressvision.services import figures
from stressvision.wire.backend import Overview, Stats

router = APIRouter(prefix="/api/dashboard", tags=["dashboard"])


@router.get("/overview")
def read_overview(context: ContextDep, actor: ActorDep) -> Overview:
    read = figures.read_overview if sees_persons(actor.role) else figures.read_public_overview
    return read(context)


@router.get("/stats")
def read_stats(context: ContextDep, actor: ActorDep, hours: Annotated[int, Query(ge=1, le=24 * 366)] = 24) -> Stats:
    if sees_persons(actor.role):
        return figures.read_stats(context, hours, actor)
    return figures.read_public_stats(context, hours)
