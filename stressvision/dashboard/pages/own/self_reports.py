"""Autoinforme: agreement of self-reports with the camera, and requests for correction to answer."""

from functools import partial

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.page_context import PageContext, explain_no_emotions
from stressvision.dashboard.pages.own.kiosks import show_kiosks
from stressvision.dashboard.recovery import recovering
from stressvision.domain.auth import Role
from stressvision.wire.own import (
    AgreementFigures,
    CorrectionClosed,
    EstimateWithInterval,
    OwnRequest,
    OwnRequestList,
    ScaleAgreement,
)

DAYS = 90


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.own.SELF_REPORTS_TITLE)))
    with recovering(context):
        if context.role is not Role.ADMIN:
            _show_agreement(context, _ask(context))
            show_kiosks(context)
        _show_requests(context, context.backend.call(OwnRequestList, "GET", "/api/requests"))


def _ask(context: PageContext) -> AgreementFigures:
    occasion = st.selectbox(
        context.text(texts.kiosk.OCCASION),
        list(texts.kiosk.OCCASIONS),
        format_func=lambda name: context.text(texts.kiosk.OCCASIONS[name]),
        key="agreement_occasion",
        width=340,
    )
    ask = partial(context.backend.call, AgreementFigures, "GET", "/api/agreement", days=DAYS)
    return ask(occasion=occasion) if occasion else ask()


def _show_agreement(context: PageContext, figures: AgreementFigures) -> None:
    st.html(html.subheading(context.text(texts.own.AGREEMENT)))
    st.html(html.small(context.text(texts.own.AGREEMENT_NOTE, days=figures.days)))
    explain_no_emotions(context)
    for scale in figures.scales:
        if scale.scale == "tension" and not context.shows_emotions:
            continue
        st.html(html.subheading(context.text(texts.own.SCALES[scale.scale], threshold=scale.threshold)))
        st.html(html.figures(_figures(context, figures, scale)))


def _figures(context: PageContext, figures: AgreementFigures, scale: ScaleAgreement) -> tuple[html.KeyFigure, ...]:
    missing = context.text(
        texts.own.INSUFFICIENT_HELP,
        reports=figures.fewest_reports,
        each=figures.fewest_of_each,
        people=figures.fewest_people,
    )
    return (
        html.KeyFigure(context.text(texts.own.ANSWERS), f"{scale.reports:,}"),
        html.KeyFigure(context.text(texts.own.PEOPLE), f"{scale.people:,}"),
        html.KeyFigure(context.text(texts.own.ABOVE), f"{scale.above:,}"),
        _estimate(context, context.text(texts.own.CORRELATION), scale.correlation, missing),
        _estimate(context, context.text(texts.own.AREA), scale.area, missing),
    )


def _estimate(context: PageContext, label: str, estimate: EstimateWithInterval | None, missing: str) -> html.KeyFigure:
    if estimate is None:
        insufficient = context.text(texts.own.INSUFFICIENT)
        return html.KeyFigure(label, insufficient, is_withheld=True, note=missing)
    interval = context.text(texts.own.INTERVAL, low=f"{estimate.low:.2f}", high=f"{estimate.high:.2f}")
    return html.KeyFigure(label, f"{estimate.value:.2f}", help=context.text(texts.own.AREA_HELP), note=interval)


def _show_requests(context: PageContext, found: OwnRequestList) -> None:
    st.html(html.subheading(context.text(texts.own.REQUESTS_TITLE)))
    done = st.session_state.pop("request_done", "")
    if done:
        st.success(done)
    if not found.requests:
        st.html(html.empty(context.text(texts.own.NO_REQUESTS)))
        return
    for wanted in found.requests:
        _show_request(context, wanted)


def _show_request(context: PageContext, wanted: OwnRequest) -> None:
    name = f"{wanted.employee_name} · {wanted.employee_code}"
    with st.form(f"request_{wanted.id}"):
        st.html(html.quote(name, context.date_and_time(wanted.created_at), wanted.detail))
        reason = st.text_area(
            context.text(texts.own.REPLY, name=wanted.employee_name),
            max_chars=2000,
            height=80,
            key=f"request_reason_{wanted.id}",
        )
        label = context.text(texts.own.CLOSE_REQUEST, name=wanted.employee_name)
        sent = st.form_submit_button(label, icon=":material/send:")
    if not sent or not reason.strip():
        return
    answer, user = CorrectionClosed(reason=reason.strip()), acting_user()
    asked = {"user_id": user} if user else {}
    try:
        context.backend.call(OwnRequest, "POST", f"/api/requests/{wanted.id}/close", answer, **asked)
    except StressVisionError as error:
        st.warning(error.message.text(context.language))
        return
    st.session_state["request_done"] = context.text(texts.own.CLOSED_REQUEST, name=wanted.employee_name)
    st.rerun()
