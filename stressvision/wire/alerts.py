"""Messages about alerts: evidence, history, decisions and silences."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.domain.alerts import Outcome
from stressvision.wire.values import (
    INFERS_EMOTIONS,
    MAX_REFERENCE,
    ODD_FIELDS,
    USER_NAME,
    DeviceId,
    Moment,
    NextCursor,
    WireModel,
    Words,
)

Notes = Field(default=None, max_length=4000)


class MinuteCount(WireModel):
    """One minute of the clock: `events` counted by the rule, out of `total` detections."""

    start: Moment
    events: int
    total: int


class Alert(WireModel):
    """An alert about a person (`employee_id`) or a device (`device_id`).

    `evidence_*`: number of matching detections, of all detections, their mean confidence, start and minutes, and the
    share of matching ones in percent. `above_usual`: percentage points by which that share exceeds `usual_share`.
    `usual_share`: the person's usual share at that time of day over `usual_days` earlier days, in percent; null with
    too little history. `error_chance`, 0-1: probability that so many come from model errors alone, if detections were
    independent (they are not: the true figure is larger). `escalation_level`: number of escalations for lack of an
    acknowledgement. `version` grows with each decision; a decision may name the version that its author saw.
    """

    id: int
    timestamp: Moment
    employee_id: int | None
    employee_name: str | None
    employee_code: str | None
    alert_type: str | None
    severity: str | None
    description: str | None
    status: str
    acknowledged_by: str | None
    acknowledged_at: Moment | None
    resolved_by: str | None
    resolved_at: Moment | None
    resolution_notes: str | None
    evidence_events: int | None
    evidence_total: int | None
    evidence_confidence: float | None
    created_at: Moment
    device_id: str | None = None
    evidence_start: Moment | None = None
    evidence_minutes: list[MinuteCount] | None = None
    usual_share: float | None = None
    usual_days: int | None = None
    error_chance: float | None = None
    evidence_share: float | None = None
    above_usual: float | None = None
    escalation_level: int = 0
    version: int = 0
    outcome: str | None = None
    department: str | None = None
    shift: str | None = None
    odd_fields: tuple[str, ...] = ODD_FIELDS


class AlertLinkState(WireModel):
    """The link of a message: what the message said of the alert, and nothing about a person.

    `state`: `pending` may be acknowledged; `acknowledged` now, by this link; `used` earlier; `settled` by another user.
    """

    alert_id: int
    timestamp: Moment
    severity: str | None
    destination: str
    expires_at: Moment
    state: Literal["pending", "acknowledged", "used", "settled"]


class AlertList(WireModel):
    """One page of alerts; `total` counts every match."""

    alerts: list[Alert]
    total: int
    infers_emotions: bool = INFERS_EMOTIONS
    next_cursor: NextCursor = None


class AlertStepTaken(WireModel):
    """One line of an alert's history. `kind`: raised, acknowledged, noted, resolved, escalated, reopened."""

    id: int
    timestamp: Moment
    kind: str
    user_id: str | None
    notes: str | None
    details: dict[str, Any] | None


class AlertDetail(Alert):
    """An alert and its history, oldest first."""

    history: list[AlertStepTaken]
    infers_emotions: bool = INFERS_EMOTIONS


class AlertDecision(BaseModel):
    """Author and reason of a decision on an alert. `user_id` may be a query parameter instead.

    `version`: the alert's version that the author saw. The answer is 409 where it was decided on since.
    `outcome`: what the alert turned out to be, for a resolution.
    """

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"user_id": "admin"}})

    user_id: Words | None = USER_NAME
    notes: Words | None = Notes
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)
    outcome: Outcome | None = None


class UndoRequest(BaseModel):
    """Body of a request that takes back a decision. `user_id` may be a query parameter instead."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"user_id": "admin"}})

    user_id: Words | None = USER_NAME
    version: int | None = Field(default=None, ge=0, le=2**31 - 1)


class OutcomeCounts(WireModel):
    """Stated outcomes of employees' alerts resolved in the last `period_days`.

    `useful_share`, 0-1: useful ones among those with a stated outcome other than unclear, with its 95 % interval; null
    without any. `unstated`: resolved without an outcome.
    """

    period_days: int
    useful: int
    false_alarm: int
    unclear: int
    unstated: int
    useful_share: float | None
    useful_share_low: float | None
    useful_share_high: float | None


class AlertNote(BaseModel):
    """A note on an alert in any state. `user_id` may be a query parameter instead."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"user_id": "admin", "notes": "Conversación realizada"}}
    )

    user_id: Words | None = USER_NAME
    notes: Words = Field(min_length=1, max_length=4000, pattern=r"\S")


class AlertChanged(WireModel):
    """Answer to a decision on an alert."""

    status: Literal["ok"] = "ok"
    alert_id: int
    alert: Alert


class SilenceRequest(BaseModel):
    """Suppress alerts of one employee or device until `ends_at`. `user_id` may be a query parameter instead."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "employee_id": 1,
                "ends_at": "2026-11-22T23:00:00Z",
                "reason": "Ya atendido por el servicio médico",
                "user_id": "admin",
            }
        },
    )

    employee_id: int | None = Field(default=None, ge=1, le=MAX_REFERENCE)
    device_id: DeviceId | None = None
    ends_at: Moment
    reason: Words = Field(min_length=1, max_length=500, pattern=r"\S")
    user_id: Words | None = USER_NAME


class SilencedAlert(WireModel):
    """An alert that a silence suppressed."""

    timestamp: Moment
    details: dict[str, Any] | None


class Silence(WireModel):
    """A silence. `ended_at`: ended before `ends_at`. `silenced`: suppressed alerts, newest first, at most 20."""

    id: int
    employee_id: int | None
    employee_name: str | None
    employee_code: str | None
    device_id: str | None
    reason: str
    starts_at: Moment
    ends_at: Moment
    created_by: str | None
    ended_at: Moment | None
    ended_by: str | None
    silenced: list[SilencedAlert] = Field(default_factory=list)


class SilenceList(WireModel):
    """Silences, newest first."""

    silences: list[Silence]
    total: int
