"""What the backend's REST endpoints answer."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.wire.detections import SESSION_KEY
from stressvision.wire.pages import NextCursor
from stressvision.wire.values import Box, DeviceId, Moment, WireModel

EnrolmentStatus = Literal["enrolled", "needs_enrolment"]


class Employee(WireModel):
    """`face_encoding_quality` from 0 to 1. The face embedding itself is never sent."""

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


class EmployeeList(WireModel):
    employees: list[Employee]
    total: int
    next_cursor: NextCursor = None


class StoredDetection(WireModel):
    """One row of detection_events. `decision_frames`: how many pictures stand behind `emotion`, where it is known."""

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


class DetectionList(WireModel):
    """`total` counts every match, `detections` holds at most `limit` of them, newest first."""

    detections: list[StoredDetection]
    total: int
    next_cursor: NextCursor = None


class PeriodSummary(WireModel):
    total_detections: int
    emotion_counts: dict[str, int]
    stress_percentage: float
    period_minutes: int


class EmployeeState(WireModel):
    """`live_status` is the last detection within the period, null where there is none."""

    employee_id: int
    live_status: StoredDetection | None
    recent_detections: list[StoredDetection]
    summary: PeriodSummary


class Overview(WireModel):
    """The last hour at a glance. `overall_stress_percentage`: stress and sad among all detections of that hour.

    `withheld`: who asks may not see persons, and what rests on too few people is left out of every figure.
    """

    total_employees: int
    detections_last_hour: int
    employees_detected_last_hour: int
    pending_alerts: int
    overall_stress_percentage: float
    active_devices: int
    timestamp: Moment
    withheld: bool = False


class EmotionCount(WireModel):
    """`emotion` null: faces that were counted and not analysed."""

    emotion: str | None
    count: int


class HourCount(WireModel):
    """`hour`: the beginning of a UTC hour."""

    hour: Moment
    count: int


class EmployeeCount(WireModel):
    id: int
    full_name: str
    employee_code: str
    detection_count: int


class DeviceCount(WireModel):
    device_id: str
    count: int


class Stats(WireModel):
    period_hours: int
    emotions_distribution: list[EmotionCount]
    detections_by_hour: list[HourCount]
    top_employees: list[EmployeeCount]
    detections_by_device: list[DeviceCount]
    withheld: bool = False


class Device(WireModel):
    """`state` as the device last said it, or `silent` where it has not been heard for a while.

    `temperature`, `throttled` and `clock_ahead_seconds` as DeviceHealth; null where the device cannot tell.
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


class DeviceList(WireModel):
    devices: list[Device]
    total: int
    next_cursor: NextCursor = None


class SessionRequest(BaseModel):
    """SessionStart with nothing required: what is missing may come as a query parameter."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"example": {"device_id": "pi-simulator-01"}})

    device_id: DeviceId | None = None
    location: str | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, pattern=SESSION_KEY)
    start_timestamp: Moment | None = None


class ServiceCard(WireModel):
    """What the backend's root says: what this is, and where the rest is."""

    service: str
    version: str
    description: str
    docs: str
    dashboard: str
    websocket: str
    login_required: bool = False


class Liveness(WireModel):
    """`status`: healthy while the process answers; `database`: connected or what is wrong."""

    status: str
    service: str
    version: str
    database: str
    timestamp: Moment


class Readiness(WireModel):
    ready: bool
    missing: list[str]


class IngestStats(WireModel):
    total_detections: int
    detections_by_device: dict[str, int]
    detections_by_emotion: dict[str, int]
    unique_employees: int
    active_sessions: int
    uptime_seconds: float
    recent_detections: list[dict[str, Any]]
