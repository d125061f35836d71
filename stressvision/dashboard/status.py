"""The strip on every page: age of the data, cameras that watch, and open alerts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError, Unauthenticated
from stressvision.dashboard import html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.page_context import PageContext, show_errors
from stressvision.dashboard.palette import SEVERITIES, STATES

REFRESH_SECONDS = 3
"""A device reports a lost camera within a second: a page shows it within five. The script of the page names a dead or
slow server."""
ANSWER_SECONDS = 2.5
FRESH = timedelta(minutes=2)
"""Devices report every few seconds; roles without access to persons learn the time to the minute."""
RESULT = "status_result"
"""Key of the session state: what the navigation of this script run was built from."""
INFERS_EMOTIONS = "infers_emotions"
"""Key of the session state: what the policy of the last answer allows."""


@dataclass(frozen=True)
class PlantStatus:
    """The state of the plant at a moment. `pending_alerts`: None where the role may not know it.

    `newest_high_alert`: id of the pending alert of high severity stored last, 0 without one. `last_signal`: of the
    camera heard last, None without any.
    """

    at: datetime
    pending_alerts: int | None
    newest_high_alert: int
    cameras: int
    cameras_watching: int
    cameras_paused: int
    last_signal: datetime | None
    infers_emotions: bool = True


def read_status(backend: BackendClient) -> PlantStatus:
    """Return the state of the plant. Raise the errors of the client."""
    quick = backend.patiently(ANSWER_SECONDS)
    overview, devices = quick.overview(), quick.devices().devices
    return PlantStatus(
        at=overview.timestamp,
        pending_alerts=overview.pending_alerts,
        newest_high_alert=overview.newest_high_alert or 0,
        cameras=len(devices),
        cameras_watching=sum(device.state == "watching" for device in devices),
        cameras_paused=sum(device.state == "paused" for device in devices),
        infers_emotions=overview.infers_emotions,
        last_signal=max((device.last_seen for device in devices if device.last_seen), default=None),
    )


def find_status(context: PageContext) -> PlantStatus | None:
    """Return the state of the plant for the navigation, or None where the backend does not answer.

    The strip of the same script run shows this result. Raise Unauthenticated where the backend asks for a token.
    """
    try:
        result: PlantStatus | StressVisionError = read_status(context.backend)
    except Unauthenticated:
        raise
    except StressVisionError as error:
        result = error
    st.session_state[RESULT] = result
    if isinstance(result, PlantStatus):
        st.session_state[INFERS_EMOTIONS] = result.infers_emotions
    return result if isinstance(result, PlantStatus) else None


@st.fragment(run_every=REFRESH_SECONDS)
def show_status(context: PageContext) -> None:
    """Render the strip. It never reruns the page, which would take the focus from a field of a dialog."""
    with show_errors(context):
        result = st.session_state.pop(RESULT, None)
        if isinstance(result, StressVisionError):
            raise result
        status = result if isinstance(result, PlantStatus) else read_status(context.backend)
        st.html(
            html.status_strip(
                context.text(texts.navigation.STATUS),
                _items(context, status),
                at=status.at.isoformat(),
                pending=status.pending_alerts or 0,
                high=status.newest_high_alert,
            )
        )


def _items(context: PageContext, status: PlantStatus) -> list[html.Chip]:
    good, bad, warning = STATES["watching"], SEVERITIES["high"], SEVERITIES["medium"]
    items: list[html.Chip] = []
    if status.last_signal is not None:
        is_fresh = status.at - status.last_signal < FRESH
        label = context.text(texts.navigation.DATA_AGE, ago=context.ago(status.last_signal))
        items.append(html.Chip(good if is_fresh else bad, label))
    if not status.cameras:
        items.append(html.Chip(warning, context.text(texts.navigation.NO_CAMERAS)))
    else:
        all_up = status.cameras_watching + status.cameras_paused == status.cameras
        label = context.text(texts.navigation.CAMERAS_UP, up=f"{status.cameras_watching:,}", all=f"{status.cameras:,}")
        items.append(html.Chip(good if all_up else bad, label))
    if status.pending_alerts is not None:
        label = context.text(texts.navigation.NO_PENDING_ALERTS)
        if status.pending_alerts:
            one, many = texts.navigation.ONE_OPEN_ALERT, texts.navigation.OPEN_ALERTS
            label = context.count(status.pending_alerts, one, many)
        items.append(html.Chip(bad if status.pending_alerts else good, label))
    return items
