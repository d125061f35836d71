"""The charts of one person: detections over time, and two weeks by day and hour."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import plotly.graph_objects as go

from stressvision.dashboard import charts, texts
from stressvision.dashboard.heatmap import difference_scale, draw_heatmap, share_scale
from stressvision.dashboard.page_context import Measure, PageContext
from stressvision.dashboard.palette import SEVERITIES, expression_colour
from stressvision.wire.person import PersonEvent, PersonFigure, PersonFigures
from stressvision.wire.reports import UsualLevel

DAYS = 14
ROW_PIXELS = 24
_WIDTHS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


def over_time(context: PageContext, figures: PersonFigures) -> go.Figure:
    """Return all detections of the period, stacked by expression."""
    width = _WIDTHS[figures.by]
    figure = go.Figure()
    for expression in (*context.expressions, None):
        counts = [_count(context, point, expression) for point in figures.points]
        if any(counts):
            figure.add_bar(
                x=[_naive(context, point.start) + width / 2 for point in figures.points],
                y=counts,
                name=context.text(texts.common.EXPRESSIONS[expression]),
                marker_color=expression_colour(expression),
                marker_pattern_shape="" if expression else "/",
                width=width / timedelta(milliseconds=1) * 0.86,
                customdata=[_label(context, point.start, figures.by) for point in figures.points],
                hovertemplate="%{customdata}<br>%{fullData.name}: %{y:,}<extra></extra>",
            )
    charts.dress(figure, height=260)
    figure.update_layout(barmode="stack")
    last = max([figures.end_timestamp, *(point.start + width for point in figures.points)])
    ends = [_naive(context, figures.start_timestamp), _naive(context, last)]
    ticks = "%d/%m" if figures.by == "day" else "%H:%M"
    figure.update_xaxes(type="date", range=ends, tickformat=ticks, nticks=8)
    figure.update_yaxes(rangemode="tozero", tickformat=",d", nticks=4)
    return figure


def fortnight(
    context: PageContext,
    points: Sequence[PersonFigure],
    events: Sequence[PersonEvent],
    measure: Measure,
    *,
    against_usual: bool,
) -> go.Figure:
    """Return one row per day and one column per hour, coloured by share or by difference from the usual level."""
    today = context.local(context.clock()).date()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    values: list[list[float | None]] = [[None] * 24 for _ in days]
    hovers = [[context.text(texts.person.NO_FIGURE)] * 24 for _ in days]
    for point in points:
        local = context.local(point.start)
        row = (today - local.date()).days
        if 0 <= row < DAYS and point.total_detections:
            values[row][local.hour] = _value(point, measure, against_usual=against_usual)
            hovers[row][local.hour] = _describe(context, point, measure)
    names = [f"{context.text(texts.plant.SHORT_DAYS[day.weekday()])} {day:%d/%m}" for day in days]
    scale = difference_scale(context.text(texts.person.POINTS)) if against_usual else share_scale(measure)
    figure = draw_heatmap(names, values, hovers, scale, ROW_PIXELS)
    _add_alerts(context, figure, events, names, today)
    return figure


def _add_alerts(
    context: PageContext, figure: go.Figure, events: Sequence[PersonEvent], names: Sequence[str], today: date
) -> None:
    raised = [event for event in events if event.kind == "raised"]
    places = [(context.local(event.timestamp), event) for event in raised]
    inside = [(at, event) for at, event in places if 0 <= (today - at.date()).days < DAYS]
    figure.add_scatter(
        x=[at.hour for at, _ in inside],
        y=[names[(today - at.date()).days] for at, _ in inside],
        mode="markers",
        marker={
            "symbol": "diamond",
            "size": 9,
            "color": [SEVERITIES.get(event.severity or "", SEVERITIES["medium"]) for _, event in inside],
            "line": {"width": 1.5, "color": "white"},
        },
        text=[f"{at:%H:%M} · {context.text(texts.person.ALERT_MARK, id=event.alert_id)}" for at, event in inside],
        hovertemplate="%{text}<extra></extra>",
    )


def _value(point: PersonFigure, measure: Measure, *, against_usual: bool) -> float | None:
    share = _share(point, measure)
    if not against_usual:
        return share
    usual = _share(point.usual, measure) if point.usual else None
    return None if share is None or usual is None else share - usual


def _share(figure: PersonFigure | UsualLevel, measure: Measure) -> float | None:
    return figure.stress_pct if measure == "stress" else figure.fatigue_pct


def _describe(context: PageContext, point: PersonFigure, measure: Measure) -> str:
    share = _share(point, measure) or 0.0
    cell = context.text(texts.person.CELL, share=f"{share:.0f}", count=f"{point.total_detections:,}")
    if point.usual is None:
        return f"{cell}<br>{context.text(texts.person.CELL_NO_USUAL)}"
    usual = _share(point.usual, measure) or 0.0
    return f"{cell}<br>{context.text(texts.person.CELL_USUAL, usual=f'{usual:.0f}', days=point.usual.days)}"


def _count(context: PageContext, point: PersonFigure, expression: str | None) -> int:
    """Return the detections of one expression; None: all those without a named one."""
    if expression is None:
        return point.total_detections - sum(point.counts.get(name, 0) for name in context.expressions)
    return point.counts.get(expression, 0)


def _label(context: PageContext, start: datetime, by: str) -> str:
    local = context.local(start)
    return f"{local:%d/%m/%Y}" if by == "day" else f"{local:%d/%m %H:%M}"


def _naive(context: PageContext, moment: datetime) -> datetime:
    return context.local(moment).replace(tzinfo=None)
