"""The week or month of the plant in three sentences."""

from collections.abc import Iterator

from stressvision.dashboard import texts
from stressvision.dashboard.page_context import Measure, PageContext
from stressvision.wire.plant import AreaFigures, GroupFigure, HourFigure, PlantFigures

FEWEST_DAYS = 2
"""Days that an hour needs to be named as the highest, where any hour has as many: one bad day is not a habit."""


def build_story(context: PageContext, figures: PlantFigures, measure: Measure) -> tuple[str, ...]:
    """Return three sentences: the share and its change, the area and hour with the highest share, the coverage."""
    if figures.total is None:
        return (context.text(texts.plant.NOTHING),)
    share = context.text(
        texts.plant.STORY[measure],
        share=f"{share_of(figures.total, measure):.1f}",
        change=_change(context, figures, measure),
    )
    coverage = context.text(
        texts.plant.STORY_COVERAGE,
        days=figures.days_with_figures,
        all=figures.days,
        share=f"{100 * figures.shown_windows / figures.windows:.0f}" if figures.windows else "0",
    )
    return share, _peak(context, figures, measure), coverage


def share_of(figure: GroupFigure, measure: Measure) -> float:
    """Return the share of a figure, in percent."""
    return (figure.stress_pct or 0.0) if measure == "stress" else figure.fatigue_pct


def name_area(context: PageContext, department: str | None) -> str:
    """Return the name of an area on the screen."""
    return department or context.text(texts.plant.NO_AREA)


def difference(now: GroupFigure | None, before: GroupFigure | None, measure: Measure) -> float | None:
    """Return the points by which the share changed, rounded to one decimal, or None without one of the two."""
    if now is None or before is None:
        return None
    return round(share_of(now, measure) - share_of(before, measure), 1)


def _change(context: PageContext, figures: PlantFigures, measure: Measure) -> str:
    points = difference(figures.total, figures.previous, measure)
    if points is None:
        return ""
    if not points:
        return context.text(texts.plant.SAME)
    message = texts.plant.MORE if points > 0 else texts.plant.LESS
    return context.text(message, points=f"{abs(points):.1f}")


def _peak(context: PageContext, figures: PlantFigures, measure: Measure) -> str:
    found = list(_hours(figures, FEWEST_DAYS)) or list(_hours(figures, 1))
    if not found:
        highest = max(figures.hours, key=lambda own: share_of(own, measure))
        return context.text(
            texts.plant.STORY_NO_PEAK,
            hour=f"{highest.hour:02d}",
            share=f"{share_of(highest, measure):.0f}",
            days=highest.days,
        )
    area, hour = max(found, key=lambda item: share_of(item[1], measure))
    return context.text(
        texts.plant.STORY_PEAK,
        area=name_area(context, area.department),
        hour=f"{hour.hour:02d}",
        share=f"{share_of(hour, measure):.0f}",
        days=hour.days,
    )


def _hours(figures: PlantFigures, fewest_days: int) -> Iterator[tuple[AreaFigures, HourFigure]]:
    return ((area, hour) for area in figures.areas for hour in area.hours if hour.days >= fewest_days)
