"""Endpoints of the dashboard's figures."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from stressvision.api.dependencies import ActorDep, BackendDep
from stressvision.domain.auth import sees_groups, sees_persons
from stressvision.services import figures
from stressvision.wire.backend import Overview, Stats

router = APIRouter(prefix="/api/dashboard", tags=["dashboard"])


@router.get("/overview", response_model=Overview)
async def read_overview(backend: BackendDep, actor: ActorDep) -> Response:
    if sees_persons(actor.role):
        read = figures.read_overview
    else:
        read = figures.read_public_overview if sees_groups(actor.role) else figures.read_equipment_overview
    overview = await backend.short.run(read, partial(read, backend.context))
    return Response(overview.model_dump_json(), media_type="application/json")


@router.get("/stats", response_model=Stats)
async def read_stats(
    backend: BackendDep, actor: ActorDep, hours: Annotated[int, Query(ge=1, le=24 * 366)] = 24
) -> Response:
    is_personal = sees_persons(actor.role)
    read = figures.find_stats if is_personal else figures.read_public_stats
    stats = await backend.short.run((read, hours), partial(read, backend.context, hours))
    if is_personal:
        await backend.completions.wait_all(figures.submit_stats_read(backend.context, actor, stats))
    return Response(stats.model_dump_json(), media_type="application/json")
