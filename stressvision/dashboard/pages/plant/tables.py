"""The tables of the plant: its shifts, and its areas against the period before."""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from stressvision.dashboard import html, texts
from stressvision.dashboard.page_context import Measure, PageContext
from stressvision.dashboard.pages.plant.story import difference, name_area
from stressvision.wire.plant import GroupFigure, PlantFigures

ROW_PIXELS = 36


def show_shifts(context: PageContext, figures: PlantFigures) -> None:
    """Render the shares of each shift and the days they rest on."""
    st.html(html.subheading(context.text(texts.plant.SHIFTS_TITLE)))
    names = [
        context.text(
            texts.plant.SHIFT_OF,
            name=context.text(texts.employees.SHIFTS[shift.name]),
            start=shift.start_hour,
            end=shift.end_hour,
        )
        for shift in figures.shifts
    ]
    _show_table(
        context,
        "plant_shifts",
        {
            "name": names,
            "stress": [shift.stress_pct for shift in figures.shifts],
            "fatigue": [shift.fatigue_pct for shift in figures.shifts],
            "days": [context.text(texts.plant.DAYS_OF, days=shift.days, all=figures.days) for shift in figures.shifts],
        },
        context.text(texts.plant.SHIFT),
    )


def show_comparison(context: PageContext, figures: PlantFigures, measure: Measure) -> None:
    """Render the shares of each area, their change against the period before, and the days they rest on."""
    st.html(html.subheading(context.text(texts.plant.AREAS_TITLE)))
    totals = [area.total or _NOTHING for area in figures.areas]
    _show_table(
        context,
        "plant_comparison",
        {
            "name": [name_area(context, area.department) for area in figures.areas],
            "stress": [total.stress_pct for total in totals],
            "fatigue": [total.fatigue_pct for total in totals],
            "change": [difference(area.total, area.previous, measure) for area in figures.areas],
            "detections": [total.total_detections for total in totals],
            "days": [
                context.text(texts.plant.DAYS_OF, days=len(area.days), all=figures.days) for area in figures.areas
            ],
        },
        context.text(texts.plant.AREA),
    )


_NOTHING = GroupFigure(total_detections=0, stress_pct=0.0, fatigue_pct=0.0)
Column = Literal["name", "stress", "fatigue", "change", "detections", "days"]


def _show_table(context: PageContext, key: str, columns: Mapping[Column, Sequence[object]], first: str) -> None:
    st.dataframe(
        pd.DataFrame({name: own for name, own in columns.items() if name != "stress" or context.shows_emotions}),
        hide_index=True,
        row_height=ROW_PIXELS,
        column_config={
            "name": st.column_config.TextColumn(first),
            "stress": _share_column(context, "stress"),
            "fatigue": _share_column(context, "fatigue"),
            "change": st.column_config.NumberColumn(context.text(texts.plant.CHANGE), format="%+.1f"),
            "detections": st.column_config.NumberColumn(context.text(texts.common.DETECTIONS), format="localized"),
            "days": st.column_config.TextColumn(context.text(texts.plant.DAYS)),
        },
        placeholder=context.text(texts.common.NOT_SET),
        key=key,
        alt=first,
    )


def _share_column(context: PageContext, measure: Measure) -> ColumnConfig:
    return st.column_config.ProgressColumn(
        context.text(texts.person.MEASURES[measure]), min_value=0, max_value=100, format="%.1f %%"
    )
