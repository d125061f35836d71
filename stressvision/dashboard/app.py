"""The Streamlit application: one script run draws the page that is open."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.dashboard import html, login, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.pages import alerts, camera, employees, overview, reports
from stressvision.domain.roles import Role

MARK = Path(__file__).parent / "mark.svg"
LOGO = Path(__file__).parent / "logo.svg"


def open_page() -> tuple[Settings, PageContext]:
    """Raises ConfigurationError where the settings cannot be used."""
    settings = load_settings()
    zone = ZoneInfo(settings.time_zone)
    backend = BackendClient(settings.api_base, settings.lang, trusted_ca=settings.trusted_ca)
    principal = login.current_principal()
    context = PageContext(login.authenticate(backend), settings.lang, zone, role=principal.role if principal else None)
    return settings, context


def draw() -> None:
    st.set_page_config(page_title="Stress Vision", page_icon=MARK, layout="wide")
    st.logo(LOGO, size="large")
    st.html(html.STYLE)
    try:
        settings, context = open_page()
    except ConfigurationError as error:
        st.html(html.notice(texts.common.PRODUCT.es, error.message.es, error.message.en))
        return
    if login.is_exposed_without_accounts(settings, context.backend):
        said = (context.text(texts.access.EXPOSED), context.text(texts.access.EXPOSED_REMEDY))
        st.html(html.notice(texts.common.PRODUCT.es, *said))
    elif login.is_login_required():
        # The pages are known at the door too: the address, with what a message linked to, is kept until after it.
        st.navigation(_pages(context), position="hidden")
        login.show_login(context, behind_proxy=bool(settings.proxy))
    else:
        page = st.navigation(_pages(context), position="top")
        login.show_account_bar(context, behind_proxy=bool(settings.proxy))
        page.run()


def _pages(context: PageContext) -> list[StreamlitPage]:
    """Those that whoever looks may see."""
    alerts_page = st.Page(
        partial(alerts.render, context),
        title=context.text(texts.common.ALERTS),
        icon=":material/notifications:",
        url_path="alertas",
    )
    sees_alerts = "alerts" in _ROOMS[context.role]
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
    return [page for name, page in pages.items() if name in _ROOMS[context.role]]


_EVERY_ROOM = frozenset({"overview", "alerts", "employees", "reports", "camera"})
_ROOMS: Mapping[Role | None, frozenset[str]] = {
    None: _EVERY_ROOM,
    Role.HEALTH: _EVERY_ROOM,
    Role.ADMIN: frozenset({"overview", "employees", "reports"}),
    Role.VIEWER: frozenset({"overview", "reports"}),
}
"""The live picture shows persons: it is the doctor's alone. The backend refuses the rest in any case."""
