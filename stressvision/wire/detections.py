"""Detections and sessions: what a device posts, and what the servers answer."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict, model_validator

from stressvision.domain.emotions import Emotion
from stressvision.wire.problems import Problem
from stressvision.wire.values import Amount, Box, Count, DeviceId, Moment, Number, Share, WireModel

BATCH_LIMIT = 500
SESSION_KEY = r"^session_[A-Za-z0-9._-]{1,64}_\d{1,19}$"


class SessionStart(BaseModel):
    """A device begins to watch. `session_id` may be chosen by a device that is offline; repeating it is harmless."""

    model_config = ConfigDict(extra="ignore")

    device_id: DeviceId
    location: str | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, pattern=SESSION_KEY)
    start_timestamp: Moment | None = None


class SessionEnd(BaseModel):
    model_config = ConfigDict(extra="ignore")

    end_timestamp: Moment | None = None
    fps_avg: Amount | None = None
    frames_processed: Count | None = None


class IngestSession(WireModel):
    """What ingest answers to POST /sessions."""

    session_id: str
    db_id: int


class ApiSession(WireModel):
    """What the backend answers to POST /api/sessions. `session_id` is the row's id."""

    session_id: int
    device_id: str


class SessionEnded(WireModel):
    status: Literal["ok"] = "ok"
    session_id: int


class DetectionIn(BaseModel):
    """One person in front of one camera. `employee_id` null: nobody enrolled. `emotion` null: counted, not analysed.

    `frames`: how many pictures of the person stand behind `emotion`; null where the device does not say.
    """

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "example": {
                "type": "detection",
                "device_id": "pi-simulator-01",
                "timestamp": "2026-11-22T10:30:00Z",
                "track_id": "trk_7",
                "employee_id": 1,
                "recognition_confidence": 0.93,
                "emotion": "neutral",
                "emotion_confidence": 0.87,
                "emotion_vector": {"neutral": 0.87, "happy": 0.05, "stress": 0.04, "sad": 0.03, "fatigue": 0.01},
                "bounding_box": {"x": 250, "y": 120, "w": 110, "h": 110},
                "processing_time_ms": 14.2,
            }
        },
    )

    type: Literal["detection"] = "detection"
    event_id: UUID | None = None
    device_id: DeviceId
    session_id: Annotated[str, Field(max_length=200)] | int | None = None
    timestamp: Moment
    track_id: str | None = Field(default=None, max_length=64)
    employee_id: int | None = Field(default=None, ge=1, le=2**63 - 1)
    recognition_confidence: Share | None = None
    emotion: Emotion | None = None
    emotion_confidence: Share | None = None
    emotion_vector: dict[Emotion, Share] | None = None
    bounding_box: Box | None = None
    frame_quality: Share | None = None
    processing_time_ms: Amount | None = None
    frames: Count | None = None

    @model_validator(mode="after")
    def _emotion_needs_confidence(self) -> "DetectionIn":
        if self.emotion is not None and self.emotion_confidence is None:
            raise ValueError("emotion_confidence is required when emotion is given")
        return self


class DetectionStored(WireModel):
    """What ingest answers to one detection. `emotion_withheld`: it was stored without the emotion it came with, which
    the policy does not let be kept."""

    status: Literal["ok"] = "ok"
    detection_id: int
    emotion_withheld: bool = False


class DetectionAccepted(DetectionStored):
    """What the backend answers to one detection."""

    alert_created: bool


class DetectionBatch(BaseModel):
    """Up to 500 detections, judged one by one: a bad one does not keep the others out."""

    detections: list[dict[str, object]] = Field(max_length=BATCH_LIMIT)


class BatchItem(WireModel):
    """The fate of the detection at the same place in the batch: an id, or why it was refused."""

    status: Literal["ok", "refused"]
    detection_id: int | None = None
    emotion_withheld: bool = False
    problem: Problem | None = None


class BatchStored(WireModel):
    status: Literal["ok"] = "ok"
    stored: int
    refused: int
    results: list[BatchItem]


class DeviceHealth(BaseModel):
    """How a device is doing, posted by it to ingest's POST /heartbeat every few seconds.

    `stage_ms`: mean milliseconds of each pipeline stage. `temperature`: degrees Celsius; `throttled`: slowed down by
    heat or low voltage; `clock_ahead_seconds`: how far its clock is ahead of the server's. Null: it cannot tell.
    """

    model_config = ConfigDict(extra="ignore")

    device_id: DeviceId
    location: str | None = Field(default=None, max_length=200)
    state: Annotated[str, Field(pattern=r"^(starting|watching|no_camera|stopped)$")]
    detail: str = Field(default="", max_length=300)
    fps: Amount | None = None
    frames_processed: Count | None = None
    frames_dropped: Count | None = None
    outbox_depth: Count | None = None
    stage_ms: dict[str, Number] = Field(default_factory=dict)
    preview_url: str | None = Field(default=None, max_length=200)
    temperature: Number | None = Field(default=None, ge=-100, le=200)
    throttled: Annotated[bool, Strict()] | None = None
    clock_ahead_seconds: Number | None = None
