"""Planta: areas by hour and shift, week or month against the one before, without persons."""

from datetime import date, timedelta

import streamlit as st

from stressvision.core.errors import StressVisionError
from stressvision.core.texts import Message
from stressvision.dashboard import charts, html, texts
from stressvision.dashboard.client import BackendClient
from stressvision.dashboard.elements.date_field import read_day
from stressvision.dashboard.page_context import Measure, PageContext, explain_no_emotions
from stressvision.dashboard.pages.plant import charts as plant_charts
from stressvision.dashboard.pages.plant.story import build_story, difference, name_area, share_of
from stressvision.dashboard.pages.plant.tables import show_comparison, show_shifts
from stressvision.dashboard.palette import EXPRESSIONS
from stressvision.dashboard.recovery import recovering
from stressvision.dashboard.report_download import PDF_TIMEOUT_SECONDS, show_download_button
from stressvision.domain.plant import Span, days_before, days_of
from stressvision.wire.plant import PlantFigures

SPAN, DAY = "periodo", "fecha"
"""Names of the query parameters."""
_SPANS: dict[str, Span] = {"semana": Span.WEEK, "mes": Span.MONTH}


def render(context: PageContext) -> None:
    """Render the page."""
    st.html(html.heading(context.text(texts.plant.TITLE)))
    span, day = _choose(context)
    with recovering(context):
        figures = _figures(context.backend, span, day.isoformat())
        period = name_period(context, span, day)
        st.html(html.small(context.text(texts.plant.UNTIL, period=period, days=figures.days)))
        if figures.total is None:
            title = context.text(texts.common.WITHHELD_TITLE)
            st.html(html.withheld(title, context.text(texts.plant.NOTHING)))
            return
        _show(context, figures)
        if span is Span.WEEK:
            _show_document(context, day)


def name_period(context: PageContext, span: Span, day: date) -> str:
    """Return the first and last day of the period in words."""
    days = days_of(span, day)
    message = texts.plant.WEEK_OF if span is Span.WEEK else texts.plant.MONTH_OF
    return context.text(message, first=f"{days[0]:%d/%m/%Y}", last=f"{days[-1]:%d/%m/%Y}")


@st.cache_data(ttl=60, scope="session", show_spinner=False)
def _figures(backend: BackendClient, span: Span, day: str) -> PlantFigures:
    return backend.patiently(20.0).call(PlantFigures, "GET", f"/api/plant/{span.value}/{day}")


def _choose(context: PageContext) -> tuple[Span, date]:
    """Render the choice of the period, which the address follows."""
    yesterday = context.local(context.clock()).date() - timedelta(days=1)
    name = st.query_params.get(SPAN, "semana")
    span = _SPANS.get(name, Span.WEEK)
    day = _parse(st.query_params.get(DAY, ""), yesterday)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            context.text(texts.plant.SPAN),
            list(_SPANS),
            default=name if name in _SPANS else "semana",
            required=True,
            format_func=lambda own: context.text(texts.plant.SPANS[_SPANS[own].value]),
            key=f"plant_span_{span.value}",
        )
        last = yesterday + timedelta(days=1)
        picked = read_day(context, texts.plant.DAY, f"plant_day_{day}", day, last) or day
        is_earlier = st.button(context.text(texts.plant.EARLIER), icon=":material/chevron_left:", key="plant_earlier")
        after = days_of(span, day)[-1] + timedelta(days=1)
        is_later = st.button(
            context.text(texts.plant.LATER),
            icon=":material/chevron_right:",
            key="plant_later",
            disabled=after > yesterday,
        )
    wanted = days_before(span, day)[-1] if is_earlier else after if is_later else picked
    if (_SPANS[chosen], wanted) != (span, day):
        st.query_params.from_dict({SPAN: chosen, DAY: wanted.isoformat()})
        st.rerun()
    return span, day


def _parse(text: str, latest: date) -> date:
    try:
        return min(date.fromisoformat(text), latest + timedelta(days=1))
    except ValueError:
        return latest


