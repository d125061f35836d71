"""Messages of the WebSocket: events of the change feed, and a client's requests and their answers."""

from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from stressvision.wire.values import INFERS_EMOTIONS, MAX_ID, EmotionPercent, Moment, WireModel


class Event(WireModel):
    """An event of the feed. `id` increases with every commit; `/ws?since=ID` resumes after it.

    `committed_at`: time of the write.
    """

    id: int
    committed_at: Moment


class DetectionEvent(Event):
    """A stored detection; `data` has the fields of StoredDetection."""

    type: Literal["detection"] = "detection"
    data: dict[str, Any]


class AlertEvent(Event):
    """`type`: alert (new), alert_acknowledged, alert_resolved, alert_escalated (not acknowledged in time),
    alert_reopened (pending again: its decision was taken back).

    `evidence_share`, `above_usual`: as in Alert.
    """

    type: Literal["alert", "alert_acknowledged", "alert_resolved", "alert_escalated", "alert_reopened"]
    alert_id: int
    employee_id: int | None
    employee_name: str | None
    alert_type: str | None
    severity: str | None
    description: str | None
    status: str
    timestamp: Moment
    acknowledged_by: str | None
    resolved_by: str | None
    resolution_notes: str | None
    device_id: str | None = None
    escalation_level: int = 0
    evidence_share: float | None = None
    above_usual: float | None = None


class ReportEvent(Event):
    """A new or revised report."""

    type: Literal["report"] = "report"
    report_id: int
    start_timestamp: Moment
    end_timestamp: Moment
    total_detections: int
    overall_stress_percentage: EmotionPercent
    revision: int


class Connected(WireModel):
    """First message of a connection. `last_id`: position of the feed. `resumed_from`: the requested `since`.

    `gap`: events after `since` are no longer stored; read the REST lists instead.
    """

    type: Literal["connected"] = "connected"
    timestamp: Moment
    last_id: int
    resumed_from: int | None = None
    gap: bool = False
    infers_emotions: bool = INFERS_EMOTIONS


class HeartbeatEvent(WireModel):
    """`last_id`: position of the feed, including events outside the subscription; resume after it."""

    type: Literal["heartbeat"] = "heartbeat"
    timestamp: Moment
    last_id: int | None = None


class Pong(WireModel):
    """Answer to a ping."""

    type: Literal["pong"] = "pong"
    timestamp: Moment


class ErrorEvent(WireModel):
    """A client's message, or its `since`, is invalid. `detail` is text for a person."""

    type: Literal["error"] = "error"
    detail: str


FeedEvent = DetectionEvent | AlertEvent | ReportEvent

EVENT_TYPES: tuple[str, ...] = tuple(
    name for event in get_args(FeedEvent) for name in get_args(event.model_fields["type"].annotation)
)
"""Every `type` of an event of the feed."""


def _require_known(name: str) -> str:
    if name not in EVENT_TYPES:
        raise PydanticCustomError("enum", "Input should be one of: {expected}", {"expected": ", ".join(EVENT_TYPES)})
    return name


class Subscribe(BaseModel):
    """Subscription of a client; the last one applies. Without `events`: every type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["subscribe"] = "subscribe"
    events: list[Annotated[str, AfterValidator(_require_known)]] | None = Field(default=None, min_length=1)
    employee_id: int | None = Field(default=None, ge=1, le=MAX_ID)


class Subscribed(WireModel):
    """Confirms the subscription for every event after this message."""

    type: Literal["subscribed"] = "subscribed"
    events: list[str]
    employee_id: int | None
