"""Add a camera: a token for its device, what to enter there, and a live test that ends when the device reports."""

import re

import streamlit as st

from stressvision.core.config import load_settings
from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import account_requests
from stressvision.dashboard.elements.addresses import warn_of_loopback
from stressvision.dashboard.page_context import PageContext, restart_login, show_errors
from stressvision.dashboard.pages.cameras import drawing
from stressvision.dashboard.pages.overview import device_chip
from stressvision.domain.auth import Role

REFRESH_SECONDS = 2
TOKEN_DAYS = 365
NAME_FORM = r"[A-Za-z0-9._-]{1,64}"
_NEW = "camera_new"
"""Key of the session state: name and token of the camera that is being added."""


def show_adding(context: PageContext) -> None:
    """Render the button that opens the dialog, for roles that may issue a token."""
    if context.role not in {None, Role.ADMIN}:
        return
    label = context.text(texts.camera.ADD)
    if st.button(label, icon=":material/add_a_photo:", key="camera_new_open"):
        _forget()
        st.dialog(label, width="medium", on_dismiss=_forget)(show_adding_form)(context)


def is_adding() -> bool:
    """Return whether the dialog waits for a device: a rerun of the page would close it."""
    return _NEW in st.session_state


def _forget() -> None:
    st.session_state.pop(_NEW, None)


def show_adding_form(context: PageContext) -> None:
    """Render the content of the dialog."""
    new: tuple[str, str] | None = st.session_state.get(_NEW)
    if new is None:
        _show_name(context)
        return
    name, token = new
    server = load_settings().ingest_base
    st.html(html.small(context.text(texts.camera.ADD_STEPS)))
    st.code("python3 start_complete_system.py --option device", language=None)
    facts = [
        (context.text(texts.camera.ADD_NAME), name),
        (context.text(texts.camera.ADD_SERVER), server),
        (context.text(texts.camera.ADD_TOKEN), token or context.text(texts.camera.ADD_NO_TOKEN)),
    ]
    st.code("\n".join(f"{title}: {value}" for title, value in facts), language=None)
    warn_of_loopback(context, server, texts.camera.ADD_LOOPBACK)
    _test(context, name)


def _show_name(context: PageContext) -> None:
    st.html(html.small(context.text(texts.camera.ADD_ABOUT)))
    with st.form("camera_new_form", border=False):
        name = st.text_input(context.text(texts.camera.ADD_NAME), max_chars=64, placeholder="linea-2").strip()
        submitted = st.form_submit_button(context.text(texts.camera.ADD_CONTINUE), type="primary")
    if not submitted:
        return
    if not re.fullmatch(NAME_FORM, name):
        st.warning(context.text(texts.camera.ADD_NAME_FORM))
        return
    try:
        issued = account_requests.add_device_token(context.backend, name, TOKEN_DAYS) if context.role else None
    except Unauthenticated:
        restart_login()
    except StressVisionError as error:
        st.error(error.message.text(context.language))
    else:
        st.session_state[_NEW] = (name, issued.token if issued else "")
        st.rerun(scope="fragment")


@st.fragment(run_every=REFRESH_SECONDS)
def _test(context: PageContext, name: str) -> None:
    """Render whether the device reports, and what its camera does."""
    with show_errors(context):
        device = next((item for item in context.backend.devices().devices if item.device_id == name), None)
        if device is None or device.state == "silent":
            st.html(html.banner(context.text(texts.camera.ADD_WAITING, name=name)))
            return
        st.html(drawing.caption(name, device_chip(context, device.state), device.detail))
        remedy = texts.camera.REMEDIES.get(device.state)
        st.html(html.banner(context.text(remedy or texts.camera.ADD_CONNECTED, name=name)))
