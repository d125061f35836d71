"""Endpoints of a person's own page (with a personal link), of requests for correction, and of the agreement."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import HTTPConnection, Request

from stressvision.api.dependencies import ContextDep, NamedActorDep, RowId
from stressvision.domain.self_reports import Occasion
from stressvision.services.auth.authenticator import bearer_token
from stressvision.services.people import agreement, kiosks, links, own
from stressvision.services.people.links import LinkHolder
from stressvision.wire.own import (
    AgreementFigures,
    CorrectionClosed,
    CorrectionNew,
    OpenedLink,
    OwnCode,
    OwnPage,
    OwnPrompt,
    OwnRequest,
    OwnRequestList,
    PersonLinkIssued,
    SelfReportNew,
)

router = APIRouter(tags=["own"])


def _sent_by(connection: HTTPConnection) -> tuple[str | None, str | None]:
    """Return the Bearer token of a request, and the address it came from."""
    address: str | None = getattr(connection.state, "address", None)
    return bearer_token(connection.headers.get("authorization")), address


def get_holder(connection: HTTPConnection, context: ContextDep) -> LinkHolder:
    """Return the holder of the opened link in the Authorization header. Raises Unauthenticated and Forbidden."""
    return links.require_holder(context, *_sent_by(connection))


HolderDep = Annotated[LinkHolder, Depends(get_holder)]


@router.post("/api/employees/{employee_id}/link", status_code=201)
def issue_link(context: ContextDep, actor: NamedActorDep, employee_id: RowId) -> PersonLinkIssued:
    return links.issue_link(context, employee_id, actor)


@router.post("/api/own/open")
def open_link(connection: Request, context: ContextDep) -> OpenedLink:
    return links.open_link(context, *_sent_by(connection))


@router.get("/api/own")
def read_own_page(context: ContextDep, holder: HolderDep) -> OwnPage:
    return own.read_own_page(context, holder)


@router.post("/api/own/pause")
def pause_today(context: ContextDep, holder: HolderDep) -> OwnPage:
    return own.pause_today(context, holder)


@router.delete("/api/own/pause")
def resume_today(context: ContextDep, holder: HolderDep) -> OwnPage:
    return own.resume_today(context, holder)


@router.post("/api/own/withdraw")
def withdraw_own_consent(context: ContextDep, holder: HolderDep) -> OwnPage:
    return own.withdraw_own_consent(context, holder)


@router.post("/api/own/reports")
def report_own_state(context: ContextDep, holder: HolderDep, report: SelfReportNew) -> OwnPage:
    return own.report_own_state(context, holder, report)


@router.get("/api/own/prompt")
def read_prompt(context: ContextDep, holder: HolderDep) -> OwnPrompt:
    return own.read_prompt(context, holder)


@router.post("/api/own/code")
def issue_code(context: ContextDep, holder: HolderDep) -> OwnCode:
    return kiosks.issue_code(context, holder)


@router.post("/api/own/requests")
def request_correction(context: ContextDep, holder: HolderDep, wanted: CorrectionNew) -> OwnPage:
    return own.request_correction(context, holder, wanted.detail)


@router.get("/api/requests")
def list_requests(context: ContextDep, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> OwnRequestList:
    return own.list_requests(context, limit)


@router.post("/api/requests/{request_id}/close")
def close_request(context: ContextDep, actor: NamedActorDep, request_id: RowId, answer: CorrectionClosed) -> OwnRequest:
    return own.close_request(context, request_id, answer.reason, actor)


@router.get("/api/agreement")
def read_agreement(
    context: ContextDep, days: Annotated[int, Query(ge=1, le=366)] = 90, occasion: Occasion | None = None
) -> AgreementFigures:
    return agreement.read_agreement(context, days, occasion)
