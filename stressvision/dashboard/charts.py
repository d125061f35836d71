"""The Plotly charts. Colours come from the palette, labels from the texts, numbers unchanged from the API."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from stressvision.dashboard import texts
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import ACCENT, NOT_ANALYSED, expression_colour
from stressvision.wire.backend import HourCount
from stressvision.wire.reports import EmployeeReport

CONFIG: Mapping[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True}

_ROW = 34


def distribution(context: PageContext, counts: Mapping[str, int], not_analysed: int = 0) -> go.Figure:
    """Return one bar per expression with its count, and one for faces counted without analysis where there are any."""
    shown: list[str | None] = [*context.expressions, *([None] if not_analysed else [])]
    figure = go.Figure(
        go.Bar(
            x=[counts.get(expression, 0) if expression else not_analysed for expression in shown],
            y=[context.text(texts.common.EXPRESSIONS[expression]) for expression in shown],
            orientation="h",
            marker_color=[expression_colour(expression) for expression in shown],
            marker_pattern_shape=[_pattern(expression) for expression in shown],
            texttemplate="%{x:,}",
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    dress(figure, height=_ROW * len(shown) + 20)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    figure.update_layout(margin_r=56)
    return figure


def by_hour(
    context: PageContext, hours: Sequence[HourCount], period_hours: int, *, is_partial: bool = False
) -> go.Figure:
    """Return the detections per hour of the period, in the plant's time zone.

    `is_partial`: hours with too few people are left out; hours without a figure are hatched, never shown as 0.
    """
    this_hour = _naive(context, context.clock()).replace(minute=0, second=0, microsecond=0)
    figure = go.Figure(
        go.Bar(
            x=[_naive(context, item.hour) + timedelta(minutes=30) for item in hours],
            y=[item.count for item in hours],
            customdata=[f"{context.local(item.hour):%d/%m %H:%M}" for item in hours],
            width=3600 * 1000 * 0.78,
            marker_color=ACCENT,
            hovertemplate="%{customdata}<br>%{y:,}<extra></extra>",
        )
    )
    if is_partial:
        _hatch_gaps(context, figure, hours, this_hour, period_hours)
    dress(figure, height=210)
    figure.update_layout(barmode="overlay", showlegend=False)
    ends = [this_hour - timedelta(hours=period_hours), this_hour + timedelta(hours=1)]
    figure.update_xaxes(type="date", range=ends, tickformat="%H:%M", nticks=7)
    figure.update_yaxes(rangemode="tozero", tickformat=",d", nticks=4)
    return figure


def _hatch_gaps(
    context: PageContext, figure: go.Figure, hours: Sequence[HourCount], this_hour: datetime, period_hours: int
) -> None:
    known = {_naive(context, item.hour) for item in hours}
    slots = (this_hour - timedelta(hours=back) for back in range(period_hours + 1))
    gaps = [hour for hour in slots if hour not in known]
    figure.add_bar(
        x=[hour + timedelta(minutes=30) for hour in gaps],
        y=[max((item.count for item in hours), default=1)] * len(gaps),
        width=3600 * 1000,
        customdata=[f"{hour:%d/%m %H:%M}" for hour in gaps],
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {"shape": "/", "size": 7, "solidity": 0.15, "fgcolor": NOT_ANALYSED},
        },
        hovertemplate="%{customdata}<br>" + context.text(texts.common.WITHHELD) + "<extra></extra>",
    )


def people(context: PageContext, summaries: Sequence[EmployeeReport]) -> go.Figure:
    """Return one stacked bar per employee of a report."""
    names = [_shorten(summary.name, summary.code) for summary in summaries]
    figure = go.Figure()
    for expression in context.expressions:
        figure.add_bar(
            x=[summary.counts.get(expression, 0) for summary in summaries],
            y=names,
            orientation="h",
            name=context.text(texts.common.EXPRESSIONS[expression]),
            marker_color=expression_colour(expression),
            hovertemplate="%{y}<br>%{fullData.name}: %{x:,}<extra></extra>",
        )
    dress(figure, height=_ROW * max(len(summaries), 2) + 90)
    figure.update_layout(barmode="stack")
    figure.update_xaxes(rangemode="tozero", tickformat=",d", nticks=6)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticksuffix="  ")
    return figure


def _pattern(expression: str | None) -> str:
    """Return hatching for faces counted without analysis: their grey is too close to that of a neutral face."""
    return "" if expression else "/"


def dress(figure: go.Figure, height: int) -> None:
    """Apply the common height, margins, legend and axes."""
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title_text": "", "traceorder": "normal"},
        dragmode=False,
        bargap=0.28,
        barcornerradius=2,
    )
    figure.update_xaxes(fixedrange=True, automargin=True, title_text="")
    figure.update_yaxes(fixedrange=True, automargin=True, title_text="")


def _naive(context: PageContext, moment: datetime) -> datetime:
    return context.local(moment).replace(tzinfo=None)


def _shorten(name: str, code: str) -> str:
    """Return at most 20 characters of the name, and the code: long names leave no room for bars on a phone."""
    return f"{name if len(name) <= 20 else name[:19] + '…'} · {code}"