@st.fragment
def _show(context: PageContext, figures: PlantFigures) -> None:
    measure = st.segmented_control(
        context.text(texts.person.MEASURE),
        context.measures,
        default=context.measures[0],
        required=True,
        format_func=lambda own: context.text(texts.person.MEASURES[own]),
        key="plant_measure",
        label_visibility="collapsed",
    )
    explain_no_emotions(context)
    st.html(html.story(build_story(context, figures, measure)))
    st.html(html.figures(_key_figures(context, figures)))
    _show_areas(context, figures, measure)
    show_comparison(context, figures, measure)
    show_shifts(context, figures)


def _key_figures(context: PageContext, figures: PlantFigures) -> tuple[html.KeyFigure, ...]:
    days = context.text(texts.plant.DAYS_OF, days=figures.days_with_figures, all=figures.days)
    detections = figures.total.total_detections if figures.total else 0
    labels: dict[Measure, Message] = {"stress": texts.plant.STRESS_SHARE, "fatigue": texts.plant.FATIGUE_SHARE}
    return (
        *(_share_figure(context, figures, context.text(labels[own]), own) for own in context.measures),
        html.KeyFigure(context.text(texts.plant.COVERAGE), days),
        html.KeyFigure(context.text(texts.common.DETECTIONS), f"{detections:,}"),
    )


def _share_figure(context: PageContext, figures: PlantFigures, label: str, measure: Measure) -> html.KeyFigure:
    points = difference(figures.total, figures.previous, measure)
    note = context.text(texts.plant.NO_PREVIOUS)
    if points is not None:
        note = context.text(texts.plant.AGAINST, points=f"{round(points, 1) + 0.0:+.1f}")  # no "-0.0"
    share = f"{share_of(figures.total, measure):.1f} %" if figures.total else context.text(texts.common.NOT_SET)
    return html.KeyFigure(label, share, EXPRESSIONS[measure], note=note)


def _show_areas(context: PageContext, figures: PlantFigures, measure: Measure) -> None:
    st.html(html.subheading(context.text(texts.plant.BY_HOUR)))
    names = [name_area(context, area.department) for area in figures.areas]
    selected = st.plotly_chart(
        plant_charts.areas_by_hour(context, figures, measure),
        key="plant_areas",
        on_select="rerun",
        selection_mode="points",
        config=dict(charts.CONFIG),
        alt=context.text(texts.plant.BY_HOUR),
    )
    points = selected["selection"]["points"] if isinstance(selected, dict) else []
    clicked = str(points[0].get("y")) if points else None
    st.html(html.small(context.text(texts.plant.HATCHED)))
    everything = context.text(texts.plant.ALL_AREAS)
    if clicked != st.session_state.get("plant_clicked"):
        st.session_state["plant_clicked"] = clicked
        st.session_state["plant_area"] = clicked if clicked in names else everything
    chosen = st.pills(
        context.text(texts.plant.AREA), [everything, *names], default=everything, required=True, key="plant_area"
    )
    st.html(html.subheading(context.text(texts.plant.TREND, area=chosen)))
    area = next((own for own, name in zip(figures.areas, names, strict=True) if name == chosen), None)
    days, previous = (area.days, area.previous) if area else (figures.trend, figures.previous)
    if not days:
        st.html(html.empty(context.text(texts.plant.NO_TREND)))
        return
    st.plotly_chart(
        plant_charts.trend(context, days, figures, previous),
        key="plant_trend",
        config=dict(charts.CONFIG),
        alt=context.text(texts.plant.TREND, area=chosen),
    )


@st.fragment
def _show_document(context: PageContext, day: date) -> None:
    """Render the button that prepares the week's document, and the one that downloads it."""
    if not st.button(context.text(texts.plant.DOCUMENT), icon=":material/description:", key="plant_document"):
        return
    monday = days_of(Span.WEEK, day)[0]
    try:
        with st.spinner(context.text(texts.reports.PREPARING)):
            patient = context.backend.patiently(PDF_TIMEOUT_SECONDS)
            content = patient.report_document(f"weekly/{monday}", "pdf", persons=False)
    except StressVisionError as error:
        st.warning(error.message.text(context.language))
        return
    name = f"{context.text(texts.reports.FILE_NAMES['weekly'])}_{monday}.pdf"
    show_download_button(context, name, content, "application/pdf", "plant_download")
