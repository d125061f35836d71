"""What stands above the list of alerts: silence in force, and messages that do not get out."""

import streamlit as st

from stressvision.dashboard import blocks, texts
from stressvision.dashboard.attendant import known_attendant
from stressvision.dashboard.screen import Screen
from stressvision.wire.alerts import Silence


def show_undelivered(screen: Screen) -> None:
    queue = screen.backend.notifications()
    if queue.failing_since is None:
        return
    error = next((target.last_error for target in queue.targets if target.last_error), "")
    since = screen.date_and_time(queue.failing_since)
    st.html(blocks.notice(screen.say(texts.alerts.UNDELIVERED, count=queue.waiting, time=since), error or ""))


def show_troubled_devices(screen: Screen) -> None:
    """Where people's alerts are listed: what no camera sees is in none of them."""
    troubled = screen.backend.alerts("pending", 1, "devices").total
    if troubled:
        st.html(blocks.small(screen.count(troubled, texts.alerts.ONE_TROUBLED, texts.alerts.MANY_TROUBLED)))


def show_silences(screen: Screen) -> None:
    answer = screen.backend.silences()
    if not answer.silences:
        return
    title = screen.count(answer.total, texts.alerts.ONE_SILENCE, texts.alerts.MANY_SILENCES)
    with st.expander(title, icon=":material/notifications_off:"):
        for silence in answer.silences:
            _show_silence(screen, silence)


def _show_silence(screen: Screen, silence: Silence) -> None:
    who = silence.device_id or f"{silence.employee_name} · {silence.employee_code}"
    sentence = screen.say(
        texts.alerts.SILENCE_LINE,
        who=who,
        time=screen.date_and_time(silence.ends_at),
        reason=silence.reason,
        user=silence.created_by or screen.say(texts.common.NOT_SET),
    )
    kept = len(silence.silenced)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(blocks.small(f"{sentence} {screen.say(texts.alerts.KEPT_QUIET, count=kept)}" if kept else sentence))
        if st.button(
            screen.say(texts.alerts.END_SILENCE),
            key=f"end_silence_{silence.id}",
            type="tertiary",
            disabled=not known_attendant(),
            help=None if known_attendant() else screen.say(texts.alerts.ATTENDANT_FIRST),
        ):
            screen.backend.end_silence(silence.id, known_attendant())
            st.rerun()
