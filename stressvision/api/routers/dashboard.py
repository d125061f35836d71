"""Endpoints of the dashboard's figures."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from stressvision.api.dependencies import ActorDep, BackendDep
from stressvision.domain.auth import sees_groups, sees_persons
from stressvision.services import figures
from stressvision.wire.backend import Overview, Stats

SHORT_HOURS = 31 * 24
"""The longest statistics that other reads may wait for."""

router = APIRouter(prefix="/api/dashboard", tags=["dashboard"])


@router.get("/overview", response_model=Overview)
async def read_overview(backend: BackendDep, actor: ActorDep) -> Response:
    if sees_persons(actor.role):
        overview = await backend.reads.fetch("overview", figures.plan_overview(backend.context))
    else:
        read = figures.read_public_overview if sees_groups(actor.role) else figures.read_equipment_overview
        overview = await backend.short.run(read, partial(read, backend.context))
    return Response(overview.model_dump_json(), media_type="application/json")


@router.get("/stats", response_model=Stats)
async def read_stats(
    backend: BackendDep, actor: ActorDep, hours: Annotated[int, Query(ge=1, le=24 * 366)] = 24
) -> Response:
    if sees_persons(actor.role):
        find = figures.plan_stats(backend.context, hours)
        stats = await backend.reads.fetch(("stats", hours), find, is_short=hours <= SHORT_HOURS)
        await backend.completions.wait_all(figures.submit_stats_read(backend.context, actor, stats))
    else:
        read = partial(figures.read_public_stats, backend.context, hours)
        stats = await backend.short.run(("public stats", hours), read)
    return Response(stats.model_dump_json(), media_type="application/json")
