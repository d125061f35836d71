"""The forms of the drawer: acknowledge, note, resolve, pause."""

from contextlib import suppress
from datetime import timedelta

import streamlit as st

from stressvision.core.errors import Conflict, StressVisionError
from stressvision.dashboard import texts
from stressvision.dashboard.acting_user import remember_acting_user
from stressvision.dashboard.alert_card import name_subject
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages.alerts import decisions, requests
from stressvision.dashboard.pages.alerts.drawer import (
    OpenedAlert,
    Panel,
    change_drawer,
    close_drawer,
    current_drawer,
    show_background,
    show_head,
    stated_user,
)
from stressvision.domain.alerts import Outcome
from stressvision.wire.alerts import AlertDetail, SilenceRequest

NOTES_LIMIT = 4000
REASON_LIMIT = 500


def show_drawer(context: PageContext) -> None:
    """Render the drawer with the open alert."""
    opened = current_drawer()
    if opened is None:
        st.rerun()
    show_head(context, opened)
    _show_buttons(context, opened.detail)
    if opened.panel in {"note", "resolve"} or opened.conflict:
        _show_words(context, opened)
    elif opened.panel == "pause":
        _show_pause(context, opened.detail)
    show_background(context, opened)


def _show_buttons(context: PageContext, detail: AlertDetail) -> None:
    with st.container(horizontal=True, key="drawer_buttons"):
        if detail.status == "pending" and st.button(
            context.text(texts.alerts.ACKNOWLEDGE),
            key=f"drawer_acknowledge_{detail.id}",
            type="primary",
            icon=":material/check:",
            shortcut="a",
        ):
            _acknowledge(context, detail)
        panels: list[tuple[Panel, str, str, str]] = [
            ("note", context.text(texts.inbox.NOTE), ":material/edit_note:", "n"),
            ("resolve", context.text(texts.alerts.RESOLVE), ":material/task_alt:", "s"),
            ("pause", context.text(texts.inbox.PAUSE), ":material/notifications_off:", "p"),
        ]
        for panel, label, icon, key in panels:
            if panel == "resolve" and detail.status == "resolved":
                continue
            st.button(
                label,
                key=f"drawer_{panel}_{detail.id}",
                icon=icon,
                shortcut=key,
                on_click=change_drawer,
                kwargs={"panel": panel, "conflict": ""},
            )


def _acknowledge(context: PageContext, detail: AlertDetail) -> None:
    if not _is_named(context):
        return
    remember_acting_user(stated_user())
    decisions.acknowledge(context, [detail])
    close_drawer()
    st.rerun()


def _show_words(context: PageContext, opened: OpenedAlert) -> None:
    """Render the form of a note or a resolution; the script of the page keeps its text until it is stored."""
    detail, is_resolution = opened.detail, opened.panel == "resolve" and not opened.conflict
    name = f"words_{detail.id}"  # one draft: a note that was begun goes on as the note of the resolution
    with st.form(f"form_{name}", border=True):
        outcome: str | None = None
        if is_resolution and detail.device_id is None:
            outcome = st.segmented_control(
                context.text(texts.inbox.OUTCOME),
                [str(item) for item in Outcome],
                format_func=lambda item: context.text(texts.inbox.OUTCOMES[item]),
                help=context.text(texts.inbox.OUTCOME_HELP),
                key=f"outcome_{detail.id}",
            )
        with st.container(key=f"draft_{name}"):
            notes = st.text_area(
                context.text(texts.alerts.NOTES if opened.panel == "resolve" else texts.alerts.NEW_NOTE),
                placeholder=context.text(texts.alerts.NOTES_HINT),
                max_chars=NOTES_LIMIT,
                height=120,
                key=f"notes_{name}",
            )
        if opened.conflict:
            st.warning(context.markdown(texts.alerts.CONFLICT, reason=opened.conflict))
        label = texts.alerts.RESOLVE if is_resolution else texts.alerts.ADD_NOTE
        submitted = st.form_submit_button(context.text(label), type="primary", key=f"submit_{name}")
    if not submitted or not _is_named(context):
        return
    if is_resolution:
        _resolve(context, opened, notes.strip(), outcome)
    elif not notes.strip():
        st.warning(context.text(texts.alerts.WORDS_MISSING))
    else:
        _add_note(context, opened, notes.strip(), name)


