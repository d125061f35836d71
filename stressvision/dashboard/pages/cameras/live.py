"""Live pictures on request, through the backend: audited, closed after some minutes, stored nowhere."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import camera_requests
from stressvision.dashboard.page_context import PageContext, restart_login
from stressvision.dashboard.pages.cameras import drawing
from stressvision.dashboard.pages.overview import device_chip
from stressvision.wire.backend import Device

REFRESH_SECONDS = 1.0
LONGEST = timedelta(minutes=5)
"""A forgotten screen must not show persons for ever."""
MOST_PICTURES = 9
_WATCHED = "camera_live"
"""Key of the session state: the cameras that are shown, and since when."""


def show_live(context: PageContext, devices: Mapping[str, Device], chosen: str) -> None:
    """Render the buttons, and the pictures of the cameras that are watched; nothing for roles that see no persons."""
    if not context.sees_persons:
        return
    watching = [name for name, device in devices.items() if device.state in {"watching", "paused"}]
    if _WATCHED in st.session_state:
        if st.button(context.text(texts.camera.STOP_SEEING), icon=":material/visibility_off:", key="camera_stop"):
            del st.session_state[_WATCHED]
            st.rerun()
    else:
        label = context.text(texts.camera.SEE, name=chosen)
        sees_one = st.button(label, icon=":material/visibility:", key="camera_see", type="primary")
        sees_all = len(watching) > 1 and st.button(
            context.text(texts.camera.SEE_ALL), icon=":material/grid_view:", key="camera_see_all"
        )
        if sees_one or sees_all:
            names = [chosen] if sees_one else watching[:MOST_PICTURES]
            st.session_state[_WATCHED] = (names, context.clock())
            st.rerun()


def show_pictures(context: PageContext, devices: Mapping[str, Device]) -> None:
    """Render the pictures of the cameras that are watched."""
    watched: tuple[list[str], datetime] | None = st.session_state.get(_WATCHED)
    if watched is None or not context.sees_persons:
        return
    st.html(html.small(context.text(texts.camera.LIVE_PRIVACY)))
    _refresh_pictures(context, {name: devices[name] for name in watched[0] if name in devices}, watched[1])


@st.fragment(run_every=REFRESH_SECONDS)
def _refresh_pictures(context: PageContext, devices: Mapping[str, Device], since: datetime) -> None:
    if context.clock() - since > LONGEST:
        minutes = int(LONGEST.total_seconds() // 60)
        st.html(html.banner(context.text(texts.camera.LIVE_ENDED, minutes=minutes)))
        return
    columns = st.columns(2 if len(devices) <= 4 else 3, gap="medium")
    for index, (name, device) in enumerate(devices.items()):
        with columns[index % len(columns)]:
            _show(context, name, device)


def _show(context: PageContext, name: str, device: Device) -> None:
    try:
        jpeg = camera_requests.fetch_picture(context.backend, name)
    except Unauthenticated:
        restart_login()
    except StressVisionError as error:
        sentence = error.message.text(context.language)
        st.html(drawing.picture(context.text(texts.camera.NO_PICTURE), sentence))
    else:
        st.html(drawing.picture(context.text(texts.camera.CONNECTING), "", drawing.data_address(jpeg)))
    st.html(drawing.caption(name, device_chip(context, device.state), device.location or ""))
