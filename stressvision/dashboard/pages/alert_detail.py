"""One alert with its history in a dialog: add a note, or silence its subject."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user, remember_acting_user
from stressvision.dashboard.alert_card import name_subject, show_card, show_history
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.alerts import AlertDetail, SilenceRequest

NOTES_LIMIT = 4000
REASON_LIMIT = 500


@dataclass(frozen=True)
class OpenedAlert:
    """The detail in the dialog. It is requested once, because each request is audited."""

    detail: AlertDetail


def show_detail(
    context: PageContext, opened: OpenedAlert, replace: Callable[[OpenedAlert], None], finish: Callable[[str], None]
) -> None:
    """Render the dialog. `replace`: opens the changed detail. `finish`: closes the dialog with a confirmation."""
    detail = opened.detail
    show_card(context, detail)
    show_history(context, detail)
    user_id = acting_user() or st.text_input(
        context.text(texts.alerts.ACTING_USER),
        placeholder=context.text(texts.alerts.ACTING_USER_HINT),
        help=context.text(texts.alerts.ACTING_USER_HELP),
        max_chars=USER_LIMIT,
        key="detail_user_id",
    )
    with st.form("note", border=False, clear_on_submit=True):
        notes = st.text_area(
            context.text(texts.alerts.NEW_NOTE),
            placeholder=context.text(texts.alerts.NOTES_HINT),
            max_chars=NOTES_LIMIT,
            height=90,
            key="detail_note",
        )
        if st.form_submit_button(context.text(texts.alerts.ADD_NOTE), icon=":material/edit_note:"):
            _add_note(context, detail, user_id.strip(), notes.strip(), replace)
    with (
        st.expander(
            context.text(texts.alerts.SILENCE, subject=name_subject(context, detail)),
            icon=":material/notifications_off:",
        ),
        st.form("silence", border=False),
    ):
        span = st.segmented_control(
            context.text(texts.alerts.SILENCE_SPAN),
            list(texts.alerts.SILENCE_SPANS),
            default=60,
            required=True,
            format_func=lambda minutes: context.text(texts.alerts.SILENCE_SPANS[minutes]),
            key="silence_span",
        )
        reason = st.text_input(
            context.text(texts.alerts.SILENCE_REASON),
            placeholder=context.text(texts.alerts.SILENCE_REASON_HINT),
            max_chars=REASON_LIMIT,
            key="silence_reason",
        )
        if st.form_submit_button(context.text(texts.alerts.BEGIN_SILENCE)):
            _begin_silence(context, detail, user_id.strip(), reason.strip(), timedelta(minutes=span), finish)


def _add_note(
    context: PageContext, detail: AlertDetail, user_id: str, notes: str, replace: Callable[[OpenedAlert], None]
) -> None:
    if not _is_complete(context, user_id, notes):
        return
    try:
        changed = context.backend.add_note(detail.id, user_id, notes)
    except StressVisionError as error:
        _refuse(context, detail, error)
        return
    remember_acting_user(user_id)
    replace(OpenedAlert(changed))


def _begin_silence(
    context: PageContext, detail: AlertDetail, user_id: str, reason: str, span: timedelta, finish: Callable[[str], None]
) -> None:
    if not _is_complete(context, user_id, reason):
        return
    ends_at = context.clock() + span
    wanted = SilenceRequest(
        employee_id=detail.employee_id, device_id=detail.device_id, ends_at=ends_at, reason=reason, user_id=user_id
    )
    try:
        context.backend.begin_silence(wanted)
    except StressVisionError as error:
        _refuse(context, detail, error)
        return
    remember_acting_user(user_id)
    finish(context.text(texts.alerts.SILENCE_BEGUN, time=context.date_and_time(ends_at)))


def _is_complete(context: PageContext, user_id: str, words: str) -> bool:
    if not user_id:
        st.warning(context.text(texts.alerts.ACTING_USER_MISSING))
    elif not words:
        st.warning(context.text(texts.alerts.WORDS_MISSING))
    return bool(user_id and words)


def _refuse(context: PageContext, detail: AlertDetail, error: StressVisionError) -> None:
    reason = error.message.text(context.language)
    st.warning(context.markdown(texts.alerts.REFUSED, id=detail.id, reason=reason))
