from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.deps import ActorDep, ContextDep
from stressvision.api.views import view_stats
from stressvision.services import figures
from stressvision.wire.backend import Overview, Stats

router = APIRouter(prefix="/api/dashboard", tags=["dashboard"])


@router.get("/overview")
def read_overview(context: ContextDep) -> Overview:
    return figures.read_overview(context)


@router.get("/stats")
def read_stats(context: ContextDep, actor: ActorDep, hours: Annotated[int, Query(ge=1, le=24 * 366)] = 24) -> Stats:
    return view_stats(figures.read_stats(context, hours), actor)
