"""Endpoints of name and addresses, health, readiness and metrics."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from stressvision import VERSION
from stressvision.api.dependencies import ActorDep, BackendDep, LanguageDep
from stressvision.api.middleware.metrics import RoleRegistry
from stressvision.api.reserved_threads import run_reserved
from stressvision.core.errors import Message, Unavailable
from stressvision.services import notifications, vitals
from stressvision.wire.backend import Liveness, Readiness, ServiceCard

router = APIRouter(tags=["health"])

_DESCRIPTION = Message(
    es="Backend de Stress Vision: empleados, detecciones, alertas y reportes, y sus cambios en vivo.",
    en="Backend of Stress Vision: employees, detections, alerts and reports, and their live changes.",
)


@router.get("/")
def read_card(backend: BackendDep, language: LanguageDep) -> ServiceCard:
    settings = backend.context.settings
    return ServiceCard(
        service="stressvision-backend",
        version=VERSION,
        description=_DESCRIPTION.text(language),
        docs=f"{settings.api_base}/api/docs",
        dashboard=settings.served_at(settings.dashboard_port),
        websocket=settings.served_at(settings.api_port).replace("http", "ws", 1) + "/ws",
        login_required=backend.authenticator.is_login_required(),
    )


@router.get("/health")
async def read_liveness(backend: BackendDep, language: LanguageDep) -> Liveness:
    fault = await run_reserved(backend.database_fault)
    return Liveness(
        status="healthy",
        service="stressvision-backend",
        version=VERSION,
        database=fault.text(language) if fault else "connected",
        timestamp=backend.context.clock(),
    )


@router.get("/ready", responses={503: {"model": Readiness}})
async def read_readiness(backend: BackendDep, language: LanguageDep, response: Response) -> Readiness:
    def find_faults() -> tuple[Message | None, ...]:
        return backend.database_fault(), vitals.read_storage_fault(backend.context), backend.reader.fault

    faults = await run_reserved(find_faults)
    missing = sorted({fault.text(language) for fault in faults if fault})
    response.status_code = 503 if missing else 200
    return Readiness(ready=not missing, missing=missing)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def read_metrics(backend: BackendDep, actor: ActorDep) -> Response:
    metrics = backend.metrics
    try:
        metrics.set_vitals(vitals.read_vitals(backend.context))
        metrics.set_notifications(notifications.read_queue(backend.context), backend.context.clock())
        metrics.database_up.set(1)
    except Unavailable:
        metrics.database_up.set(0)
    return Response(generate_latest(RoleRegistry(metrics.registry, actor.role)), media_type=CONTENT_TYPE_LATEST)
