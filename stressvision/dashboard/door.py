"""The door of the dashboard: who is in, in this browser session alone, and the page where one logs in."""

from dataclasses import replace

import streamlit as st

from stressvision.core.config import Settings
from stressvision.core.errors import StressVisionError
from stressvision.dashboard import blocks, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.password import ask_password
from stressvision.dashboard.screen import ASKED, Screen, send_to_door
from stressvision.wire.access import LoggedIn

VISITOR = "visitor"
"""Key of the session state."""


def known_visitor() -> LoggedIn | None:
    found = st.session_state.get(VISITOR)
    return found if isinstance(found, LoggedIn) else None


def with_visitor(backend: BackendClient) -> BackendClient:
    """The backend as whoever is in asks it."""
    visitor = known_visitor()
    return replace(backend, token=visitor.token) if visitor else backend


def must_log_in() -> bool:
    """Whether the backend has asked for a token in this session, and none that counts is known."""
    return bool(st.session_state.get(ASKED)) and known_visitor() is None


def is_left_open(settings: Settings, backend: BackendClient) -> bool:
    """Whether others than this machine's users can read this, and the backend asks nobody who they are."""
    try:
        return settings.is_exposed and not backend.card().login_required
    except StressVisionError:
        return False


def show_login(screen: Screen, *, behind_proxy: bool) -> None:
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.html(blocks.heading(screen.say(texts.access.LOG_IN)))
        st.html(blocks.small(screen.say(texts.access.ABOUT)))
        with st.form("login"):
            name = st.text_input(screen.say(texts.access.NAME), max_chars=64, autocomplete="username")
            password = st.text_input(
                screen.say(texts.access.PASSWORD), type="password", max_chars=256, autocomplete="current-password"
            )
            submitted = st.form_submit_button(screen.say(texts.access.LOG_IN), type="primary")
        if submitted:
            _enter(screen, name.strip(), password, _browser_address(behind_proxy))


def show_visitor(screen: Screen, *, behind_proxy: bool) -> None:
    """Who is in, their password, and the way out."""
    visitor = known_visitor()
    if visitor is None:
        return
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="visitor"):
        role = screen.say(texts.access.ROLES[visitor.role])
        st.html(blocks.small(f"{visitor.name} · {role}"), width="content")
        changes = st.button(screen.say(texts.access.CHANGE_PASSWORD), type="tertiary", icon=":material/key:")
        leaves = st.button(screen.say(texts.access.LOG_OUT), type="tertiary", icon=":material/logout:")
    if changes:
        ask_password(screen, _browser_address(behind_proxy))
    if leaves:
        _leave(screen)


def _enter(screen: Screen, name: str, password: str, address: str) -> None:
    if not name or not password:
        st.warning(screen.say(texts.access.INCOMPLETE))
        return
    try:
        visitor = screen.backend.log_in(name, password, address)
    except StressVisionError as error:
        st.html(blocks.notice(screen.say(texts.access.NOT_ENTERED), error.message.text(screen.language)))
        return
    st.session_state[VISITOR] = visitor
    st.rerun()


def _browser_address(behind_proxy: bool) -> str:
    """Where the browser is, so that whoever guesses here keeps nobody else out; empty on this machine."""
    forwarded = st.context.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return forwarded.rpartition(",")[2].strip() or str(st.context.ip_address or "")


def _leave(screen: Screen) -> None:
    try:
        screen.backend.log_out()
    finally:
        send_to_door()
