"""Cámaras: problems first, two days of bars each, with reason and remedy; pause and live picture of a chosen one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.dashboard import html, texts
from stressvision.dashboard.api_calls import camera_requests
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.pages.cameras import drawing
from stressvision.dashboard.pages.cameras.adding import is_adding, show_adding
from stressvision.dashboard.pages.cameras.live import show_live, show_pictures
from stressvision.dashboard.pages.cameras.pausing import show_pause
from stressvision.dashboard.pages.cameras.view import show_view
from stressvision.dashboard.pages.overview import device_chip
from stressvision.dashboard.palette import SEVERITIES
from stressvision.wire.backend import Device
from stressvision.wire.cameras import CameraHistory

REFRESH_SECONDS = 5
HOURS = 48
HOT_DEGREES = 75.0
WAITING_FROM = 100
_ORDER = ("silent", "no_camera", "starting", "paused", "stopped", "watching")


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.CAMERA)))
    devices = _offered(context)
    show_adding(context)
    if devices:
        with show_errors(context):
            by_name = {device.device_id: device for device in devices}
            chosen = st.selectbox(context.text(texts.camera.CAMERA), list(by_name), key="camera_chosen")
            with st.container(horizontal=True, vertical_alignment="center"):
                show_live(context, by_name, chosen)
                show_pause(context, chosen)
                show_view(context, chosen)
            show_pictures(context, by_name)
    _list(context, [device.device_id for device in devices])


def _offered(context: PageContext) -> list[Device]:
    """Return the cameras to choose from; empty on an error, which the list below reports."""
    try:
        return sort_devices(context.backend.devices().devices)
    except StressVisionError:
        return []


def sort_devices(devices: Sequence[Device]) -> list[Device]:
    """Return the devices, those that need attention first."""

    def rank(device: Device) -> tuple[int, str]:
        return (_ORDER.index(device.state) if device.state in _ORDER else 0, device.device_id)

    return sorted(devices, key=rank)


@st.fragment(run_every=REFRESH_SECONDS)
def _list(context: PageContext, known: list[str]) -> None:
    with show_errors(context):
        devices = sort_devices(context.backend.devices().devices)
        if {device.device_id for device in devices} != set(known) and not is_adding():
            st.rerun()
        if not devices:
            st.html(html.empty(context.text(texts.common.NO_DEVICES)))
            return
        history = camera_requests.read_history(context.backend, HOURS)
        watching = sum(device.state == "watching" for device in devices)
        summary = context.text(texts.camera.SUMMARY, up=f"{watching:,}", all=f"{len(devices):,}")
        st.html(html.small(f"{summary} {context.text(texts.camera.PROBLEMS_FIRST, hours=HOURS)}"))
        minutes = {item.device_id: item.minutes for item in history.devices}
        st.html(
            drawing.cameras(_row(context, device, history, minutes.get(device.device_id, [])) for device in devices)
        )


def _row(
    context: PageContext, device: Device, history: CameraHistory, minutes: Sequence[int | None]
) -> drawing.CameraRow:
    sign = (
        context.text(texts.camera.LAST_SIGN, ago=context.ago(device.last_seen))
        if device.last_seen
        else context.text(texts.camera.NO_SIGN)
    )
    remedy = texts.camera.REMEDIES.get(device.state)
    sentences = [context.text(remedy)] if remedy else []
    if device.detail:
        sentences.append(context.text(texts.camera.DEVICE_SAYS, detail=device.detail))
    return drawing.CameraRow(
        name=device.device_id,
        place=" · ".join(part for part in (device.location, sign) if part),
        state=device_chip(context, device.state),
        marks=_marks(context, device),
        sentence=" ".join(sentences),
        summary=_summary(context, minutes),
        bars=[_bar(context, history.start + timedelta(hours=hour), count) for hour, count in enumerate(minutes)],
    )


def _summary(context: PageContext, minutes: Sequence[int | None]) -> str:
    share = _share(minutes, context)
    if share is None:
        return context.text(texts.camera.NEVER_WATCHED, hours=HOURS)
    hours = sum(count is not None for count in minutes)
    return context.text(texts.camera.WATCHED, percent=context.percent(share), hours=hours)


def _share(minutes: Sequence[int | None], context: PageContext) -> float | None:
    """Return the watched share of the known hours, the present one counted as far as it has passed."""
    known = [count for count in minutes if count is not None]
    passed = 60 * (len(known) - 1) + context.clock().minute + 1
    return min(1.0, sum(known) / passed) if known else None


def _bar(context: PageContext, hour: datetime, minutes: int | None) -> drawing.HourBar:
    if minutes is None:
        return drawing.HourBar(None, context.text(texts.camera.NO_BAR, time=f"{context.local(hour):%d/%m %H:00}"))
    title = context.text(texts.camera.BAR, time=f"{context.local(hour):%d/%m %H:00}", minutes=minutes)
    return drawing.HourBar(min(1.0, minutes / 60), title)


def _marks(context: PageContext, device: Device) -> list[html.Chip]:
    marks = []
    if device.temperature is not None and device.temperature >= HOT_DEGREES:
        degrees = f"{device.temperature:.0f}"
        marks.append(html.Chip(SEVERITIES["medium"], context.text(texts.camera.HOT, degrees=degrees)))
    if device.outbox_depth is not None and device.outbox_depth >= WAITING_FROM:
        count = f"{device.outbox_depth:,}"
        marks.append(html.Chip(SEVERITIES["medium"], context.text(texts.camera.WAITING, count=count)))
    return marks
