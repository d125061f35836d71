"""The Streamlit application: one script run draws the page that is open."""

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from stressvision.config import load_settings
from stressvision.dashboard import blocks, texts
from stressvision.dashboard.client import Backend
from stressvision.dashboard.pages import alerts, camera, employees, overview, reports
from stressvision.dashboard.screen import Screen
from stressvision.errors import ConfigurationError, Message

MARK = Path(__file__).parent / "mark.svg"
LOGO = Path(__file__).parent / "logo.svg"


def open_screen() -> Screen:
    """Raises ConfigurationError where the settings cannot be used."""
    settings = load_settings()
    try:
        zone = ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            Message(
                es=f"No existe la zona horaria {settings.time_zone} (STRESSVISION_TIME_ZONE). "
                "Use por ejemplo America/Lima.",
                en=f"There is no time zone {settings.time_zone} (STRESSVISION_TIME_ZONE). "
                "Use for example America/Lima.",
            ),
            field="STRESSVISION_TIME_ZONE",
        ) from None
    return Screen(Backend(settings.api_base, settings.lang), settings.lang, zone)


def draw() -> None:
    st.set_page_config(page_title="Stress Vision", page_icon=MARK, layout="wide")
    st.logo(LOGO, size="large")
    st.html(blocks.STYLE)
    try:
        screen = open_screen()
    except ConfigurationError as error:
        st.html(blocks.notice(texts.common.PRODUCT.es, error.message.es, error.message.en))
        return
    alerts_page = st.Page(
        partial(alerts.render, screen),
        title=screen.say(texts.common.ALERTS),
        icon=":material/notifications:",
        url_path="alertas",
    )
    pages = [
        st.Page(
            partial(overview.render, screen, alerts_page),
            title=screen.say(texts.common.OVERVIEW),
            icon=":material/monitoring:",
            url_path="resumen",
            default=True,
        ),
        alerts_page,
        st.Page(
            partial(employees.render, screen),
            title=screen.say(texts.common.EMPLOYEES),
            icon=":material/group:",
            url_path="empleados",
        ),
        st.Page(
            partial(reports.render, screen),
            title=screen.say(texts.common.REPORTS),
            icon=":material/description:",
            url_path="reportes",
        ),
        st.Page(
            partial(camera.render, screen),
            title=screen.say(texts.common.CAMERA),
            icon=":material/videocam:",
            url_path="camara",
        ),
    ]
    st.navigation(pages, position="top").run()
