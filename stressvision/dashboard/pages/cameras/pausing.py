"""Pause of a camera, with a reason and an end, and its early end."""

from datetime import timedelta

import streamlit as st

from stressvision.dashboard import html, texts
from stressvision.dashboard.acting_user import USER_LIMIT, acting_user, remember_acting_user
from stressvision.dashboard.actions import run_action
from stressvision.dashboard.api_calls import camera_requests
from stressvision.dashboard.page_context import PageContext
from stressvision.wire.cameras import CameraSettings

REASON_LIMIT = 200
DONE = "camera_done"
"""Key of the session state: a confirmation to show."""


def show_pause(context: PageContext, device_id: str) -> None:
    """Render the pause in force and the button that begins or ends one."""
    if sentence := st.session_state.pop(DONE, None):
        st.toast(sentence)
    settings = camera_requests.read_settings(context.backend, device_id)
    if settings.paused_until is None:
        if st.button(context.text(texts.camera.PAUSE, name=device_id), icon=":material/pause:", key="camera_pause"):
            title = context.text(texts.camera.PAUSE, name=device_id)
            st.dialog(title)(show_pause_form)(context, device_id)
        return
    _show_pause_in_force(context, settings)
    if st.button(context.text(texts.camera.RESUME, name=device_id), icon=":material/play_arrow:", key="camera_resume"):
        done = context.text(texts.camera.RESUMED, name=device_id)
        run_action(
            context, lambda: camera_requests.resume(context.backend, device_id, acting_user() or "-"), done, DONE
        )


def _show_pause_in_force(context: PageContext, settings: CameraSettings) -> None:
    if settings.paused_until is not None:
        sentence = context.text(
            texts.camera.PAUSED_UNTIL,
            name=settings.device_id,
            until=context.date_and_time(settings.paused_until),
            reason=settings.pause_reason or "-",
            by=settings.paused_by or "-",
        )
        st.html(html.small(sentence), width="content")


def show_pause_form(context: PageContext, device_id: str) -> None:
    """Render the content of the dialog that begins a pause."""
    st.write(context.text(texts.camera.PAUSE_ABOUT))
    with st.form("pause", border=False):
        reason = st.text_input(context.text(texts.camera.PAUSE_REASON), max_chars=REASON_LIMIT).strip()
        minutes = st.segmented_control(
            context.text(texts.camera.PAUSE_LENGTH),
            list(texts.camera.PAUSE_LENGTHS),
            default=60,
            required=True,
            format_func=lambda length: context.text(texts.camera.PAUSE_LENGTHS[length]),
        )
        known = acting_user()
        user_id = known or st.text_input(context.text(texts.camera.YOUR_NAME), max_chars=USER_LIMIT).strip()
        submitted = st.form_submit_button(context.text(texts.camera.PAUSE, name=device_id), type="primary")
    if not submitted:
        return
    if not reason or not user_id:
        st.warning(context.text(texts.camera.INCOMPLETE))
        return
    if not known:
        remember_acting_user(user_id)
    until = context.clock() + timedelta(minutes=minutes)
    done = context.text(texts.camera.PAUSED, name=device_id)
    run_action(context, lambda: camera_requests.pause(context.backend, device_id, until, reason, user_id), done, DONE)
