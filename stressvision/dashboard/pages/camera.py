"""Cámara en vivo: each device's preview, straight from the device to the browser."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import streamlit as st

from stressvision.core.config import LOOPBACK_HOSTS
from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.overview import device_chip
from stressvision.wire.backend import Device
from stressvision.wire.detections import PREVIEW_URL

REFRESH_SECONDS = 2
STALE_AFTER = timedelta(seconds=15)
"""Devices report every few seconds; the picture of one that has been silent for longer may be frozen."""


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.CAMERA)))
    st.html(html.small(context.text(texts.camera.CAMERA_PRIVACY)))
    _previews(context)


@st.fragment(run_every=REFRESH_SECONDS)
def _previews(context: PageContext) -> None:
    with show_errors(context):
        devices = context.backend.devices().devices
        if not devices:
            st.html(html.empty(context.text(texts.common.NO_DEVICES)))
            return
        columns = st.columns(2, gap="medium")
        for index, device in enumerate(devices):
            with columns[index % 2]:
                _show(context, device)


def preview_state(device: Device, now: datetime) -> str | None:
    """Return why there is no live picture, as a key of texts.camera.PREVIEW_STATES; None where there is one."""
    if device.state != "watching":
        return device.state if device.state in texts.camera.PREVIEW_STATES else "silent"
    if device.last_seen is None or now - device.last_seen > STALE_AFTER:
        return "silent"
    if device.preview_url is None:
        return "no_preview"
    # The address comes from the device: a foreign host would receive the request of this browser.
    if not re.fullmatch(PREVIEW_URL, device.preview_url):
        return "elsewhere"
    address = urlsplit(device.preview_url)
    return None if address.scheme == "http" and address.hostname in LOOPBACK_HOSTS else "elsewhere"


def _show(context: PageContext, device: Device) -> None:
    missing = preview_state(device, context.clock())
    title, sentence = texts.camera.PREVIEW_STATES[missing or "connecting"]
    stream = device.preview_url if missing is None else None
    with st.container(border=True):
        # Separate from the caption: every change of this element would open a new stream.
        st.html(html.picture(context.text(title), context.text(sentence), stream or ""))
        state = "silent" if missing == "silent" else device.state
        heat = f"{device.temperature:.0f} °C" if device.temperature is not None else None
        aside = [device.location, device.detail, heat, context.ago(device.last_seen) if device.last_seen else None]
        st.html(html.caption(device.device_id, device_chip(context, state), " · ".join(part for part in aside if part)))
