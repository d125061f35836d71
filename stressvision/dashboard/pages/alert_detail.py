"""One alert with its history, opened over the list: notes are added here, and silence is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import texts
from stressvision.dashboard.alert_card import name_subject, show_card, show_history
from stressvision.dashboard.attendant import USER_LIMIT, known_attendant, remember_attendant
from stressvision.dashboard.screen import Screen
from stressvision.wire.alerts import AlertDetail, SilenceRequest

NOTES_LIMIT = 4000
REASON_LIMIT = 500


@dataclass(frozen=True)
class Opened:
    """The detail that is open; it is looked up once, for each look is recorded."""

    detail: AlertDetail


def show_detail(
    screen: Screen, opened: Opened, replace: Callable[[Opened], None], finish: Callable[[str], None]
) -> None:
    """`replace`: shows the detail anew. `finish`: closes it, and says what was done."""
    detail = opened.detail
    show_card(screen, detail)
    show_history(screen, detail)
    who = known_attendant() or st.text_input(
        screen.say(texts.alerts.ATTENDANT),
        placeholder=screen.say(texts.alerts.ATTENDANT_HINT),
        help=screen.say(texts.alerts.ATTENDANT_HELP),
        max_chars=USER_LIMIT,
        key="detail_attendant",
    )
    with st.form("note", border=False, clear_on_submit=True):
        notes = st.text_area(
            screen.say(texts.alerts.NEW_NOTE),
            placeholder=screen.say(texts.alerts.NOTES_HINT),
            max_chars=NOTES_LIMIT,
            height=90,
            key="detail_note",
        )
        if st.form_submit_button(screen.say(texts.alerts.ADD_NOTE), icon=":material/edit_note:"):
            _add_note(screen, detail, who.strip(), notes.strip(), replace)
    with (
        st.expander(
            screen.say(texts.alerts.SILENCE, who=name_subject(screen, detail)), icon=":material/notifications_off:"
        ),
        st.form("silence", border=False),
    ):
        span = st.segmented_control(
            screen.say(texts.alerts.SILENCE_SPAN),
            list(texts.alerts.SILENCE_SPANS),
            default=60,
            required=True,
            format_func=lambda minutes: screen.say(texts.alerts.SILENCE_SPANS[minutes]),
            key="silence_span",
        )
        reason = st.text_input(
            screen.say(texts.alerts.SILENCE_REASON),
            placeholder=screen.say(texts.alerts.SILENCE_REASON_HINT),
            max_chars=REASON_LIMIT,
            key="silence_reason",
        )
        if st.form_submit_button(screen.say(texts.alerts.BEGIN_SILENCE)):
            _begin_silence(screen, detail, who.strip(), reason.strip(), timedelta(minutes=span), finish)


def _add_note(screen: Screen, detail: AlertDetail, who: str, notes: str, replace: Callable[[Opened], None]) -> None:
    if not _is_complete(screen, who, notes):
        return
    try:
        changed = screen.backend.note(detail.id, who, notes)
    except StressVisionError as error:
        _refuse(screen, detail, error)
        return
    remember_attendant(who)
    replace(Opened(changed))


def _begin_silence(
    screen: Screen, detail: AlertDetail, who: str, reason: str, span: timedelta, finish: Callable[[str], None]
) -> None:
    if not _is_complete(screen, who, reason):
        return
    ends_at = screen.clock() + span
    wanted = SilenceRequest(
        employee_id=detail.employee_id, device_id=detail.device_id, ends_at=ends_at, reason=reason, user_id=who
    )
    try:
        screen.backend.begin_silence(wanted)
    except StressVisionError as error:
        _refuse(screen, detail, error)
        return
    remember_attendant(who)
    finish(screen.say(texts.alerts.SILENCE_BEGUN, time=screen.date_and_time(ends_at)))


def _is_complete(screen: Screen, who: str, words: str) -> bool:
    if not who:
        st.warning(screen.say(texts.alerts.ATTENDANT_MISSING))
    elif not words:
        st.warning(screen.say(texts.alerts.WORDS_MISSING))
    return bool(who and words)


def _refuse(screen: Screen, detail: AlertDetail, error: StressVisionError) -> None:
    reason = error.message.text(screen.language)
    st.warning(screen.say(texts.alerts.REFUSED, id=detail.id, reason=reason))
