"""The composition root of the backend: routers, middleware and the live feed around one context."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial

import structlog
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware.cors import CORSMiddleware

from stressvision import VERSION
from stressvision.api.backend import BackendState, Pace, default_pace, poll_interval
from stressvision.api.completions import Completions
from stressvision.api.direct_routes import DirectRoutes, find_route
from stressvision.api.error_handlers import install_error_handlers
from stressvision.api.expensive_work import ExpensiveWork
from stressvision.api.middleware.authentication import AuthenticationMiddleware
from stressvision.api.middleware.commit_count import PolledCommits, QueriedCommits
from stressvision.api.middleware.metrics import Metrics, MetricsMiddleware
from stressvision.api.middleware.query_parameters import reject_unknown_parameters
from stressvision.api.middleware.request_policy import DOCS_PATH, HeadRequestsMiddleware, RequestPolicyMiddleware
from stressvision.api.middleware.response_cache import ResponseCache, ResponseCacheMiddleware
from stressvision.api.openapi.document import install_document
from stressvision.api.pipelined_reads import PipelinedReads
from stressvision.api.routers import (
    accounts,
    alert_links,
    alerts,
    audit,
    dashboard,
    detections,
    devices,
    employees,
    exports,
    health,
    kiosks,
    notifications,
    own,
    person,
    plant,
    reports,
    sessions,
    settings,
    silences,
    system,
    websocket,
)
from stressvision.api.short_work import ShortWork
from stressvision.api.snapshot_reads import SnapshotReads
from stressvision.api.websocket.feed import FeedReader
from stressvision.api.websocket.hub import Envelope, Hub, HubBridge
from stressvision.api.websocket.public_ids import current_public_id
from stressvision.core.errors import Unavailable
from stressvision.db.engine.pipeline import PipelinedConnection
from stressvision.db.engine.visible_commits import read_visible_commits
from stressvision.db.queries.people.employees import fingerprint_employees
from stressvision.http.request_policy import origin_pattern
from stressvision.services.audit import record_repetitions
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context
from stressvision.services.feed import ChangeFeed
from stressvision.services.reads import SPAN
from stressvision.services.settings.following import SettingsFollower
from stressvision.wire.events import HeartbeatEvent

log = structlog.get_logger()

_ROUTERS = (
    detections,  # first: routes are tried in this order, and this one is called most
    health,
    employees,
    person,
    own,
    kiosks,
    plant,
    sessions,
    alerts,
    alert_links,
    silences,
    notifications,
    dashboard,
    reports,
    exports,
    devices,
    websocket,
    accounts,
    audit,
    settings,
    system,
)


_DIRECT = ((detections, detections.POSTED), (employees, employees.STATE))


def create_app(context: Context, pace: Pace | None = None) -> FastAPI:
    """Create the backend over an open database. It follows the feed during the application's lifespan.

    Raises DatabaseUnavailable.
    """
    backend = _create_backend(context, pace or default_pace(context))
    app: FastAPI = FastAPIOffline(
        title="Stress Vision",
        version=VERSION,
        docs_url=DOCS_PATH,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        static_url=f"{DOCS_PATH}/assets",
        generate_unique_id_function=_operation_id,
        lifespan=_run_background_tasks,
    )
    app.state.backend = backend
    for module in _ROUTERS:
        app.include_router(module.router, dependencies=[Depends(reject_unknown_parameters)])
    app.include_router(employees.enrolment_router, dependencies=[Depends(reject_unknown_parameters)])
    app.router.middleware_stack = DirectRoutes(
        app.router.middleware_stack,
        {endpoint: find_route(module.router.routes, endpoint.name) for module, endpoint in _DIRECT},
    )
    install_document(app, context.settings.lang)
    install_error_handlers(app, context.settings.lang)
    _add_middleware(app, backend)
    return app


def _create_backend(context: Context, pace: Pace) -> BackendState:
    open_source = partial(ChangeFeed, context)
    with closing(open_source()) as source:
        hub = Hub(position=source.last_id())
    reader = FeedReader(open_source, partial(poll_interval, pace, hub))
    is_sqlite = context.database.is_sqlite
    pipeline = None if is_sqlite else PipelinedReads(partial(PipelinedConnection, context.database))
    commits = PolledCommits(open_source) if pipeline is None else QueriedCommits(pipeline, read_visible_commits())
    response_cache = ResponseCache(commits)
    short = ShortWork(may_block=is_sqlite)
    expensive = ExpensiveWork()
    metrics = Metrics(hub, expensive)
    authenticator = Authenticator(context)
    return BackendState(
        context,
        pace,
        hub,
        reader,
        metrics,
        open_source,
        response_cache,
        authenticator,
        Completions(context),
        SnapshotReads(context.database, short, pipeline),
        short,
        expensive,
    )


def _add_middleware(app: FastAPI, backend: BackendState) -> None:
    """Add the middleware, the innermost first."""
    in_force = backend.context.settings
    mark_employees = partial(backend.reads.fetch, "employees", fingerprint_employees())
    fingerprints = {"/api/employees": mark_employees}
    app.add_middleware(ResponseCacheMiddleware, response_cache=backend.response_cache, fingerprints=fingerprints)
    app.add_middleware(AuthenticationMiddleware, authenticator=backend.authenticator, settings=in_force)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=in_force.cors_origins,
        allow_origin_regex=origin_pattern(in_force),
        allow_methods=("GET", "POST", "PATCH", "DELETE"),
        allow_headers=("Content-Type", "Accept-Language", "Authorization"),
    )
    app.add_middleware(RequestPolicyMiddleware, settings=in_force)
    app.add_middleware(MetricsMiddleware, metrics=backend.metrics)
    app.add_middleware(HeadRequestsMiddleware)


def _operation_id(route: APIRoute) -> str:
    return route.name


@asynccontextmanager
async def _run_background_tasks(app: FastAPI) -> AsyncIterator[None]:
    backend: BackendState = app.state.backend
    follower = SettingsFollower(backend.context)
    follower.start()
    bridge = HubBridge(backend.hub, asyncio.get_running_loop())
    backend.reader.start(backend.hub.position, bridge.publish, bridge.skip_to)
    tasks = [
        asyncio.create_task(_send_heartbeats(backend)),
        asyncio.create_task(_store_repeated_reads(backend.context)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(follower.stop)
        await asyncio.to_thread(backend.reader.stop)
        backend.response_cache.close()
        await asyncio.to_thread(_record_repetitions, backend.context, is_ending=True)


async def _send_heartbeats(backend: BackendState) -> None:
    while True:
        await asyncio.sleep(backend.pace.heartbeat_seconds)
        now = backend.context.clock()
        heartbeat = HeartbeatEvent(timestamp=now, last_id=backend.hub.position)
        public = HeartbeatEvent(timestamp=now, last_id=current_public_id(now))
        backend.hub.broadcast(Envelope(heartbeat.model_dump_json(), public_text=public.model_dump_json()))


async def _store_repeated_reads(context: Context) -> None:
    while True:
        await asyncio.sleep(SPAN.total_seconds())
        await asyncio.to_thread(_record_repetitions, context)


def _record_repetitions(context: Context, *, is_ending: bool = False) -> None:
    try:
        record_repetitions(context, is_ending=is_ending)
    except Unavailable as error:
        log.warning("repeated reads not saved", reason=error.message.en)
