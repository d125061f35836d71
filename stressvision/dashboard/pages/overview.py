"""Resumen: the last hour at a glance."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from stressvision.dashboard import blocks, charts, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.feed import LiveFeed, follow
from stressvision.dashboard.palette import EXPRESSIONS, QUIET, SEVERITIES, STATES, expression_colour
from stressvision.dashboard.screen import Screen, told
from stressvision.wire.backend import Device, Overview, Stats, StoredDetection

REFRESH_SECONDS = 2
STATS_HOURS = 24
FEED = "feed"
"""Key of the session state."""


def render(screen: Screen, alerts_page: StreamlitPage | None) -> None:
    """`alerts_page` None: who looks may not see it."""
    st.html(blocks.heading(screen.say(texts.common.OVERVIEW)))
    _live(screen, alerts_page)


@st.fragment(run_every=REFRESH_SECONDS)
def _live(screen: Screen, alerts_page: StreamlitPage | None) -> None:
    with told(screen):
        overview = screen.backend.overview()
        stats = _stats(screen.backend, STATS_HOURS)
        devices = screen.backend.devices().devices
        at = f"{screen.local(overview.timestamp):%H:%M:%S}"
        st.html(blocks.small(screen.say(texts.common.UPDATED, time=at, zone=screen.zone.key)))
        if alerts_page is not None:
            _show_pending(screen, overview, alerts_page)
        st.html(blocks.figures(_figures(screen, overview)))
        if screen.sees_persons:
            left, right = st.columns([3, 2], gap="large")
            with left:
                _show_stats(screen, stats)
            with right:
                st.html(blocks.subheading(screen.say(texts.overview.FEED)))
                with told(screen):
                    _show_feed(screen)
        else:
            _show_stats(screen, stats)
        st.html(blocks.subheading(screen.say(texts.common.DEVICES)))
        _show_devices(screen, devices)


@st.cache_data(ttl=10, scope="session", show_spinner=False)
def _stats(backend: BackendClient, hours: int) -> Stats:
    return backend.stats(hours)


@st.cache_data(ttl=10, scope="session", show_spinner=False)
def _names(backend: BackendClient) -> Mapping[int, str]:
    return {employee.id: employee.full_name for employee in backend.employees().employees}


def _show_pending(screen: Screen, overview: Overview, alerts_page: StreamlitPage) -> None:
    if not overview.pending_alerts:
        return
    sentence = screen.count(overview.pending_alerts, texts.overview.ONE_PENDING, texts.overview.MANY_PENDING)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="pending"):
        st.html(blocks.banner(sentence), width="content")
        st.page_link(
            alerts_page,
            label=screen.say(texts.overview.SEE_ALERTS),
            icon=":material/arrow_forward:",
            icon_position="right",
        )


def _figures(screen: Screen, overview: Overview) -> tuple[blocks.KeyFigure, ...]:
    pending, share = overview.pending_alerts, f"{overview.overall_stress_percentage:.1f} %"
    return (
        blocks.KeyFigure(
            screen.say(texts.common.STRESS_SHARE),
            share if overview.detections_last_hour else screen.say(texts.common.NOT_SET),
            EXPRESSIONS["stress"],
            screen.say(texts.overview.STRESS_SHARE_HELP),
        ),
        blocks.KeyFigure(
            screen.say(texts.overview.PENDING_ALERTS), f"{pending:,}", SEVERITIES["high"] if pending else ""
        ),
        blocks.KeyFigure(screen.say(texts.overview.DETECTIONS_LAST_HOUR), f"{overview.detections_last_hour:,}"),
        blocks.KeyFigure(screen.say(texts.overview.PEOPLE_LAST_HOUR), f"{overview.employees_detected_last_hour:,}"),
        blocks.KeyFigure(screen.say(texts.overview.ACTIVE_EMPLOYEES), f"{overview.total_employees:,}"),
        blocks.KeyFigure(screen.say(texts.overview.ACTIVE_DEVICES), f"{overview.active_devices:,}"),
    )


def _show_stats(screen: Screen, stats: Stats) -> None:
    st.html(blocks.subheading(screen.say(texts.overview.DISTRIBUTION)))
    counts = {item.emotion: item.count for item in stats.emotions_distribution if item.emotion}
    not_analysed = sum(item.count for item in stats.emotions_distribution if not item.emotion)
    if not any(counts.values()) and not not_analysed:
        st.html(blocks.empty(screen.say(texts.overview.NO_STATS)))
        return
    st.plotly_chart(
        charts.distribution(screen, counts, not_analysed),
        key="distribution",
        config=dict(charts.CONFIG),
        alt=screen.say(texts.overview.DISTRIBUTION),
    )
    st.html(blocks.subheading(screen.say(texts.overview.BY_HOUR)))
    st.plotly_chart(
        charts.by_hour(screen, stats.detections_by_hour, stats.period_hours),
        key="by_hour",
        config=dict(charts.CONFIG),
        alt=screen.say(texts.overview.BY_HOUR),
    )


def _show_feed(screen: Screen) -> None:
    known = st.session_state.get(FEED)
    feed = follow(screen.backend, known if isinstance(known, LiveFeed) else None)
    st.session_state[FEED] = feed
    if not feed.latest:
        st.html(blocks.empty(screen.say(texts.overview.NO_FEED)))
        return
    names = _names(screen.backend)
    st.html(blocks.feed(_feed_row(screen, detection, names) for detection in feed.latest))


def _feed_row(screen: Screen, detection: StoredDetection, names: Mapping[int, str]) -> blocks.FeedRow:
    who = screen.say(texts.overview.NOT_ENROLLED)
    if detection.employee_id is not None:
        unknown = screen.say(texts.overview.UNKNOWN_EMPLOYEE, id=detection.employee_id)
        who = names.get(detection.employee_id, unknown)
    phrase = texts.common.COMPATIBLE.get(detection.emotion, texts.common.COMPATIBLE[None])
    confidence = screen.percent(detection.emotion_confidence) if detection.emotion_confidence is not None else ""
    return blocks.FeedRow(
        colour=expression_colour(detection.emotion),
        who=who,
        what=screen.say(phrase),
        confidence=confidence,
        when=screen.ago(detection.timestamp),
    )


def _show_devices(screen: Screen, devices: list[Device]) -> None:
    if not devices:
        st.html(blocks.empty(screen.say(texts.common.NO_DEVICES)))
        return
    header = (
        texts.common.DEVICE,
        texts.common.STATE,
        texts.common.LOCATION,
        texts.common.FPS,
        texts.common.OUTBOX,
        texts.common.LAST_SEEN,
    )
    st.html(
        blocks.table(
            [screen.say(name) for name in header],
            [_device_row(screen, device) for device in devices],
            numbers=frozenset({3, 4}),
        )
    )


def _device_row(screen: Screen, device: Device) -> tuple[str | blocks.Chip, ...]:
    nothing = screen.say(texts.common.NOT_SET)
    return (
        device.device_id,
        device_chip(screen, device.state),
        device.location or nothing,
        f"{device.fps:.1f}" if device.fps is not None else nothing,
        f"{device.outbox_depth:,}" if device.outbox_depth is not None else nothing,
        screen.ago(device.last_seen) if device.last_seen else screen.say(texts.common.NEVER),
    )


def device_chip(screen: Screen, state: str) -> blocks.Chip:
    label = texts.common.DEVICE_STATES.get(state)
    return blocks.Chip(STATES.get(state, QUIET), screen.say(label) if label else state)
