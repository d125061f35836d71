"""Alertas: the list of alerts, and the decisions on them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from stressvision.core.errors import Conflict, StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user, remember_acting_user, show_acting_user
from stressvision.dashboard.alert_card import describe_alert, name_subject, show_card
from stressvision.dashboard.client import AlertFilter, AlertSubject
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.alert_detail import NOTES_LIMIT, OpenedAlert, show_detail
from stressvision.dashboard.pages.alert_notices import show_silences, show_troubled_devices, show_undelivered
from stressvision.wire.alerts import Alert

REFRESH_SECONDS = 3
PAGE_ALERTS = 20
NOTICES_SECONDS = 10
OUTCOME_SPAN = timedelta(seconds=12)
FILTERS: tuple[AlertFilter, ...] = ("pending", "acknowledged", "resolved", "all")
SUBJECTS: tuple[AlertSubject, ...] = ("people", "devices")
LINK_PARAMETER = "alerta"
"""Query parameter with the id of the alert that a notification links to."""

# Keys of the session state.
OUTCOME = "alert_outcome"
DIALOG = "alert_dialog"
SHOWN = "alerts_shown"
OPENED_LINK = "alert_link_opened"

Action = Literal["acknowledge", "resolve"]


@dataclass(frozen=True)
class DecisionDialog:
    """The open dialog: which alert, and which decision on it. `conflict`: why the decision came too late."""

    action: Action
    alert: Alert
    conflict: str = ""


@dataclass(frozen=True)
class DecisionOutcome:
    """The confirmation or refusal of the last decision, shown for OUTCOME_SPAN."""

    at: datetime
    done: bool
    sentence: str


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.ALERTS)))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        chosen = st.segmented_control(
            context.text(texts.alerts.STATUS_FILTER),
            FILTERS,
            default="pending",
            required=True,
            format_func=lambda status: context.text(texts.alerts.ALERT_FILTERS[status]),
            label_visibility="collapsed",
            key="alert_filter",
            on_change=_reset_list,
        )
        about = st.segmented_control(
            context.text(texts.alerts.SUBJECT_FILTER),
            SUBJECTS,
            default="people",
            required=True,
            format_func=lambda subject: context.text(texts.alerts.SUBJECTS[subject]),
            label_visibility="collapsed",
            key="alert_subject",
            on_change=_reset_list,
        )
        show_acting_user(context)
    _notices(context, about)
    _list(context, chosen, about)
    _follow_link(context)
    # Outside the refreshing list: a refresh must not discard notes being typed.
    dialog = st.session_state.get(DIALOG)
    if isinstance(dialog, DecisionDialog):
        title = texts.alerts.RESOLVE_TITLE if dialog.action == "resolve" else texts.alerts.ACKNOWLEDGE_TITLE
        st.dialog(context.text(title), on_dismiss=_close_dialog)(_show_decision_dialog)(context, dialog)
    elif isinstance(dialog, OpenedAlert):
        title = texts.alerts.OPEN_TITLE
        st.dialog(context.text(title), width="large", on_dismiss=_close_dialog)(_show_opened)(context, dialog)


@st.fragment(run_every=NOTICES_SECONDS)
def _notices(context: PageContext, about: AlertSubject) -> None:
    # The list below reports an unreachable backend; one message is enough.
    with suppress(StressVisionError):
        show_undelivered(context)
        if about == "people":
            show_troubled_devices(context)
        show_silences(context)


@st.fragment(run_every=REFRESH_SECONDS)
def _list(context: PageContext, status: AlertFilter, about: AlertSubject) -> None:
    _show_outcome(context)
    with show_errors(context):
        limit = int(st.session_state.get(SHOWN, PAGE_ALERTS))
        answer = context.backend.alerts(status, limit, about)
        if not answer.alerts:
            nothing = texts.alerts.NO_ALERTS[status] if about == "people" else texts.alerts.NO_DEVICE_ALERTS
            st.html(html.empty(context.text(nothing)))
        for alert in answer.alerts:
            _show_alert(context, alert)
        if answer.total > len(answer.alerts):
            shown = context.text(texts.common.SHOWN_OF, shown=len(answer.alerts), total=f"{answer.total:,}")
            st.html(html.small(shown))
            if len(answer.alerts) == limit and st.button(context.text(texts.alerts.SHOW_MORE)):
                st.session_state[SHOWN] = limit + PAGE_ALERTS
                st.rerun()


def _show_alert(context: PageContext, alert: Alert) -> None:
    with st.container(border=True, key=f"alert_{alert.id}"):
        show_card(context, alert)
        with st.container(horizontal=True):
            _show_decisions(context, alert)
            if st.button(
                context.text(texts.alerts.OPEN), key=f"open_{alert.id}", icon=":material/history:", type="tertiary"
            ):
                _open_detail(context, alert.id)
                st.rerun()


def _show_decisions(context: PageContext, alert: Alert, place: str = "") -> None:
    """Render the decisions that the alert's status allows. `place`: prefix of the buttons' keys."""
    if alert.status == "pending" and st.button(
        context.text(texts.alerts.ACKNOWLEDGE),
        key=f"{place}acknowledge_{alert.id}",
        icon=":material/check:",
        type="primary",
    ):
        _start_decision(context, DecisionDialog("acknowledge", alert))
    if alert.status != "resolved" and st.button(
        context.text(texts.alerts.RESOLVE), key=f"{place}resolve_{alert.id}", icon=":material/task_alt:"
    ):
        _start_decision(context, DecisionDialog("resolve", alert))


def _show_opened(context: PageContext, opened: OpenedAlert) -> None:
    with st.container(horizontal=True):
        _show_decisions(context, opened.detail, "opened_")
    show_detail(context, opened, _replace_opened, lambda sentence: _finish_dialog(context, sentence))


def _open_detail(context: PageContext, alert_id: int) -> None:
    try:
        st.session_state[DIALOG] = OpenedAlert(context.backend.alert(alert_id))
    except StressVisionError as error:
        _store_outcome(context, False, error.message.text(context.language))


def _follow_link(context: PageContext) -> None:
    """Open the alert that the address names, once."""
    wanted = st.query_params.get(LINK_PARAMETER, "")
    if wanted.isdecimal() and st.session_state.get(OPENED_LINK) != wanted:
        st.session_state[OPENED_LINK] = wanted
        _open_detail(context, int(wanted))


def _replace_opened(opened: OpenedAlert) -> None:
    st.session_state[DIALOG] = opened
    st.rerun()


def _finish_dialog(context: PageContext, sentence: str) -> None:
    _store_outcome(context, True, sentence)
    _close_dialog()
    st.rerun()


def _start_decision(context: PageContext, dialog: DecisionDialog) -> None:
    """Acknowledge at once where the user is known; otherwise open the dialog."""
    user_id = acting_user()
    if dialog.action == "acknowledge" and user_id:
        _close_dialog()
        try:
            sentence = _decide(context, dialog, user_id, None)
        except StressVisionError as error:
            reason = error.message.text(context.language)
            _store_outcome(context, False, context.markdown(texts.alerts.REFUSED, id=dialog.alert.id, reason=reason))
        else:
            _store_outcome(context, True, sentence)
    else:
        st.session_state[DIALOG] = dialog
    st.rerun()


def _show_decision_dialog(context: PageContext, dialog: DecisionDialog) -> None:
    st.html(html.small(f"{name_subject(context, dialog.alert)} · {describe_alert(context, dialog.alert)}"))
    user_id = acting_user()
    with st.form("decision", border=False):
        if not user_id:
            user_id = st.text_input(
                context.text(texts.alerts.ACTING_USER),
                placeholder=context.text(texts.alerts.ACTING_USER_HINT),
                max_chars=USER_LIMIT,
                key="user_id_field",
            )
            st.html(html.small(context.text(texts.alerts.ACTING_USER_HELP)))
        notes = ""
        if dialog.action == "resolve" or dialog.conflict:
            notes = st.text_area(
                context.text(texts.alerts.NOTES),
                placeholder=context.text(texts.alerts.NOTES_HINT),
                max_chars=NOTES_LIMIT,
                height=140,
                key=f"notes_{dialog.alert.id}",
            )
        label = texts.alerts.RESOLVE if dialog.action == "resolve" else texts.alerts.ACKNOWLEDGE
        if dialog.conflict:
            st.warning(context.markdown(texts.alerts.CONFLICT, reason=dialog.conflict))
            submitted = st.form_submit_button(context.text(texts.alerts.ADD_NOTE), type="primary")
        else:
            submitted = st.form_submit_button(context.text(label), type="primary")
    if not submitted:
        return
    if dialog.conflict and not notes.strip():
        st.warning(context.text(texts.alerts.WORDS_MISSING))
        return
    if not user_id.strip():
        st.warning(context.text(texts.alerts.ACTING_USER_MISSING))
        return
    try:
        sentence = _decide(context, dialog, user_id.strip(), notes.strip() or None)
    except Conflict as error:
        remember_acting_user(user_id.strip())
        st.session_state[DIALOG] = replace(dialog, conflict=error.message.text(context.language))
        st.rerun()
    except StressVisionError as error:
        reason = error.message.text(context.language)
        st.warning(context.markdown(texts.alerts.REFUSED, id=dialog.alert.id, reason=reason))
        return
    remember_acting_user(user_id.strip())
    _store_outcome(context, True, sentence)
    _close_dialog()
    st.rerun()


def _decide(context: PageContext, dialog: DecisionDialog, user_id: str, notes: str | None) -> str:
    """Send the decision and return its confirmation."""
    alert, subject = dialog.alert, name_subject(context, dialog.alert)
    if dialog.conflict:
        context.backend.add_note(alert.id, user_id, notes or "")
        return context.markdown(texts.alerts.NOTE_ADDED, id=alert.id, subject=subject)
    if dialog.action == "resolve":
        context.backend.resolve(alert.id, user_id, notes, alert.version)
        return context.markdown(texts.alerts.RESOLVED, id=alert.id, subject=subject)
    context.backend.acknowledge(alert.id, user_id, alert.version)
    return context.markdown(texts.alerts.ACKNOWLEDGED, id=alert.id, subject=subject)


def _close_dialog() -> None:
    st.session_state.pop(DIALOG, None)


def _store_outcome(context: PageContext, done: bool, sentence: str) -> None:
    st.session_state[OUTCOME] = DecisionOutcome(context.clock(), done, sentence)


def _show_outcome(context: PageContext) -> None:
    outcome = st.session_state.get(OUTCOME)
    if isinstance(outcome, DecisionOutcome) and context.clock() - outcome.at < OUTCOME_SPAN:
        (st.success if outcome.done else st.warning)(outcome.sentence)


def _reset_list() -> None:
    for key in (OUTCOME, SHOWN):
        st.session_state.pop(key, None)
