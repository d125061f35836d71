"""The Streamlit application: one script run renders the open page."""

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st

from stressvision.core.config import Policy, Settings, load_settings
from stressvision.core.dashboard_key import read_dashboard_key
from stressvision.core.errors import ConfigurationError, Unauthenticated
from stressvision.core.texts import detect_language
from stressvision.dashboard import html, login, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.navigation import create_navigation, is_public
from stressvision.dashboard.page_context import PageContext, restart_login
from stressvision.dashboard.status import INFERS_EMOTIONS, find_status, show_status
from stressvision.dashboard.web.sessions import SessionCookie

MARK = Path(__file__).parent / "mark.svg"
KEPT_ANSWERS = "kept_answers"
LOGO = Path(__file__).parent / "logo.svg"


def open_page() -> tuple[Settings, PageContext]:
    """Return the settings and the context of this script run. Raise ConfigurationError where a setting is invalid."""
    settings = load_settings()
    cookie = SessionCookie.of(settings)
    zone = ZoneInfo(settings.time_zone)
    backend = BackendClient(
        settings.api_base,
        settings.lang,
        trusted_ca=settings.trusted_ca,
        dashboard_key=read_dashboard_key(settings),
        kept=st.session_state.setdefault(KEPT_ANSWERS, {}),
    )
    login.resume(backend, cookie)
    principal = login.current_principal()
    return settings, PageContext(
        login.authenticate(backend),
        settings.lang,
        zone,
        role=principal.role if principal else None,
        shows_emotions=settings.policy is not Policy.EU,
    )


def draw() -> None:
    """Render the open page, the login form, or the reason why neither can be shown."""
    st.set_page_config(page_icon=MARK, layout="wide")
    st.logo(LOGO, size="large")
    st.html(html.STYLE)
    try:
        settings, context = open_page()
    except ConfigurationError as error:
        st.html(html.notice(texts.common.PRODUCT.es, error.message.text(detect_language())))
        return
    if login.is_exposed_without_accounts(settings, context.backend):
        sentences = (context.text(texts.access.EXPOSED), context.text(texts.access.EXPOSED_REMEDY))
        st.html(html.notice(texts.common.PRODUCT.es, *sentences))
    else:
        _draw_console(settings, context)


def _draw_console(settings: Settings, context: PageContext) -> None:
    """Render the navigation, the strip and the open page; the login form where the backend asks for a token."""
    behind_proxy = bool(settings.proxy)
    if login.is_login_required():
        _, page = create_navigation(context, None, logged_in=False)
        if is_public(page):
            page.run()
        else:
            login.show_login(context, behind_proxy=behind_proxy)
        return
    try:
        status = find_status(context)
    except Unauthenticated:
        # Pages are registered before the login too: the address with its alert link survives it.
        create_navigation(context, None, logged_in=False)
        restart_login(context.backend.token)
    allowed = context.shows_emotions and st.session_state.get(INFERS_EMOTIONS, True)
    linked, page = create_navigation(replace(context, shows_emotions=allowed), status, logged_in=True)
    if not is_public(page):
        login.show_account_bar(context, behind_proxy=behind_proxy)
        show_status(linked)
    page.run()
