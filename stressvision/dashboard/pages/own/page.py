"""Mis datos: what the holder of a personal link sees and does, without an account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import streamlit as st
from pydantic import BaseModel

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.actions import show_refusal
from stressvision.dashboard.page_context import PageContext
from stressvision.domain.audit import ACTIONS
from stressvision.wire.own import CorrectionNew, OpenedLink, OwnCode, OwnPage, OwnPrompt, SelfReportNew
from stressvision.wire.rights import AccessRecord

LINK = "clave"
"""Name of the query parameter with the secret of the link."""
WATCH_SECONDS = 15
_OPENED, _PAGE, _DONE = "own_opened", "own_page", "own_done"
"""Keys of the session state: the secret that replaced the link, the page as it was last answered, a confirmation."""
_DISMISSED = "own_dismissed"
"""Key of the session state: the moment of the question that the person put off."""


def render(context: PageContext) -> None:
    """Render the page. The link is opened by a button, so that a preview of the address does not use it up."""
    st.html(html.heading(context.text(texts.own.TITLE)))
    if _is_over(context):
        _close(context.text(texts.own.ENDED))
    page = st.session_state.get(_PAGE)
    if isinstance(page, OwnPage):
        own = _bearing(context, st.session_state[_OPENED])
        _ask_now_and_then(own)
        _show(own, page)
        _watch_end(own)
        return
    link = st.query_params.get(LINK, "")
    if not link:
        closed = st.session_state.pop(_DONE, "")
        st.html(html.notice(closed or context.text(texts.own.TITLE), context.text(texts.own.NO_LINK)))
        return
    st.html(html.small(context.text(texts.own.OPEN_ONCE)))
    if st.button(context.text(texts.own.OPEN), type="primary", icon=":material/lock_open:", key="own_open"):
        _run(context, lambda: _open(context, link), "")
        # The secret leaves the address: it would stay in the history of a shared browser.
        st.query_params.clear()
        st.rerun()


def _bearing(context: PageContext, secret: str) -> PageContext:
    return replace(context, backend=replace(context.backend, token=secret))


def _open(context: PageContext, link: str) -> OwnPage:
    """Exchange the link, which ends, for the secret that only this session has, and return the page."""
    if _OPENED not in st.session_state:
        opened = _bearing(context, link).backend.call(OpenedLink, "POST", "/api/own/open")
        st.session_state[_OPENED] = opened.secret
    return _bearing(context, st.session_state[_OPENED]).backend.call(OwnPage, "GET", "/api/own")


def _is_over(context: PageContext) -> bool:
    page = st.session_state.get(_PAGE)
    return isinstance(page, OwnPage) and page.expires_at <= context.clock()


def _close(reason: str) -> None:
    for name in (_OPENED, _PAGE):
        st.session_state.pop(name, None)
    st.session_state[_DONE] = reason


@st.fragment(run_every=WATCH_SECONDS)
def _watch_end(context: PageContext) -> None:
    """Run the page again when the link ends: the data must not stay on a screen that was left."""
    if _is_over(context):
        st.rerun()


def _run(context: PageContext, ask: Callable[[], OwnPage], done: str) -> None:
    """Send a request, keep its page and confirmation, and stop this run with the reason where it is refused."""
    try:
        st.session_state[_PAGE] = ask()
    except StressVisionError as error:
        st.html(html.notice(context.text(texts.own.TITLE), error.message.text(context.language)))
        st.stop()
    st.session_state[_DONE] = done


def _send(context: PageContext, method: str, path: str, body: BaseModel | None, done: str) -> None:
    _run(context, lambda: context.backend.call(OwnPage, method, path, body), done)
    st.rerun()


def _show(context: PageContext, page: OwnPage) -> None:
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(done)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        greeting = context.text(texts.own.GREETING, name=page.full_name, code=page.employee_code)
        st.html(html.subheading(greeting), width="content")
        if st.button(context.text(texts.own.CLOSE), icon=":material/logout:", key="own_close"):
            _close(context.text(texts.own.CLOSED))
            st.rerun()
    st.html(html.story((_describe_state(context, page),)))
    st.html(html.small(context.text(texts.own.VALID_UNTIL, time=f"{context.local(page.expires_at):%H:%M}")))
    left, right = st.columns(2, gap="large")
    with left:
        _show_self_report(context)
    with right:
        _show_pause(context, page)
        _show_code(context)
    _show_stored(context, page)
    _show_accesses(context, page.accesses)
    left, right = st.columns(2, gap="large")
    with left:
        _show_correction(context, page)
    with right:
        _show_withdrawal(context, page)


def _describe_state(context: PageContext, page: OwnPage) -> str:
    consent = context.date_and_time(page.consent_date) if page.consent_date else context.text(texts.common.NOT_SET)
    until = f"{context.local(page.paused_until):%d/%m %H:%M}" if page.paused_until else ""
    state = "withdrawn" if not page.consent_given else "paused" if page.paused_until else "recognised"
    if state == "recognised" and not page.is_recognised:
        state = "not_enrolled"
    return context.text(texts.own.STATES[state], date=consent, time=until)


@st.fragment(run_every=WATCH_SECONDS)
def _ask_now_and_then(context: PageContext) -> None:
    """Render a question where the server says that it is time, at random or after an alert; neither page nor person
    learns which."""
    try:
        due_at = context.backend.call(OwnPrompt, "GET", "/api/own/prompt").due_at
    except StressVisionError:
        return  # asked again; the page itself says what is wrong
    if due_at is None or due_at == st.session_state.get(_DISMISSED):
        return
    with st.container(border=True, key="own_prompt"):
        st.html(html.small(context.text(texts.kiosk.PROMPT)))
        if report := _read_report(context, "prompt"):
            _send(context, "POST", "/api/own/reports", report, context.text(texts.own.SENT))
        label = context.text(texts.kiosk.LATER)
        st.button(label, type="tertiary", key="own_later", on_click=_put_off, args=(due_at,))


def _put_off(due_at: datetime) -> None:
    st.session_state[_DISMISSED] = due_at


def _show_code(context: PageContext) -> None:
    st.html(html.subheading(context.text(texts.kiosk.OWN_CODE)))
    st.html(html.small(context.text(texts.kiosk.OWN_CODE_NOTE)))
    if not st.button(context.text(texts.kiosk.MAKE_CODE), icon=":material/pin:", key="own_kiosk_code"):
        return
    with show_refusal(context, texts.own.TITLE):
        code = context.backend.call(OwnCode, "POST", "/api/own/code").code
        st.success(context.text(texts.kiosk.YOUR_CODE, code=code))


def _show_self_report(context: PageContext) -> None:
    st.html(html.subheading(context.text(texts.own.SELF_REPORT)))
    st.html(html.small(context.text(texts.own.SELF_REPORT_NOTE)))
    if report := _read_report(context, "own"):
        _send(context, "POST", "/api/own/reports", report, context.text(texts.own.SENT))


def _read_report(context: PageContext, place: str) -> SelfReportNew | None:
    """Render the two scales, and return the answers once they are sent. `place`: `prompt` where the page asked."""
    with st.form(f"{place}_report", border=False, clear_on_submit=True):
        sleepiness = st.pills(
            context.text(texts.own.SLEEPINESS),
            list(texts.own.SLEEPINESS_STEPS),
            format_func=lambda step: context.text(texts.own.SLEEPINESS_STEPS[step]),
            key=f"{place}_sleepiness",
        )
        tension = st.pills(
            context.text(texts.own.TENSION),
            list(texts.own.TENSION_STEPS),
            format_func=lambda step: context.text(texts.own.TENSION_STEPS[step]),
            key=f"{place}_tension",
        )
        sent = st.form_submit_button(context.text(texts.own.SEND), type="primary", icon=":material/send:")
    if not sent:
        return None
    if sleepiness is None and tension is None:
        st.warning(context.text(texts.own.ANSWER_ONE))
        return None
    return SelfReportNew(sleepiness=sleepiness, tension=tension, prompted=place == "prompt")


def _show_pause(context: PageContext, page: OwnPage) -> None:
    st.html(html.subheading(context.text(texts.own.PAUSE)))
    st.html(html.small(context.text(texts.own.PAUSE_NOTE)))
    done = context.text(texts.own.CHANGED)
    if page.paused_until:
        if st.button(context.text(texts.own.RESUME), icon=":material/play_arrow:", key="own_resume"):
            _send(context, "DELETE", "/api/own/pause", None, done)
    elif st.button(
        context.text(texts.own.PAUSE), icon=":material/pause:", key="own_pause", disabled=not page.is_recognised
    ):
        _send(context, "POST", "/api/own/pause", None, done)


def _show_stored(context: PageContext, page: OwnPage) -> None:
    st.html(html.subheading(context.text(texts.own.STORED)))
    st.html(html.small(context.text(texts.own.NO_PICTURES)))
    rows = [
        (
            context.text(texts.own.KINDS[item.kind]),
            f"{item.count:,}",
            context.text(texts.own.DAYS, days=item.days) if item.days else context.text(texts.own.UNTIL_ERASED),
        )
        for item in page.stored
    ]
    header = [context.text(name) for name in (texts.own.WHAT, texts.own.COUNT, texts.own.KEPT_FOR)]
    st.html(html.table(header, rows, numbers=frozenset({1})))
    st.html(html.subheading(context.text(texts.own.ALERTS)))
    if not page.alerts:
        st.html(html.empty(context.text(texts.own.NO_ALERTS)))
        return
    alerts = [
        (
            context.date_and_time(alert.timestamp),
            context.text(texts.alerts.SEVERITIES.get(alert.severity or "", texts.alerts.SEVERITY_UNKNOWN)),
            context.text(texts.alerts.ALERT_STATUSES.get(alert.status, texts.common.NOT_SET)),
        )
        for alert in page.alerts
    ]
    header = [context.text(name) for name in (texts.access.WHEN, texts.own.WHAT, texts.common.STATE)]
    st.html(html.table(header, alerts, numbers=frozenset()))


def _show_accesses(context: PageContext, accesses: list[AccessRecord]) -> None:
    st.html(html.subheading(context.text(texts.own.READERS)))
    rows = [
        (
            context.date_and_time(access.timestamp),
            access.user_id or context.text(texts.access.WITHOUT_ACCOUNT),
            _name_action(context, access.action),
        )
        for access in accesses
    ]
    header = [context.text(name) for name in (texts.access.WHEN, texts.access.WHO, texts.access.WHAT)]
    st.html(html.table(header, rows, numbers=frozenset()))


def _name_action(context: PageContext, action: str) -> str:
    known = ACTIONS.get(action)
    return context.text(known) if known else action


def _show_correction(context: PageContext, page: OwnPage) -> None:
    st.html(html.subheading(context.text(texts.own.CORRECT)))
    st.html(html.small(context.text(texts.own.CORRECT_NOTE)))
    with st.form("own_correction", border=False):
        detail = st.text_area(context.text(texts.own.DETAIL), max_chars=2000, height=90, key="own_detail")
        if st.form_submit_button(context.text(texts.own.SEND), icon=":material/edit_note:") and detail.strip():
            wanted = CorrectionNew(detail=detail.strip())
            _send(context, "POST", "/api/own/requests", wanted, context.text(texts.own.REQUESTED))
    if page.requests:
        header = [context.text(name) for name in (texts.access.WHEN, texts.own.DETAIL, texts.own.ANSWER)]
        waiting = context.text(texts.own.WAITING)
        rows = [(context.date_and_time(own.created_at), own.detail, own.reason or waiting) for own in page.requests]
        st.html(html.table(header, rows, numbers=frozenset()))


def _show_withdrawal(context: PageContext, page: OwnPage) -> None:
    if not page.consent_given:
        return
    st.html(html.subheading(context.text(texts.own.WITHDRAW)))
    st.html(html.small(context.text(texts.own.WITHDRAW_NOTE)))
    with st.form("own_withdrawal", border=False):
        typed = st.text_input(context.text(texts.own.TYPE_CODE, code=page.employee_code), key="own_code")
        sent = st.form_submit_button(context.text(texts.own.WITHDRAW), icon=":material/person_off:")
    if not sent:
        return
    if typed.strip().casefold() != page.employee_code.casefold():
        st.warning(context.text(texts.own.WRONG_CODE))
        return
    _send(context, "POST", "/api/own/withdraw", None, context.text(texts.own.CHANGED))
