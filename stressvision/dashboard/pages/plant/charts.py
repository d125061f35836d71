"""The charts of the plant: areas by hour of the day with the shifts, and the trend day by day."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from stressvision.dashboard import charts, texts
from stressvision.dashboard.heatmap import HOURS, draw_heatmap, share_scale
from stressvision.dashboard.page_context import Measure, PageContext
from stressvision.dashboard.pages.plant.story import name_area, share_of
from stressvision.dashboard.palette import EXPRESSIONS, QUIET
from stressvision.wire.plant import DayFigure, GroupFigure, PlantFigures

ROW_PIXELS = 38
_STEPS = (10.0, 20.0, 40.0, 60.0, 80.0, 100.0)


def areas_by_hour(context: PageContext, figures: PlantFigures, measure: Measure) -> go.Figure:
    """Return one row per area and one column per hour, with lines where the shifts begin. A cell can be selected."""
    rows = [(context.text(texts.plant.ALL_AREAS), figures.hours)]
    rows += [(name_area(context, area.department), area.hours) for area in figures.areas]
    names = [name for name, _ in rows]
    values: list[list[float | None]] = [[None] * HOURS for _ in names]
    withheld = context.text(texts.plant.WITHHELD_CELL)
    hovers = [[withheld] * HOURS for _ in names]
    for row, (_, hours) in enumerate(rows):
        for hour in hours:
            values[row][hour.hour] = share_of(hour, measure)
            hovers[row][hour.hour] = context.text(
                texts.plant.CELL,
                share=f"{share_of(hour, measure):.0f}",
                count=f"{hour.total_detections:,}",
                days=hour.days,
                all=figures.days,
            )
    highest = max((value for own in values for value in own if value is not None), default=0.0)
    scale = share_scale(measure, next(step for step in _STEPS if step >= highest))
    figure = draw_heatmap(names, values, hovers, scale, ROW_PIXELS)
    _add_targets(figure, names, hovers)
    _add_shifts(context, figure, figures)
    return figure


def trend(
    context: PageContext, days: Sequence[DayFigure], figures: PlantFigures, previous: GroupFigure | None
) -> go.Figure:
    """Return the shares day by day; a day without a figure interrupts the line."""
    by_day = {figure.day: figure for figure in days}
    first, last = date.fromisoformat(figures.day), date.fromisoformat(figures.end_day)
    calendar = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    figure = go.Figure()
    for measure in context.measures:
        shown = [by_day.get(day.isoformat()) for day in calendar]
        figure.add_scatter(
            x=calendar,
            y=[share_of(own, measure) if own else None for own in shown],
            customdata=[f"{own.total_detections:,}" if own else "" for own in shown],
            name=context.text(texts.person.MEASURES[measure]),
            mode="lines+markers",
            marker={"size": 7, "symbol": "circle" if measure == "stress" else "diamond"},
            line={"color": EXPRESSIONS[measure], "width": 2},
            hovertemplate="%{x|%d/%m}: %{y:.1f} %<br>%{customdata} "
            + context.text(texts.common.DETECTIONS).lower()
            + "<extra>%{fullData.name}</extra>",
        )
        if previous is not None:
            share = share_of(previous, measure)
            figure.add_hline(y=share, line={"color": EXPRESSIONS[measure], "width": 1, "dash": "dot"})
    if previous is not None:
        name = context.text(texts.plant.PREVIOUS)
        figure.add_scatter(
            x=[None], y=[None], mode="lines", name=name, line={"color": QUIET, "width": 1, "dash": "dot"}
        )
    charts.dress(figure, height=260)
    figure.update_xaxes(type="date", tickformat="%d/%m", nticks=8)
    figure.update_yaxes(rangemode="tozero", ticksuffix=" %", nticks=5)
    return figure


def _add_targets(figure: go.Figure, names: Sequence[str], hovers: Sequence[Sequence[str]]) -> None:
    """Add an invisible point to each cell: heat maps themselves cannot be selected."""
    cells = [(row, hour) for row in range(len(names)) for hour in range(HOURS)]
    figure.add_scatter(
        x=[hour for _, hour in cells],
        y=[names[row] for row, _ in cells],
        mode="markers",
        marker={"symbol": "square", "size": 24, "color": "rgba(0,0,0,0)", "opacity": 1},
        selected={"marker": {"color": "rgba(0,0,0,0)"}},
        unselected={"marker": {"color": "rgba(0,0,0,0)", "opacity": 1}},
        text=[hovers[row][hour] for row, hour in cells],
        hovertemplate="%{y}, %{x}:00<br>%{text}<extra></extra>",
    )


def _add_shifts(context: PageContext, figure: go.Figure, figures: PlantFigures) -> None:
    for shift in figures.shifts:
        name = context.text(texts.employees.SHIFTS[shift.name])
        figure.add_vline(x=shift.start_hour - 0.5, line={"color": QUIET, "width": 1.5, "dash": "dash"})
        figure.add_annotation(
            x=shift.start_hour - 0.4,
            y=1.0,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            text=name,
            showarrow=False,
            font={"size": 11, "color": QUIET},
        )
    figure.update_layout(margin_t=24, clickmode="event+select")
