"""The Streamlit application: one script run draws the page that is open."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError
from stressvision.dashboard import blocks, door, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.pages import alerts, camera, employees, overview, reports
from stressvision.dashboard.screen import Screen
from stressvision.domain.auth import Role

MARK = Path(__file__).parent / "mark.svg"
LOGO = Path(__file__).parent / "logo.svg"


def open_screen() -> tuple[Settings, Screen]:
    """Raises ConfigurationError where the settings cannot be used."""
    settings = load_settings()
    zone = ZoneInfo(settings.time_zone)
    backend = BackendClient(settings.api_base, settings.lang, trusted_ca=settings.trusted_ca)
    visitor = door.known_visitor()
    screen = Screen(door.with_visitor(backend), settings.lang, zone, role=visitor.role if visitor else None)
    return settings, screen


def draw() -> None:
    st.set_page_config(page_title="Stress Vision", page_icon=MARK, layout="wide")
    st.logo(LOGO, size="large")
    st.html(blocks.STYLE)
    try:
        settings, screen = open_screen()
    except ConfigurationError as error:
        st.html(blocks.notice(texts.common.PRODUCT.es, error.message.es, error.message.en))
        return
    if door.is_left_open(settings, screen.backend):
        said = (screen.say(texts.access.EXPOSED), screen.say(texts.access.EXPOSED_REMEDY))
        st.html(blocks.notice(texts.common.PRODUCT.es, *said))
    elif door.must_log_in():
        # The pages are known at the door too: the address, with what a message linked to, is kept until after it.
        st.navigation(_pages(screen), position="hidden")
        door.show_login(screen, behind_proxy=bool(settings.proxy))
    else:
        page = st.navigation(_pages(screen), position="top")
        door.show_visitor(screen, behind_proxy=bool(settings.proxy))
        page.run()


def _pages(screen: Screen) -> list[StreamlitPage]:
    """Those that whoever looks may see."""
    alerts_page = st.Page(
        partial(alerts.render, screen),
        title=screen.say(texts.common.ALERTS),
        icon=":material/notifications:",
        url_path="alertas",
    )
    sees_alerts = "alerts" in _ROOMS[screen.role]
    pages = {
        "overview": st.Page(
            partial(overview.render, screen, alerts_page if sees_alerts else None),
            title=screen.say(texts.common.OVERVIEW),
            icon=":material/monitoring:",
            url_path="resumen",
            default=True,
        ),
        "alerts": alerts_page,
        "employees": st.Page(
            partial(employees.render, screen),
            title=screen.say(texts.common.EMPLOYEES),
            icon=":material/group:",
            url_path="empleados",
        ),
        "reports": st.Page(
            partial(reports.render, screen),
            title=screen.say(texts.common.REPORTS),
            icon=":material/description:",
            url_path="reportes",
        ),
        "camera": st.Page(
            partial(camera.render, screen),
            title=screen.say(texts.common.CAMERA),
            icon=":material/videocam:",
            url_path="camara",
        ),
    }
    return [page for name, page in pages.items() if name in _ROOMS[screen.role]]


_EVERY_ROOM = frozenset({"overview", "alerts", "employees", "reports", "camera"})
_ROOMS: Mapping[Role | None, frozenset[str]] = {
    None: _EVERY_ROOM,
    Role.HEALTH: _EVERY_ROOM,
    Role.ADMIN: frozenset({"overview", "employees", "reports"}),
    Role.VIEWER: frozenset({"overview", "reports"}),
}
"""The live picture shows persons: it is the doctor's alone. The backend refuses the rest in any case."""
