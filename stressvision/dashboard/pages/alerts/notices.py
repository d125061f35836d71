"""Messages above the list of alerts: undelivered notifications, silent devices, silences in force."""

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import acting_user
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.alerts import Silence


def show_undelivered(context: PageContext) -> None:
    """Render since when and why notifications are not delivered."""
    queue = context.backend.notifications()
    if queue.failing_since is None:
        return
    error = next((target.last_error for target in queue.targets if target.last_error), "")
    since = context.date_and_time(queue.failing_since)
    st.html(html.notice(context.text(texts.alerts.UNDELIVERED, count=queue.waiting, time=since), error or ""))


def show_troubled_devices(context: PageContext) -> None:
    """Render how many devices send no data: people's alerts cannot cover what no camera sees."""
    troubled = context.backend.alerts("pending", 1, "devices").total
    if troubled:
        st.html(html.small(context.count(troubled, texts.alerts.ONE_TROUBLED, texts.alerts.MANY_TROUBLED)))


def show_silences(context: PageContext) -> None:
    """Render the silences in force, each with a button that ends it."""
    answer = context.backend.silences()
    if not answer.silences:
        return
    title = context.count(answer.total, texts.alerts.ONE_SILENCE, texts.alerts.MANY_SILENCES)
    with st.expander(title, icon=":material/notifications_off:"):
        for silence in answer.silences:
            _show_silence(context, silence)


def _show_silence(context: PageContext, silence: Silence) -> None:
    subject = silence.device_id or f"{silence.employee_name} · {silence.employee_code}"
    sentence = context.text(
        texts.alerts.SILENCE_LINE,
        subject=subject,
        time=context.date_and_time(silence.ends_at),
        reason=silence.reason,
        user=silence.created_by or context.text(texts.common.NOT_SET),
    )
    suppressed = len(silence.silenced)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(
            html.small(
                f"{sentence} {context.text(texts.alerts.SUPPRESSED, count=suppressed)}" if suppressed else sentence
            )
        )
        if st.button(
            context.text(texts.alerts.END_SILENCE),
            key=f"end_silence_{silence.id}",
            type="tertiary",
            disabled=not acting_user(),
            help=None if acting_user() else context.text(texts.alerts.ACTING_USER_FIRST),
        ):
            context.backend.end_silence(silence.id, acting_user())
            st.rerun()
