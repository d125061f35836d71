"""Heat maps of 24 hours: coloured cells on a hatched ground, so that a cell without a figure does not read as zero."""

from collections.abc import Iterator, Sequence
from typing import Any

import plotly.graph_objects as go

from stressvision.dashboard import charts
from stressvision.dashboard.palette import EXPRESSIONS, NOT_ANALYSED

HOURS = 24
PALE = "rgba(138, 147, 157, 0.16)"
"""Near the background in the light theme and in the dark one."""
_BAR = {"thickness": 10, "len": 0.9, "outlinewidth": 0}


def draw_heatmap(
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    hovers: Sequence[Sequence[str]],
    scale: dict[str, Any],
    row_pixels: int,
) -> go.Figure:
    """Return one row per name and one column per hour of the day.

    Args:
        names: Labels of the rows, the first at the top.
        values: One number per row and hour; None where there is no figure.
        hovers: The tooltip of each cell.
        scale: Colours and limits, from `share_scale` or `difference_scale`.
        row_pixels: Height of a row.
    """
    figure = go.Figure()
    _hatch_gaps(figure, names, values, hovers)
    figure.add_heatmap(
        x=list(range(HOURS)),
        y=list(names),
        z=[list(own) for own in values],
        text=[list(own) for own in hovers],
        hovertemplate="%{y}, %{x}:00<br>%{text}<extra></extra>",
        hoverongaps=False,
        xgap=2,
        ygap=2,
        **scale,
    )
    charts.dress(figure, height=row_pixels * len(names) + 50)
    hours = list(range(0, HOURS, 2))
    figure.update_xaxes(range=[-0.5, 23.5], tickvals=hours, ticktext=[f"{hour:02d}" for hour in hours], showgrid=False)
    figure.update_yaxes(
        categoryorder="array", categoryarray=list(names), autorange="reversed", showgrid=False, ticksuffix="  "
    )
    figure.update_layout(showlegend=False, barmode="overlay", bargap=0, barcornerradius=0)
    return figure


def _hatch_gaps(
    figure: go.Figure,
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    hovers: Sequence[Sequence[str]],
) -> None:
    """Hatch the cells without a figure."""
    gaps = [(row, start, end) for row, own in enumerate(values) for start, end in _gaps(own)]
    figure.add_bar(
        x=[end - start for _, start, end in gaps],
        base=[start - 0.5 for _, start, _ in gaps],
        y=[names[row] for row, _, _ in gaps],
        orientation="h",
        width=1,
        customdata=[hovers[row][start] for row, start, _ in gaps],
        hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {"shape": "/", "size": 6, "solidity": 0.12, "fgcolor": NOT_ANALYSED},
        },
    )


def share_scale(measure: str, highest: float = 100.0) -> dict[str, Any]:
    """Return one hue, from pale to the colour of the expression at `highest` percent."""
    colours = [(0.0, PALE), (1.0, EXPRESSIONS[measure])]
    return {"colorscale": colours, "zmin": 0, "zmax": highest, "colorbar": {**_BAR, "ticksuffix": " %"}}


def difference_scale(unit: str, most: float = 50.0) -> dict[str, Any]:
    """Return two hues with a pale middle at 0, for differences in points."""
    colours = [(0.0, EXPRESSIONS["sad"]), (0.5, PALE), (1.0, EXPRESSIONS["stress"])]
    return {"colorscale": colours, "zmin": -most, "zmax": most, "colorbar": {**_BAR, "title": {"text": unit}}}


def _gaps(values: Sequence[float | None]) -> Iterator[tuple[int, int]]:
    """Yield the first hour and the hour behind the last one of each run of cells without a figure."""
    start: int | None = None
    for hour, value in enumerate([*values, 0.0]):
        if value is None and start is None:
            start = hour
        elif value is not None and start is not None:
            yield start, hour
            start = None
