"""The plant by area, hour and shift over a calendar week or month, without persons."""

from typing import Literal

from stressvision.wire.values import INFERS_EMOTIONS, EmotionPercent, Moment, WireModel


class GroupFigure(WireModel):
    """Sums of a group, and its shares in percent."""

    total_detections: int
    stress_pct: EmotionPercent
    fatigue_pct: float


class HourFigure(GroupFigure):
    """One hour of the day, 0 to 23, summed over the `days` on which it may be shown."""

    hour: int
    days: int


class DayFigure(GroupFigure):
    """One day of the plant, YYYY-MM-DD."""

    day: str


class AreaFigures(WireModel):
    """One area; `department` null: people without one.

    `hours` and `days` without the withheld ones, which have fewer than five people or would reveal those that do.
    `total`, `previous`: over the days; null where nothing is shown.
    """

    department: str | None
    total: GroupFigure | None
    previous: GroupFigure | None
    hours: list[HourFigure]
    days: list[DayFigure]


class ShiftFigure(GroupFigure):
    """One shift from `start_hour` to `end_hour`, over all areas, from the quarter hours that are shown."""

    name: Literal["morning", "afternoon", "night"]
    start_hour: int
    end_hour: int
    days: int


class PlantFigures(WireModel):
    """A calendar week or month, up to and including the last finished day.

    `day`: the first day. `days`: number of finished days. `days_with_figures`: days on which a figure is shown.
    `shown_windows` of `windows` quarter hours of the finished days had five people: the share that the totals rest on.
    `hours`: all areas together. `is_final`: the whole period is over. `withheld` is always true.
    """

    span: Literal["week", "month"]
    day: str
    end_day: str
    start_timestamp: Moment
    end_timestamp: Moment
    time_zone: str
    is_final: bool
    days: int
    days_with_figures: int
    shown_windows: int
    windows: int
    total: GroupFigure | None
    previous: GroupFigure | None
    hours: list[HourFigure]
    trend: list[DayFigure]
    areas: list[AreaFigures]
    shifts: list[ShiftFigure]
    withheld: bool = True
    infers_emotions: bool = INFERS_EMOTIONS
