"""Endpoints of kiosks for self-reports: their administration, and what a kiosk itself may call."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection

from stressvision.api.dependencies import BackendDep, ContextDep, NamedActorDep, RowId
from stressvision.services.auth.authenticator import bearer_token
from stressvision.services.people import kiosks
from stressvision.wire.own import Kiosk, KioskAnswer, KioskIssued, KioskList, KioskNew, KioskReport

router = APIRouter(tags=["own"])


def get_kiosk(connection: HTTPConnection, context: ContextDep) -> Kiosk:
    """Return the kiosk whose link is the Bearer token. Raises Unauthenticated and Forbidden."""
    return kiosks.require_kiosk(context, bearer_token(connection.headers.get("authorization")))


KioskDep = Annotated[Kiosk, Depends(get_kiosk)]


@router.get("/api/kiosks")
def list_kiosks(context: ContextDep) -> KioskList:
    return kiosks.list_kiosks(context)


@router.post("/api/kiosks", status_code=201)
def add_kiosk(context: ContextDep, actor: NamedActorDep, wanted: KioskNew) -> KioskIssued:
    return kiosks.add_kiosk(context, wanted.location, actor)


@router.delete("/api/kiosks/{kiosk_id}")
def end_kiosk(context: ContextDep, actor: NamedActorDep, kiosk_id: RowId) -> KioskList:
    return kiosks.end_kiosk(context, kiosk_id, actor)


@router.get("/api/kiosk")
def read_kiosk(kiosk: KioskDep) -> Kiosk:
    return kiosk


@router.post("/api/kiosk/reports")
def report_at_kiosk(backend: BackendDep, kiosk: KioskDep, report: KioskReport) -> KioskAnswer:
    # By the kiosk, whatever its address: a code has few digits.
    backend.kiosk_limit.acquire(f"kiosk {kiosk.id}")
    return kiosks.report_at_kiosk(backend.context, report)
