"""The application: routers, middleware and the feed, around one context."""

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
from stressvision.api.backend import BackendState, Pace, pause_of, usual_pace
from stressvision.api.middleware.access import DOCS_PATH, RequestPolicyMiddleware
from stressvision.api.middleware.authentication import AuthenticationMiddleware
from stressvision.api.middleware.metrics import Metrics, MetricsMiddleware
from stressvision.api.middleware.query_parameters import refuse_unknown
from stressvision.api.middleware.response_cache import ResponseCache, ResponseCacheMiddleware
from stressvision.api.openapi.document import describe
from stressvision.api.problems import install_problem_handlers
from stressvision.api.routers import (
    access,
    alerts,
    audit,
    changes,
    dashboard,
    detections,
    devices,
    employees,
    exports,
    health,
    notifications,
    reports,
    rights,
    sessions,
    silences,
)
from stressvision.api.websocket.feed import FeedReader
from stressvision.api.websocket.hub import Batch, Envelope, Hub
from stressvision.core.errors import Unavailable
from stressvision.http.callers import origin_pattern
from stressvision.services.audit import record_repetitions
from stressvision.services.auth.authenticator import Authenticator
from stressvision.services.context import Context
from stressvision.services.feed import ChangeFeed
from stressvision.services.reads import SPAN
from stressvision.wire.events import HeartbeatEvent

log = structlog.get_logger()

_ROUTERS = (
    detections,  # first, because routes are tried in this order
    health,
    employees,
    rights,
    sessions,
    alerts,
    silences,
    notifications,
    dashboard,
    reports,
    exports,
    devices,
    changes,
    access,
    audit,
)


def create_app(context: Context, pace: Pace | None = None) -> FastAPI:
    """The backend over an open database; the feed is followed while the application's lifespan lasts.

    Raises DatabaseUnavailable.
    """
    settings = context.settings
    app: FastAPI = FastAPIOffline(
        title="Stress Vision",
        version=VERSION,
        docs_url=DOCS_PATH,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        static_url=f"{DOCS_PATH}/assets",
        generate_unique_id_function=_operation_id,
        lifespan=_live,
    )
    app.state.backend = _assemble(context, pace or usual_pace(context))
    for module in _ROUTERS:
        app.include_router(module.router, dependencies=[Depends(refuse_unknown)])
    describe(app, settings.lang)
    install_problem_handlers(app, settings.lang)
    # The last one added sees a request first.
    app.add_middleware(ResponseCacheMiddleware, response_cache=app.state.backend.response_cache)
    app.add_middleware(AuthenticationMiddleware, authenticator=app.state.backend.authenticator, settings=settings)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_origin_regex=origin_pattern(settings),
        allow_methods=("GET", "POST", "PATCH", "DELETE"),
        allow_headers=("Content-Type", "Accept-Language", "Authorization"),
    )
    app.add_middleware(RequestPolicyMiddleware, settings=settings)
    app.add_middleware(MetricsMiddleware, metrics=app.state.backend.metrics)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _assemble(context: Context, pace: Pace) -> BackendState:
    open_source = partial(ChangeFeed, context)
    with closing(open_source()) as source:
        hub = Hub(position=source.last_id())
    reader = FeedReader(open_source, partial(pause_of, pace, hub))
    # PostgreSQL tells of commits for the price of a query, and not of those to every table.
    response_cache = ResponseCache(open_source if context.database.is_sqlite else None)
    return BackendState(context, pace, hub, reader, Metrics(hub), open_source, response_cache, Authenticator(context))


@asynccontextmanager
async def _live(app: FastAPI) -> AsyncIterator[None]:
    backend: BackendState = app.state.backend
    loop = asyncio.get_running_loop()

    def deliver(batch: Batch) -> None:
        asyncio.run_coroutine_threadsafe(backend.hub.publish(batch), loop).result()

    async def pass_over(position: int) -> bool:
        return backend.hub.pass_over(position)

    def ask_to_pass_over(position: int) -> bool:
        if backend.hub.is_followed:
            return False
        return asyncio.run_coroutine_threadsafe(pass_over(position), loop).result()

    backend.reader.start(backend.hub.position, deliver, ask_to_pass_over)
    tasks = [asyncio.create_task(_beat(backend)), asyncio.create_task(_write_repeated_reads(backend.context))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(backend.reader.stop)
        backend.response_cache.close()
        await asyncio.to_thread(_record_repetitions, backend.context, is_ending=True)


async def _beat(backend: BackendState) -> None:
    while True:
        await asyncio.sleep(backend.pace.heartbeat_seconds)
        beat = HeartbeatEvent(timestamp=backend.context.clock(), last_id=backend.hub.position)
        backend.hub.broadcast(Envelope(beat.model_dump_json()))


async def _write_repeated_reads(context: Context) -> None:
    while True:
        await asyncio.sleep(SPAN.total_seconds())
        await asyncio.to_thread(_record_repetitions, context)


def _record_repetitions(context: Context, *, is_ending: bool = False) -> None:
    try:
        record_repetitions(context, is_ending=is_ending)
    except Unavailable as error:
        log.warning("repeated reads not written down yet", reason=error.message.en)
