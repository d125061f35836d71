"""Alertas: who may need attention, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import streamlit as st

from stressvision.dashboard import blocks, texts
from stressvision.dashboard.client import AlertFilter
from stressvision.dashboard.palette import QUIET, SEVERITIES
from stressvision.dashboard.screen import Screen, told
from stressvision.errors import StressVisionError
from stressvision.wire.backend import Alert

REFRESH_SECONDS = 3
PAGE_ALERTS = 20
USER_LIMIT = 100
NOTES_LIMIT = 4000
OUTCOME_SPAN = timedelta(seconds=12)
FILTERS: tuple[AlertFilter, ...] = ("pending", "acknowledged", "resolved", "all")

# Keys of the session state.
ATTENDANT = "attendant"
OUTCOME = "alert_outcome"
QUESTION = "alert_question"
SHOWN = "alerts_shown"

Action = Literal["acknowledge", "resolve"]


@dataclass(frozen=True)
class Question:
    """What is being asked in the dialog: who acknowledges, or who resolves and with which notes."""

    action: Action
    alert: Alert


@dataclass(frozen=True)
class Outcome:
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
        _show_attendant(screen)
    _list(screen, chosen)
    # Outside the refreshing list: a refresh must never touch the notes being typed.
    question = st.session_state.get(QUESTION)
    if isinstance(question, Question):
        title = texts.alerts.RESOLVE_TITLE if question.action == "resolve" else texts.alerts.ACKNOWLEDGE_TITLE
        st.dialog(screen.say(title), on_dismiss=_close_question)(_ask)(screen, question)


@st.fragment(run_every=REFRESH_SECONDS)
def _list(screen: Screen, status: AlertFilter) -> None:
    _show_outcome(screen)
    with told(screen):
        limit = int(st.session_state.get(SHOWN, PAGE_ALERTS))
        answer = screen.backend.alerts(status, limit)
        if not answer.alerts:
            st.html(blocks.empty(screen.say(texts.alerts.NO_ALERTS[status])))
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
        st.html(blocks.alert(_card(screen, alert)))
        if alert.status == "resolved":
            return
        with st.container(horizontal=True):
            if alert.status == "pending" and st.button(
                screen.say(texts.alerts.ACKNOWLEDGE),
                key=f"acknowledge_{alert.id}",
                icon=":material/check:",
                type="primary",
            ):
                _begin(screen, Question("acknowledge", alert))
            if st.button(screen.say(texts.alerts.RESOLVE), key=f"resolve_{alert.id}", icon=":material/task_alt:"):
                _begin(screen, Question("resolve", alert))


def _card(screen: Screen, alert: Alert) -> blocks.AlertCard:
    severity = texts.alerts.SEVERITIES.get(alert.severity or "", texts.alerts.SEVERITY_UNKNOWN)
    status = texts.alerts.ALERT_STATUSES.get(alert.status)
    evidence = screen.say(texts.alerts.NO_EVIDENCE)
    if alert.evidence_events is not None:
        evidence = screen.say(
            texts.alerts.EVIDENCE,
            events=f"{alert.evidence_events:,}",
            total=f"{alert.evidence_total:,}" if alert.evidence_total is not None else screen.say(texts.common.NOT_SET),
            confidence=screen.percent(alert.evidence_confidence),
        )
    return blocks.AlertCard(
        severity=blocks.Chip(SEVERITIES.get(alert.severity or "", QUIET), screen.say(severity)),
        status=screen.say(status) if status else alert.status,
        who=_who(screen, alert),
        when=f"{screen.date_and_time(alert.timestamp)} · {screen.ago(alert.timestamp)}",
        description=alert.description or "",
        evidence=evidence,
        decisions=[
            screen.say(message, user=user, time=screen.date_and_time(moment))
            for message, user, moment in (
                (texts.alerts.ACKNOWLEDGED_BY, alert.acknowledged_by, alert.acknowledged_at),
                (texts.alerts.RESOLVED_BY, alert.resolved_by, alert.resolved_at),
            )
            if user and moment
        ],
        notes=alert.resolution_notes or "",
    )


def _who(screen: Screen, alert: Alert) -> str:
    if alert.employee_name is None:
        return screen.say(texts.alerts.ALERT_NUMBER, id=alert.id)
    return f"{alert.employee_name} · {alert.employee_code}" if alert.employee_code else alert.employee_name


def _begin(screen: Screen, question: Question) -> None:
    """Acknowledging needs no more than knowing who does it; everything else is asked."""
    attendant = st.session_state.get(ATTENDANT)
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
    st.html(blocks.small(f"{_who(screen, question.alert)} · {question.alert.description or ''}"))
    attendant = st.session_state.get(ATTENDANT, "")
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
    st.session_state[ATTENDANT] = attendant.strip()
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
    st.session_state[OUTCOME] = Outcome(screen.clock(), done, sentence)


def _show_outcome(screen: Screen) -> None:
    outcome = st.session_state.get(OUTCOME)
    if isinstance(outcome, Outcome) and screen.clock() - outcome.at < OUTCOME_SPAN:
        (st.success if outcome.done else st.warning)(outcome.sentence)


def _forget() -> None:
    for key in (OUTCOME, SHOWN):
        st.session_state.pop(key, None)


def _show_attendant(screen: Screen) -> None:
    attendant = st.session_state.get(ATTENDANT)
    if not attendant:
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.html(blocks.small(screen.say(texts.alerts.ATTENDING_AS, user=attendant)), width="content")
        if st.button(screen.say(texts.alerts.CHANGE_ATTENDANT), type="tertiary"):
            del st.session_state[ATTENDANT]
            st.rerun()
