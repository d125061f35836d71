"""Answers of the REST endpoints, and the request that opens a session."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.wire.detections import SESSION_KEY
from stressvision.wire.values import (
    INFERS_EMOTIONS,
    ODD_FIELDS,
    Box,
    DeviceId,
    EmotionCounts,
    EmotionPercent,
    Moment,
    NextCursor,
    WireModel,
)

EnrolmentStatus = Literal["enrolled", "needs_enrolment"]


class Employee(WireModel):
    """An employee. `face_encoding_quality` from 0 to 1. The face embedding is never sent."""

    id: int
    employee_code: str
    full_name: str
    department: str | None
    shift: str | None
    face_encoding_quality: float | None
    enrollment_date: Moment | None
    enrolment_status: EnrolmentStatus
    face_samples: int
    consent_given: bool
    consent_date: Moment | None
    consent_version: str | None
    is_active: bool
    is_demo: bool
    last_seen: Moment | None
    created_at: Moment | None
    updated_at: Moment | None
    odd_fields: tuple[str, ...] = ODD_FIELDS


class EmployeeList(WireModel):
    """One page of employees. `departments`, `shifts`: those of all employees, to filter by."""

    employees: list[Employee]
    total: int
    departments: tuple[str, ...] = ()
    shifts: tuple[str, ...] = ()
    next_cursor: NextCursor = None


class StoredDetection(WireModel):
    """One row of detection_events. `decision_frames`: number of frames behind `emotion`, if known."""

    id: int
    session_id: int | None
    timestamp: Moment
    device_id: str
    track_id: str | None
    employee_id: int | None
    recognition_confidence: float | None
    emotion: str | None
    emotion_confidence: float | None
    emotion_vector: dict[str, float] | None
    bounding_box: Box | None
    frame_quality: float | None
    processing_time_ms: float | None
    created_at: Moment
    decision_frames: int | None = None
    odd_fields: tuple[str, ...] = ODD_FIELDS


class DetectionList(WireModel):
    """One page of detections, newest first, at most `limit`; `total` counts every match."""

    detections: list[StoredDetection]
    total: int
    next_cursor: NextCursor = None


class PeriodSummary(WireModel):
    """Totals of one employee over the last `period_minutes`."""

    total_detections: int
    emotion_counts: EmotionCounts
    stress_percentage: EmotionPercent
    period_minutes: int


class EmployeeState(WireModel):
    """State of one employee. `live_status`: the last detection of the period; null if there is none."""

    employee_id: int
    live_status: StoredDetection | None
    recent_detections: list[StoredDetection]
    summary: PeriodSummary
    infers_emotions: bool = INFERS_EMOTIONS


class Overview(WireModel):
    """Totals of the last hour. `overall_stress_percentage`: stress and sad among all detections of that hour.

    `withheld`: the caller's role may not see persons; figures about too few people are left out, `pending_alerts` null.
    For administrators every figure about detections is null.
    `newest_high_alert`: the id of the pending alert of high severity stored last; null without one.
    `infers_emotions`: false under a policy that allows only fatigue; `overall_stress_percentage` is null then.
    """

    total_employees: int
    detections_last_hour: int | None
    employees_detected_last_hour: int | None
    pending_alerts: int | None
    overall_stress_percentage: float | None
    active_devices: int
    timestamp: Moment
    withheld: bool = False
    newest_high_alert: int | None = None
    infers_emotions: bool = True


class EmotionCount(WireModel):
    """Detections of one emotion. `emotion` null: faces counted and not analysed, or of an emotion not allowed."""

    emotion: str | None
    count: int


@dataclass(frozen=True, slots=True)
class HourCount:
    """Detections of one hour. `hour`: start of a UTC hour."""

    # No model: a year has 8,760 of them, and each would be three objects to the garbage collector.

    hour: Moment
    count: int


class EmployeeCount(WireModel):
    """Detections of one employee."""

    id: int
    full_name: str
    employee_code: str
    detection_count: int


class DeviceCount(WireModel):
    """Detections of one device."""

    device_id: str
    count: int


class Stats(WireModel):
    """Statistics of the last `period_hours`."""

    period_hours: int
    emotions_distribution: list[EmotionCount]
    detections_by_hour: list[HourCount]
    top_employees: list[EmployeeCount]
    detections_by_device: list[DeviceCount]
    withheld: bool = False


class Device(WireModel):
    """A device. `state`: last reported by the device, or `silent` when it stopped reporting.

    `temperature`, `throttled` and `clock_ahead_seconds` as in DeviceHealth; null where the device cannot measure them.
    """

    device_id: str
    location: str | None
    state: str
    detail: str
    last_seen: Moment | None
    active_session_id: int | None
    fps: float | None
    frames_processed: int | None
    frames_dropped: int | None
    outbox_depth: int | None
    stage_ms: dict[str, float]
    preview_url: str | None
    temperature: float | None = None
    throttled: bool | None = None
    clock_ahead_seconds: float | None = None
    odd_fields: tuple[str, ...] = ODD_FIELDS


class DeviceList(WireModel):
    """One page of devices."""

    devices: list[Device]
    total: int
    next_cursor: NextCursor = None


class SessionRequest(BaseModel):
    """SessionStart with every field optional: missing ones may be query parameters."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"device_id": "pi-simulator-01"}})

    device_id: DeviceId | None = None
    location: str | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, pattern=SESSION_KEY)
    start_timestamp: Moment | None = None


class ServiceCard(WireModel):
    """Answer of the backend's root: name, version and addresses."""

    service: str
    version: str
    description: str
    docs: str
    dashboard: str
    websocket: str
    login_required: bool = False


class Liveness(WireModel):
    """`status`: healthy while the process answers; `database`: connected, or the fault."""

    status: str
    service: str
    version: str
    database: str
    timestamp: Moment


class Readiness(WireModel):
    """Answer of GET /ready; `missing` lists the faults."""

    ready: bool
    missing: list[str]


class IngestStats(WireModel):
    """Answer of ingest's GET /stats. `withheld`: the caller's role may not see persons; figures about them are null."""

    total_detections: int | None
    detections_by_device: dict[str, int] | None
    detections_by_emotion: dict[str, int] | None
    unique_employees: int | None
    active_sessions: int
    uptime_seconds: float
    recent_detections: list[dict[str, Any]]
    withheld: bool = False
