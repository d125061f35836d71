"""One person's figures over time, and what happened on one time line."""

from typing import Literal

from pydantic import Field

from stressvision.wire.reports import UsualLevel
from stressvision.wire.values import INFERS_EMOTIONS, EmotionCounts, EmotionPercent, Moment, WireModel


class PersonFigure(WireModel):
    """One minute, hour or day. `counts` by expression; faces not analysed are in `total_detections` only.

    `usual`: of the same hour on the 14 days before, by hour only; null with too little history.
    """

    start: Moment
    total_detections: int
    counts: EmotionCounts
    stress_pct: EmotionPercent
    fatigue_pct: float
    usual: UsualLevel | None = None


class PersonFigures(WireModel):
    """Figures of one person in [start_timestamp, end_timestamp). `points`: oldest first, without empty ones."""

    employee_id: int
    by: Literal["minute", "hour", "day"]
    start_timestamp: Moment
    end_timestamp: Moment
    time_zone: str
    total_detections: int
    emotion_counts: EmotionCounts
    stress_pct: EmotionPercent
    fatigue_pct: float
    points: list[PersonFigure]
    infers_emotions: bool = INFERS_EMOTIONS


class PersonEvent(WireModel):
    """One line of the time line: a step of an alert's history, or the beginning or end of a pause.

    `kind`: raised, acknowledged, noted, resolved, escalated, silenced, pause_begun, pause_ended; recognition_paused: at
    the person's own request, until `ends_at`.
    """

    timestamp: Moment
    kind: str
    alert_id: int | None = None
    silence_id: int | None = None
    severity: str | None = None
    alert_type: str | None = None
    user_id: str | None = None
    notes: str | None = None
    ends_at: Moment | None = None


class PersonEvents(WireModel):
    """What happened to one person's alerts since `since`, newest first; `total` counts also what exceeds the limit."""

    employee_id: int
    since: Moment
    events: list[PersonEvent] = Field(default_factory=list)
    total: int
    infers_emotions: bool = INFERS_EMOTIONS