def _resolve(context: PageContext, opened: OpenedAlert, notes: str, outcome: str | None) -> None:
    detail = opened.detail
    if outcome is None and detail.device_id is None:
        st.warning(context.text(texts.inbox.OUTCOME_MISSING))
        return
    chosen = Outcome(outcome) if outcome else None
    try:
        resolved = requests.resolve(context.backend, detail, stated_user(), notes, chosen)
    except Conflict as error:
        remember_acting_user(stated_user())
        change_drawer(conflict=error.message.text(context.language))
        _reload(context, detail)
        st.rerun()
    except StressVisionError as error:
        _refuse(context, detail, error)
        return
    remember_acting_user(stated_user())
    sentence = context.text(texts.alerts.RESOLVED, id=detail.id, subject=name_subject(context, detail))
    decisions.store_outcome(context, True, sentence, [resolved])
    decisions.forget_draft(f"words_{detail.id}")
    close_drawer()
    st.rerun()


def _reload(context: PageContext, detail: AlertDetail) -> None:
    """Show the alert as the other user's decision left it; where it cannot be read, it stays as it was."""
    with suppress(StressVisionError):
        change_drawer(detail=context.backend.alert(detail.id))


def _add_note(context: PageContext, opened: OpenedAlert, notes: str, name: str) -> None:
    detail = opened.detail
    try:
        changed = context.backend.add_note(detail.id, stated_user(), notes)
    except StressVisionError as error:
        _refuse(context, detail, error)
        return
    remember_acting_user(stated_user())
    sentence = context.text(texts.alerts.NOTE_ADDED, id=detail.id, subject=name_subject(context, detail))
    decisions.store_outcome(context, True, sentence)
    decisions.forget_draft(name)
    change_drawer(detail=changed, panel="", conflict="")
    st.rerun()


def _show_pause(context: PageContext, detail: AlertDetail) -> None:
    with st.form("silence", border=True):
        st.markdown(f"**{context.markdown(texts.alerts.SILENCE, subject=name_subject(context, detail))}**")
        span = st.segmented_control(
            context.text(texts.alerts.SILENCE_SPAN),
            list(texts.alerts.SILENCE_SPANS),
            default=60,
            required=True,
            format_func=lambda minutes: context.text(texts.alerts.SILENCE_SPANS[minutes]),
            key="silence_span",
        )
        with st.container(key=f"draft_pause_{detail.id}"):
            reason = st.text_input(
                context.text(texts.alerts.SILENCE_REASON),
                placeholder=context.text(texts.alerts.SILENCE_REASON_HINT),
                max_chars=REASON_LIMIT,
                key=f"silence_reason_{detail.id}",
            )
        submitted = st.form_submit_button(context.text(texts.inbox.PAUSE), type="primary", key="submit_silence")
    if not submitted or not _is_named(context):
        return
    if not reason.strip():
        st.warning(context.text(texts.alerts.WORDS_MISSING))
        return
    ends_at = context.clock() + timedelta(minutes=span)
    wanted = SilenceRequest(
        employee_id=detail.employee_id,
        device_id=detail.device_id,
        ends_at=ends_at,
        reason=reason.strip(),
        user_id=stated_user(),
    )
    try:
        context.backend.begin_silence(wanted)
    except StressVisionError as error:
        _refuse(context, detail, error)
        return
    remember_acting_user(stated_user())
    decisions.store_outcome(
        context, True, context.text(texts.alerts.SILENCE_BEGUN, time=context.date_and_time(ends_at))
    )
    decisions.forget_draft(f"pause_{detail.id}")
    close_drawer()
    st.rerun()


def _is_named(context: PageContext) -> bool:
    if not stated_user():
        st.warning(context.text(texts.alerts.ACTING_USER_MISSING))
    return bool(stated_user())


def _refuse(context: PageContext, detail: AlertDetail, error: StressVisionError) -> None:
    reason = error.message.text(context.language)
    subject = name_subject(context, detail)
    st.warning(context.markdown(texts.alerts.REFUSED, id=detail.id, subject=subject, reason=reason))
