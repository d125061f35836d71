"""The Streamlit application: one script run renders the open page."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.core.config import Settings, load_settings
from stressvision.core.dashboard_key import read_dashboard_key
from stressvision.core.errors import ConfigurationError
from stressvision.core.texts import detect_language
from stressvision.dashboard import html, login, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages import alerts, camera, employees, overview, reports
from stressvision.domain.auth import Role

MARK = Path(__file__).parent / "mark.svg"
LOGO = Path(__file__).parent / "logo.svg"


def open_page() -> tuple[Settings, PageContext]:
    """Return the settings and the context of this script run. Raise ConfigurationError where a setting is invalid."""
    settings = load_settings()
    zone = ZoneInfo(settings.time_zone)
    backend = BackendClient(
        settings.api_base, settings.lang, trusted_ca=settings.trusted_ca, dashboard_key=read_dashboard_key(settings)
    )
    principal = login.current_principal()
    context = PageContext(login.authenticate(backend), settings.lang, zone, role=principal.role if principal else None)
    return settings, context


def draw() -> None:
    """Render the open page, the login form, or the reason why neither can be shown."""
    st.set_page_config(page_title="Stress Vision", page_icon=MARK, layout="wide")
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
    elif login.is_login_required():
        # Pages are registered before the login too: the address with its alert link survives it.
        st.navigation(_pages(context), position="hidden")
        login.show_login(context, behind_proxy=bool(settings.proxy))
    else:
        page = st.navigation(_pages(context), position="top")
        login.show_account_bar(context, behind_proxy=bool(settings.proxy))
        page.run()


def _pages(context: PageContext) -> list[StreamlitPage]:
    """Return the pages that the role of the principal may open."""
    alerts_page = st.Page(
        partial(alerts.render, context),
        title=context.text(texts.common.ALERTS),
        icon=":material/notifications:",
        url_path="alertas",
    )
    sees_alerts = "alerts" in _PAGES_OF_ROLE[context.role]
    pages = {
        "overview": st.Page(
            partial(overview.render, context, alerts_page if sees_alerts else None),
            title=context.text(texts.common.OVERVIEW),
            icon=":material/monitoring:",
            url_path="resumen",
            default=True,
        ),
        "alerts": alerts_page,
        "employees": st.Page(
            partial(employees.render, context),
            title=context.text(texts.common.EMPLOYEES),
            icon=":material/group:",
            url_path="empleados",
        ),
        "reports": st.Page(
            partial(reports.render, context),
            title=context.text(texts.common.REPORTS),
            icon=":material/description:",
            url_path="reportes",
        ),
        "camera": st.Page(
            partial(camera.render, context),
            title=context.text(texts.common.CAMERA),
            icon=":material/videocam:",
            url_path="camara",
        ),
    }
    return [page for name, page in pages.items() if name in _PAGES_OF_ROLE[context.role]]


_ALL_PAGES = frozenset({"overview", "alerts", "employees", "reports", "camera"})
_PAGES_OF_ROLE: Mapping[Role | None, frozenset[str]] = {
    None: _ALL_PAGES,
    Role.HEALTH: _ALL_PAGES,
    Role.ADMIN: frozenset({"overview", "employees", "reports"}),
    Role.VIEWER: frozenset({"overview", "reports"}),
}
"""The live picture shows persons: only health may open it. The API enforces the roles on its own."""
