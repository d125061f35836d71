"""Alertas: who may need attention, and what was done about it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import blocks, texts
from stressvision.dashboard.alert_card import name_subject, show_card
from stressvision.dashboard.attendant import USER_LIMIT, known_attendant, remember_attendant, show_attendant
from stressvision.dashboard.client import AlertFilter, AlertSubject
from stressvision.dashboard.pages.alert_detail import NOTES_LIMIT, Opened, show_detail
from stressvision.dashboard.pages.alert_margin import show_silences, show_troubled_devices, show_undelivered
from stressvision.dashboard.screen import Screen, told
from stressvision.wire.alerts import Alert

REFRESH_SECONDS = 3
PAGE_ALERTS = 20
MARGIN_SECONDS = 10
OUTCOME_SPAN = timedelta(seconds=12)
FILTERS: tuple[AlertFilter, ...] = ("pending", "acknowledged", "resolved", "all")
SUBJECTS: tuple[AlertSubject, ...] = ("people", "devices")
LINKED = "alerta"
"""Parameter of the address: the alert that a message linked to."""

# Keys of the session state.
OUTCOME = "alert_outcome"
QUESTION = "alert_question"
SHOWN = "alerts_shown"
FOLLOWED = "alert_link_followed"

Action = Literal["acknowledge", "resolve"]


@dataclass(frozen=True)
class Question:
    """What is being asked in the dialog: who acknowledges, or who resolves and with which notes."""

    action: Action
    alert: Alert


@dataclass(frozen=True)
class DecisionOutcome:
    at: datetime
    done: bool
    sentence: str


def render(screen: Screen) -> None:
    st.html(blocks.heading(screen.say(texts.common.ALERTS)))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        chosen = st.segmented_control(
            screen.say(texts.alerts.STATUS_FILTER),
            FILTERS,
            default="pending",
            required=True,
            format_func=lambda status: screen.say(texts.alerts.ALERT_FILTERS[status]),
            label_visibility="collapsed",
            key="alert_filter",
            on_change=_forget,
        )
        about = st.segmented_control(
            screen.say(texts.alerts.SUBJECT_FILTER),
            SUBJECTS,
            default="people",
            required=True,
            format_func=lambda subject: screen.say(texts.alerts.SUBJECTS[subject]),
            label_visibility="collapsed",
            key="alert_subject",
            on_change=_forget,
        )
        show_attendant(screen)
    _margin(screen, about)
    _list(screen, chosen, about)
    _follow_link(screen)
    # Outside the refreshing list: a refresh must never touch the notes being typed.
    question = st.session_state.get(QUESTION)
    if isinstance(question, Question):
        title = texts.alerts.RESOLVE_TITLE if question.action == "resolve" else texts.alerts.ACKNOWLEDGE_TITLE
        st.dialog(screen.say(title), on_dismiss=_close_question)(_ask)(screen, question)
    elif isinstance(question, Opened):
        title = texts.alerts.OPEN_TITLE
        st.dialog(screen.say(title), width="large", on_dismiss=_close_question)(show_detail)(
            screen, question, _replace_opened, lambda sentence: _finish(screen, sentence)
        )


@st.fragment(run_every=MARGIN_SECONDS)
def _margin(screen: Screen, about: AlertSubject) -> None:
    # What keeps the backend from answering is said once, by the list below.
    with suppress(StressVisionError):
        show_undelivered(screen)
        if about == "people":
            show_troubled_devices(screen)
        show_silences(screen)


@st.fragment(run_every=REFRESH_SECONDS)
def _list(screen: Screen, status: AlertFilter, about: AlertSubject) -> None:
    _show_outcome(screen)
    with told(screen):
        limit = int(st.session_state.get(SHOWN, PAGE_ALERTS))
        answer = screen.backend.alerts(status, limit, about)
        if not answer.alerts:
            nothing = texts.alerts.NO_ALERTS[status] if about == "people" else texts.alerts.NO_DEVICE_ALERTS
            st.html(blocks.empty(screen.say(nothing)))
        for alert in answer.alerts:
            _show_alert(screen, alert)
        if answer.total > len(answer.alerts):
            shown = screen.say(texts.common.SHOWN_OF, shown=len(answer.alerts), total=f"{answer.total:,}")
            st.html(blocks.small(shown))
            if len(answer.alerts) == limit and st.button(screen.say(texts.alerts.SHOW_MORE)):
                st.session_state[SHOWN] = limit + PAGE_ALERTS
                st.rerun()


def _show_alert(screen: Screen, alert: Alert) -> None:
    with st.container(border=True, key=f"alert_{alert.id}"):
        show_card(screen, alert)
        with st.container(horizontal=True):
            if alert.status == "pending" and st.button(
                screen.say(texts.alerts.ACKNOWLEDGE),
                key=f"acknowledge_{alert.id}",
                icon=":material/check:",
                type="primary",
            ):
                _begin(screen, Question("acknowledge", alert))
            if alert.status != "resolved" and st.button(
                screen.say(texts.alerts.RESOLVE), key=f"resolve_{alert.id}", icon=":material/task_alt:"
            ):
                _begin(screen, Question("resolve", alert))
            if st.button(
                screen.say(texts.alerts.OPEN), key=f"open_{alert.id}", icon=":material/history:", type="tertiary"
            ):
                _open(screen, alert.id)
                st.rerun()


def _open(screen: Screen, alert_id: int) -> None:
    try:
        st.session_state[QUESTION] = Opened(screen.backend.alert(alert_id))
    except StressVisionError as error:
        _remember(screen, False, error.message.text(screen.language))


def _follow_link(screen: Screen) -> None:
    """Opens the alert that the address names, once."""
    wanted = st.query_params.get(LINKED, "")
    if wanted.isdecimal() and st.session_state.get(FOLLOWED) != wanted:
        st.session_state[FOLLOWED] = wanted
        _open(screen, int(wanted))


def _replace_opened(opened: Opened) -> None:
    st.session_state[QUESTION] = opened
    st.rerun()


def _finish(screen: Screen, sentence: str) -> None:
    _remember(screen, True, sentence)
    _close_question()
    st.rerun()


def _begin(screen: Screen, question: Question) -> None:
    """Acknowledging needs no more than knowing who does it; everything else is asked."""
    attendant = known_attendant()
    if question.action == "acknowledge" and attendant:
        try:
            sentence = _decide(screen, question, attendant, None)
        except StressVisionError as error:
            reason = error.message.text(screen.language)
            _remember(screen, False, screen.say(texts.alerts.REFUSED, id=question.alert.id, reason=reason))
        else:
            _remember(screen, True, sentence)
    else:
        st.session_state[QUESTION] = question
    st.rerun()


def _ask(screen: Screen, question: Question) -> None:
    st.html(blocks.small(f"{name_subject(screen, question.alert)} · {question.alert.description or ''}"))
    attendant = known_attendant()
    with st.form("decision", border=False):
        if not attendant:
            attendant = st.text_input(
                screen.say(texts.alerts.ATTENDANT),
                placeholder=screen.say(texts.alerts.ATTENDANT_HINT),
                max_chars=USER_LIMIT,
                key="attendant_field",
            )
            st.html(blocks.small(screen.say(texts.alerts.ATTENDANT_HELP)))
        notes = ""
        if question.action == "resolve":
            notes = st.text_area(
                screen.say(texts.alerts.NOTES),
                placeholder=screen.say(texts.alerts.NOTES_HINT),
                max_chars=NOTES_LIMIT,
                height=140,
                key=f"notes_{question.alert.id}",
            )
        label = texts.alerts.RESOLVE if question.action == "resolve" else texts.alerts.ACKNOWLEDGE
        submitted = st.form_submit_button(screen.say(label), type="primary")
    if not submitted:
        return
    if not attendant.strip():
        st.warning(screen.say(texts.alerts.ATTENDANT_MISSING))
        return
    try:
        sentence = _decide(screen, question, attendant.strip(), notes.strip() or None)
    except StressVisionError as error:
        reason = error.message.text(screen.language)
        st.warning(screen.say(texts.alerts.REFUSED, id=question.alert.id, reason=reason))
        return
    remember_attendant(attendant.strip())
    _remember(screen, True, sentence)
    _close_question()
    st.rerun()


def _decide(screen: Screen, question: Question, user_id: str, notes: str | None) -> str:
    """Tells the backend, and says what became of it."""
    if question.action == "resolve":
        screen.backend.resolve(question.alert.id, user_id, notes)
        return screen.say(texts.alerts.RESOLVED, id=question.alert.id)
    screen.backend.acknowledge(question.alert.id, user_id)
    return screen.say(texts.alerts.ACKNOWLEDGED, id=question.alert.id)


def _close_question() -> None:
    st.session_state.pop(QUESTION, None)


def _remember(screen: Screen, done: bool, sentence: str) -> None:
    st.session_state[OUTCOME] = DecisionOutcome(screen.clock(), done, sentence)


def _show_outcome(screen: Screen) -> None:
    outcome = st.session_state.get(OUTCOME)
    if isinstance(outcome, DecisionOutcome) and screen.clock() - outcome.at < OUTCOME_SPAN:
        (st.success if outcome.done else st.warning)(outcome.sentence)


def _forget() -> None:
    for key in (OUTCOME, SHOWN):
        st.session_state.pop(key, None)
