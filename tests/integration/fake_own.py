"""The fake API's answers to a personal link and to the health service's pages about it."""

from datetime import datetime, timedelta
from typing import Annotated, Protocol

from fastapi import Body, FastAPI, Request

from stressvision.core.clock import utc_now
from stressvision.core.errors import Forbidden, Message
from stressvision.wire.own import (
    AgreementFigures,
    CorrectionClosed,
    CorrectionNew,
    EstimateWithInterval,
    Kiosk,
    KioskIssued,
    KioskList,
    KioskNew,
    OpenedLink,
    OwnCode,
    OwnPage,
    OwnPrompt,
    OwnRequest,
    OwnRequestList,
    PersonLinkIssued,
    ScaleAgreement,
    SelfReportEntry,
    SelfReportNew,
    StoredKind,
)
from stressvision.wire.rights import AccessRecord

SECRET = "svp_invented"  # noqa: S105  opens the fake only
KIOSK = "svk_invented"
OPENED = "svo_invented"
"""What the fake exchanges the link for, once."""


class HasOwnPage(Protocol):
    """The page that the link opens, and whether enough was reported."""

    own: OwnPage
    is_enough: bool
    prompt_at: datetime | None
    prompted: list[bool]


def invent_page() -> OwnPage:
    now = utc_now()
    return OwnPage(
        full_name="Ana Torres Vega",
        employee_code="EMP001",
        department="Calidad",
        shift="morning",
        consent_given=True,
        consent_date=now - timedelta(days=20),
        consent_version="2026-12",
        is_recognised=True,
        paused_until=None,
        expires_at=now + timedelta(minutes=30),
        stored=[
            StoredKind(kind="faces", count=5, days=None),
            StoredKind(kind="detections", count=12_345, days=30),
        ],
        alerts=[],
        accesses=[
            AccessRecord(timestamp=now, user_id="dra.quispe", action=action, ip_address=None)
            for action in ("read_person_figures", "alert_resolved")
        ],
        self_reports=[],
        requests=[],
    )


def invent_request(detail: str) -> OwnRequest:
    return OwnRequest(
        id=1,
        employee_id=1,
        employee_name="Ana Torres Vega",
        employee_code="EMP001",
        created_at=utc_now(),
        detail=detail,
        closed_at=None,
        closed_by=None,
        reason=None,
    )


def serve_own(app: FastAPI, state: HasOwnPage) -> None:
    opened: list[str] = []

    def require(request: Request, secret: str) -> None:
        if request.headers.get("authorization") != f"Bearer {secret}":
            raise Forbidden(Message(es="El enlace venció o ya se usó: pida otro.", en="The link is expired."))

    def change(request: Request, **changes: object) -> OwnPage:
        require(request, OPENED)
        state.own = state.own.model_copy(update=changes)
        return state.own

    @app.post("/api/employees/{employee_id}/link")
    def link(employee_id: int) -> PersonLinkIssued:
        path = f"/mis-datos?clave={SECRET}"
        return PersonLinkIssued(employee_id=employee_id, secret=SECRET, path=path, expires_at=utc_now())

    @app.post("/api/own/open")
    def open_link(request: Request) -> OpenedLink:
        require(request, "nothing" if opened else SECRET)
        opened.append(SECRET)
        return OpenedLink(secret=OPENED, expires_at=utc_now() + timedelta(minutes=30))

    @app.get("/api/own")
    def page(request: Request) -> OwnPage:
        return change(request)

    @app.post("/api/own/pause")
    def pause(request: Request) -> OwnPage:
        return change(request, paused_until=utc_now() + timedelta(hours=3), is_recognised=False)

    @app.delete("/api/own/pause")
    def resume(request: Request) -> OwnPage:
        return change(request, paused_until=None, is_recognised=True)

    @app.post("/api/own/withdraw")
    def withdraw(request: Request) -> OwnPage:
        return change(request, consent_given=False, is_recognised=False)

    @app.post("/api/own/reports")
    def report(request: Request, new: Annotated[SelfReportNew, Body()]) -> OwnPage:
        state.prompted.append(new.prompted)
        entry = SelfReportEntry(reported_at=utc_now(), sleepiness=new.sleepiness, tension=new.tension)
        return change(request, self_reports=[entry, *state.own.self_reports])

    @app.get("/api/own/prompt")
    def prompt(request: Request) -> OwnPrompt:
        require(request, OPENED)
        return OwnPrompt(due_at=state.prompt_at)

    @app.post("/api/own/code")
    def code(request: Request) -> OwnCode:
        require(request, OPENED)
        return OwnCode(code="204816")

    @app.get("/api/kiosks")
    def kiosks() -> KioskList:
        return KioskList(kiosks=[Kiosk(id=3, location="Línea 1", created_by="dra", created_at=utc_now())])

    @app.post("/api/kiosks", status_code=201)
    def add_kiosk(new: Annotated[KioskNew, Body()]) -> KioskIssued:
        return KioskIssued(id=4, secret=KIOSK, path=f"/quiosco?clave={KIOSK}")

    @app.post("/api/own/requests")
    def correct(request: Request, new: Annotated[CorrectionNew, Body()]) -> OwnPage:
        return change(request, requests=[invent_request(new.detail)])

    @app.get("/api/requests")
    def requests() -> OwnRequestList:
        return OwnRequestList(requests=state.own.requests, total=len(state.own.requests))

    @app.post("/api/requests/{request_id}/close")
    def close(request_id: int, answer: Annotated[CorrectionClosed, Body()]) -> OwnRequest:
        closed = state.own.requests[0].model_copy(update={"reason": answer.reason, "closed_at": utc_now()})
        state.own = state.own.model_copy(update={"requests": []})
        return closed

    @app.get("/api/agreement")
    def agreement(days: int = 90, occasion: str | None = None) -> AgreementFigures:
        estimate = EstimateWithInterval(value=0.71, low=0.62, high=0.8) if state.is_enough else None
        scale = {"reports": 64, "people": 9, "above": 20, "is_enough": state.is_enough}
        return AgreementFigures(
            days=days,
            fewest_reports=50,
            fewest_of_each=10,
            fewest_people=5,
            scales=[
                ScaleAgreement.model_validate(
                    {**scale, "scale": name, "threshold": threshold, "correlation": estimate, "area": estimate}
                )
                for name, threshold in (("sleepiness", 7), ("tension", 4))
            ],
        )
