"""Alerts: what they rest on, what was done about them, and silence."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.wire.pages import NextCursor
from stressvision.wire.values import DeviceId, Moment, WireModel, Words

UserName = Field(default=None, min_length=1, max_length=100)
Notes = Field(default=None, max_length=4000)


class MinuteCount(WireModel):
    """One minute of the clock: `events` that the rule counts among `total` detections."""

    start: Moment
    events: int
    total: int


class Alert(WireModel):
    """Of a person (`employee_id`) or of a device (`device_id`).

    `evidence_*` say what it stands on: how many detections, of how many, with what mean confidence, from when, in which
    minutes. `usual_share`: the person's own share at that time of day on `usual_days` earlier days, in percent, null
    where there is too little history. `error_chance`, 0-1: how likely so many come about by the model's errors alone,
    taking detections for independent (they are not: the true figure is larger). `escalation_level`: how often it was
    passed on because nobody had acknowledged it.
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
    escalation_level: int = 0


class AlertList(WireModel):
    alerts: list[Alert]
    total: int
    next_cursor: NextCursor = None


class AlertStepTaken(WireModel):
    """One line of an alert's history. `kind`: raised, acknowledged, noted, resolved, escalated."""

    id: int
    timestamp: Moment
    kind: str
    user_id: str | None
    notes: str | None
    details: dict[str, Any] | None


class AlertDetail(Alert):
    """An alert and its history, oldest first."""

    history: list[AlertStepTaken]


class AlertDecision(BaseModel):
    """Who decides on an alert, and why. `user_id` may come as a query parameter instead."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"user_id": "admin"}})

    user_id: Words | None = UserName
    notes: Words | None = Notes


class AlertNote(BaseModel):
    """What somebody adds to an alert, whatever its state. `user_id` may come as a query parameter instead."""

    model_config = ConfigDict(
        extra="ignore", json_schema_extra={"example": {"user_id": "admin", "notes": "Conversación realizada"}}
    )

    user_id: Words | None = UserName
    notes: Words = Field(min_length=1, max_length=4000, pattern=r"\S")


class AlertChanged(WireModel):
    status: Literal["ok"] = "ok"
    alert_id: int
    alert: Alert


class SilenceRequest(BaseModel):
    """No alerts of one employee, or of one device, until `ends_at`. `user_id` may be a query parameter instead."""

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

    employee_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    device_id: DeviceId | None = None
    ends_at: Moment
    reason: Words = Field(min_length=1, max_length=500, pattern=r"\S")
    user_id: Words | None = UserName


class SilencedAlert(WireModel):
    """What would have been an alert."""

    timestamp: Moment
    details: dict[str, Any] | None


class Silence(WireModel):
    """`ended_at`: taken back before `ends_at`. `silenced`: what it kept quiet, newest first, 20 at most."""

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
    silences: list[Silence]
    total: int
