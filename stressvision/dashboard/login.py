"""The login form, and the principal of this browser: of this session, or of the cookie of an earlier one."""

from dataclasses import replace

import streamlit as st

from stressvision.core.config import Settings
from stressvision.core.errors import ConsentMissing, StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import ENDED_SESSION, LOGGED_OUT, LOGIN_REQUIRED, PageContext, restart_login
from stressvision.dashboard.password_dialog import open_password_dialog
from stressvision.dashboard.web.sessions import TICKETS, SessionCookie
from stressvision.wire.access import LoggedIn

# Keys of the session state.
PRINCIPAL = "principal"
TICKET = "session_ticket"


def current_principal() -> LoggedIn | None:
    """Return the logged-in principal of this session, or None."""
    found = st.session_state.get(PRINCIPAL)
    return found if isinstance(found, LoggedIn) else None


def resume(backend: BackendClient, cookie: SessionCookie) -> None:
    """Restore the principal from the cookie of an earlier session of this browser, where it is still valid."""
    token = cookie.find_token(st.context.cookies)
    if current_principal() is not None or not token or st.session_state.get(ENDED_SESSION) == token:
        return
    try:
        account = replace(backend, token=token).session()
    except (Unauthenticated, ConsentMissing):
        st.session_state[ENDED_SESSION] = token
    except StressVisionError:
        return  # asked again by the next run
    else:
        st.session_state[PRINCIPAL] = LoggedIn(token=token, **account.model_dump())


def authenticate(backend: BackendClient) -> BackendClient:
    """Return the client with the principal's token, if there is one."""
    principal = current_principal()
    return replace(backend, token=principal.token) if principal else backend


def is_login_required() -> bool:
    """Return whether the backend requested a token in this session and no valid one is known."""
    return bool(st.session_state.get(LOGIN_REQUIRED)) and current_principal() is None


def is_exposed_without_accounts(settings: Settings, backend: BackendClient) -> bool:
    """Return whether the dashboard is reachable from other machines while the backend requires no login."""
    try:
        return settings.is_exposed and not backend.service_card().login_required
    except StressVisionError:
        return False


def show_login(context: PageContext, *, behind_proxy: bool) -> None:
    """Render the login form."""
    if LOGGED_OUT in st.session_state:
        st.html(html.signal("logout", st.session_state[LOGGED_OUT]))
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.html(html.heading(context.text(texts.access.LOG_IN)))
        st.html(html.small(context.text(texts.access.ABOUT)))
        with st.form("login"):
            name = st.text_input(context.text(texts.access.NAME), max_chars=64, autocomplete="username")
            password = st.text_input(
                context.text(texts.access.PASSWORD), type="password", max_chars=256, autocomplete="current-password"
            )
            submitted = st.form_submit_button(context.text(texts.access.LOG_IN), type="primary")
        if submitted:
            _log_in(context, name.strip(), password, browser_address(behind_proxy))


def show_account_bar(context: PageContext, *, behind_proxy: bool) -> None:
    """Render the account with its role, the password button and the logout button."""
    principal = current_principal()
    if principal is None:
        return
    if TICKET in st.session_state:
        st.html(html.signal("session", st.session_state[TICKET]))
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="principal"):
        role = context.text(texts.access.ROLES[principal.role])
        st.html(html.small(f"{principal.name} · {role}"), width="content")
        changes = st.button(context.text(texts.access.CHANGE_PASSWORD), type="tertiary", icon=":material/key:")
        logs_out = st.button(context.text(texts.access.LOG_OUT), type="tertiary", icon=":material/logout:")
    if changes:
        open_password_dialog(context, browser_address(behind_proxy))
    if logs_out:
        _log_out(context)


def _log_in(context: PageContext, name: str, password: str, address: str) -> None:
    if not name or not password:
        st.warning(context.text(texts.access.INCOMPLETE))
        return
    try:
        principal = context.backend.log_in(name, password, address)
    except StressVisionError as error:
        st.html(html.notice(context.text(texts.access.LOGIN_FAILED), error.message.text(context.language)))
        return
    st.session_state[PRINCIPAL] = principal
    st.session_state[TICKET] = TICKETS.issue(principal.token, principal.expires_at)
    st.rerun()


def browser_address(behind_proxy: bool) -> str:
    """Return the browser's address, so that the limit on failed attempts counts per browser; empty on this machine."""
    forwarded = st.context.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return forwarded.rpartition(",")[2].strip() or str(st.context.ip_address or "")


def _log_out(context: PageContext) -> None:
    try:
        context.backend.log_out()
    finally:
        restart_login(context.backend.token, logs_out=True)
