"""Resumen: the figures of the last hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import plotly.graph_objects as go
import streamlit as st

from stressvision.dashboard import charts, html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.feed import LiveFeed, poll_feed
from stressvision.dashboard.page_context import PageContext, explain_no_emotions, show_errors
from stressvision.dashboard.palette import EXPRESSIONS, QUIET, SEVERITIES, STATES, expression_colour
from stressvision.wire.backend import Device, Overview, Stats, StoredDetection

REFRESH_SECONDS = 2
STATS_HOURS = 24
_TROUBLE = ("silent", "no_camera", "stopped", "starting", "paused", "watching")
_PROBLEMS = frozenset({"silent", "no_camera"})
FEED, CHARTS = "feed", "overview_charts"
"""Keys of the session state."""


@dataclass(frozen=True)
class _Charts:
    """Two charts, each of which takes 9 ms to build. `drawn_for`: what they depend on."""

    drawn_for: tuple[object, ...]
    distribution: go.Figure
    by_hour: go.Figure


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.common.OVERVIEW)))
    _live(context)


@st.fragment(run_every=REFRESH_SECONDS)
def _live(context: PageContext) -> None:
    with show_errors(context):
        overview = context.backend.overview()
        context = replace(context, shows_emotions=context.shows_emotions and overview.infers_emotions)
        devices = context.backend.devices().devices
        at = f"{context.local(overview.timestamp):%H:%M:%S}"
        st.html(html.small(context.text(texts.common.UPDATED, time=at, zone=context.zone.key)))
        explain_no_emotions(context)
        _show_troubled(context, devices)
        _show_pending(context, overview)
        st.html(html.figures(_figures(context, overview)))
        if context.sees_persons:
            left, right = st.columns([3, 2], gap="large")
            with left:
                _show_stats(context)
            with right:
                st.html(html.subheading(context.text(texts.overview.FEED)))
                with show_errors(context):
                    _show_feed(context)
        elif context.sees_groups:
            _show_stats(context)
        st.html(html.subheading(context.text(texts.common.DEVICES)))
        _show_devices(context, devices)


@st.cache_data(ttl=10, scope="session", show_spinner=False)
def _stats(backend: BackendClient, hours: int) -> Stats:
    return backend.stats(hours)


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _names(backend: BackendClient, ids: Sequence[int]) -> Mapping[int, str]:
    """Return the names of those of the employees that exist."""
    found = backend.employee_page(len(ids), 0, {"id": ids}) if ids else None
    return {employee.id: employee.full_name for employee in found.employees} if found else {}


def _show_pending(context: PageContext, overview: Overview) -> None:
    alerts_page = context.pages.get("alertas")
    if not overview.pending_alerts or alerts_page is None:
        return
    sentence = context.count(overview.pending_alerts, texts.overview.ONE_PENDING, texts.overview.MANY_PENDING)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="pending"):
        st.html(html.banner(sentence), width="content")
        st.page_link(
            alerts_page,
            label=context.text(texts.overview.SEE_ALERTS),
            icon=":material/arrow_forward:",
            icon_position="right",
        )


def _figures(context: PageContext, overview: Overview) -> tuple[html.KeyFigure, ...]:
    detections, people = overview.detections_last_hour or 0, overview.employees_detected_last_hour or 0
    share = f"{overview.overall_stress_percentage or 0.0:.1f} %"
    seen: tuple[html.KeyFigure, ...] = (
        html.KeyFigure(
            context.text(texts.common.STRESS_SHARE),
            share if detections else context.text(texts.common.NOT_SET),
            EXPRESSIONS["stress"],
            context.text(texts.overview.STRESS_SHARE_HELP),
        ),
        html.KeyFigure(context.text(texts.overview.DETECTIONS_LAST_HOUR), f"{detections:,}"),
        html.KeyFigure(context.text(texts.overview.PEOPLE_LAST_HOUR), f"{people:,}"),
    )
    if overview.withheld and not detections:
        own = texts.common if context.sees_groups else texts.overview
        reason, help_text = context.text(own.WITHHELD), context.text(own.WITHHELD_HELP)
        seen = tuple(replace(item, value=reason, help=help_text, is_withheld=True) for item in seen)
    return (
        *(seen[:1] if context.shows_emotions else ()),
        *_pending_figure(context, overview.pending_alerts),
        *seen[1:],
        html.KeyFigure(context.text(texts.overview.ACTIVE_EMPLOYEES), f"{overview.total_employees:,}"),
        html.KeyFigure(context.text(texts.overview.ACTIVE_DEVICES), f"{overview.active_devices:,}"),
    )


def _pending_figure(context: PageContext, pending: int | None) -> tuple[html.KeyFigure, ...]:
    """Return the figure of pending alerts; none where the role may not know it."""
    if pending is None:
        return ()
    colour = SEVERITIES["high"] if pending else ""
    return (html.KeyFigure(context.text(texts.overview.PENDING_ALERTS), f"{pending:,}", colour),)


def _show_stats(context: PageContext) -> None:
    stats = _stats(context.backend, STATS_HOURS)
    st.html(html.subheading(context.text(texts.overview.DISTRIBUTION)))
    kinds = [(context.permitted(item.emotion), item.count) for item in stats.emotions_distribution]
    counts = {emotion: count for emotion, count in kinds if emotion}
    not_analysed = sum(count for emotion, count in kinds if not emotion)
    if stats.withheld and not any(counts.values()):
        title, reason = context.text(texts.common.WITHHELD_TITLE), context.text(texts.common.WITHHELD_HELP)
        st.html(html.withheld(title, reason))
        return
    if not any(counts.values()) and not not_analysed:
        st.html(html.empty(context.text(texts.overview.NO_STATS)))
        return
    drawn = _draw_charts(context, stats, counts, not_analysed)
    st.plotly_chart(
        drawn.distribution,
        key="distribution",
        config=dict(charts.CONFIG),
        alt=context.text(texts.overview.DISTRIBUTION),
    )
    st.html(html.subheading(context.text(texts.overview.BY_HOUR)))
    st.plotly_chart(
        drawn.by_hour,
        key="by_hour",
        config=dict(charts.CONFIG),
        alt=context.text(texts.overview.BY_HOUR),
    )
    if stats.withheld:
        st.html(html.small(context.text(texts.common.HATCHED)))


def _draw_charts(context: PageContext, stats: Stats, counts: Mapping[str, int], not_analysed: int) -> _Charts:
    """Return the charts of the statistics, those of the last refresh where they would be the same."""
    hour = context.local(context.clock()).replace(minute=0, second=0, microsecond=0)
    drawn_for = (stats, hour, context.language, context.shows_emotions)
    kept = st.session_state.get(CHARTS)
    if not isinstance(kept, _Charts) or kept.drawn_for != drawn_for:
        by_hour = charts.by_hour(context, stats.detections_by_hour, stats.period_hours, is_partial=stats.withheld)
        kept = _Charts(drawn_for, charts.distribution(context, counts, not_analysed), by_hour)
        st.session_state[CHARTS] = kept
    return kept


def _show_feed(context: PageContext) -> None:
    known = st.session_state.get(FEED)
    feed = poll_feed(context.backend, known if isinstance(known, LiveFeed) else None)
    st.session_state[FEED] = feed
    if not feed.latest:
        st.html(html.empty(context.text(texts.overview.NO_FEED)))
        return
    seen = {detection.employee_id for detection in feed.latest}
    names = _names(context.backend, sorted(own for own in seen if own is not None))
    st.html(html.feed(_feed_row(context, detection, names) for detection in feed.latest))


def _feed_row(context: PageContext, detection: StoredDetection, names: Mapping[int, str]) -> html.FeedRow:
    name = context.text(texts.overview.NOT_ENROLLED)
    if detection.employee_id is not None:
        unknown = context.text(texts.overview.UNKNOWN_EMPLOYEE, id=detection.employee_id)
        name = names.get(detection.employee_id, unknown)
    emotion = context.permitted(detection.emotion)
    phrase = texts.common.COMPATIBLE.get(emotion, texts.common.COMPATIBLE[None])
    has_confidence = emotion is not None and detection.emotion_confidence is not None
    confidence = context.percent(detection.emotion_confidence) if has_confidence else ""
    return html.FeedRow(
        colour=expression_colour(emotion),
        name=name,
        expression=context.mark_odd(context.text(phrase), detection.odd_fields),
        confidence=confidence,
        age=context.ago(detection.timestamp),
    )


def _show_devices(context: PageContext, devices: list[Device]) -> None:
    if not devices:
        st.html(html.empty(context.text(texts.common.NO_DEVICES)))
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
        html.table(
            [context.text(name) for name in header],
            [_device_row(context, device) for device in sorted(devices, key=_trouble)],
            numbers=frozenset({3, 4}),
        )
    )


def _trouble(device: Device) -> tuple[int, str]:
    """Return the order of a device: problems first."""
    return _TROUBLE.index(device.state) if device.state in _TROUBLE else 0, device.device_id


def _show_troubled(context: PageContext, devices: list[Device]) -> None:
    """Render how many cameras do not watch, with a link to the reasons."""
    troubled = sum(device.state in _PROBLEMS for device in devices)
    if not troubled:
        return
    sentence = context.text(texts.overview.TROUBLED, count=f"{troubled:,}", all=f"{len(devices):,}")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="troubled"):
        st.html(html.banner(sentence), width="content")
        if "camara" in context.pages:
            st.page_link(
                context.pages["camara"],
                label=context.text(texts.overview.SEE_CAMERAS),
                icon=":material/arrow_forward:",
                icon_position="right",
            )


def _device_row(context: PageContext, device: Device) -> tuple[str | html.Chip, ...]:
    nothing = context.text(texts.common.NOT_SET)
    return (
        device.device_id,
        device_chip(context, device.state),
        context.mark_odd(device.location or nothing, device.odd_fields),
        f"{device.fps:.1f}" if device.fps is not None else nothing,
        f"{device.outbox_depth:,}" if device.outbox_depth is not None else nothing,
        context.ago(device.last_seen) if device.last_seen else context.text(texts.common.NEVER),
    )


def device_chip(context: PageContext, state: str) -> html.Chip:
    """Return the state of a device as a chip."""
    label = texts.common.DEVICE_STATES.get(state)
    return html.Chip(STATES.get(state, QUIET), context.text(label) if label else state)
