"""Detections, sessions and device health: requests of a device, and the servers' answers."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from stressvision.domain.emotions import Emotion
from stressvision.wire.problems import Problem
from stressvision.wire.values import (
    MAX_REFERENCE,
    Amount,
    Box,
    Count,
    DeviceId,
    Moment,
    Number,
    Share,
    WireModel,
    Words,
    reject_nul,
)

BATCH_LIMIT = 500
PREVIEW_URL = r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/?=&%-]*)?$"
"""Without user, backslash or space, which a browser and a parser may read as different hosts."""
SESSION_KEY = r"^session_[A-Za-z0-9._-]{1,64}_\d{1,19}$"

SessionName = Annotated[
    Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=0, le=MAX_REFERENCE)], AfterValidator(reject_nul)
]
"""A session's key or row id."""


class SessionStart(BaseModel):
    """Start of a device's session. An offline device may choose `session_id`; repeating the request is harmless."""

    model_config = ConfigDict(extra="ignore")

    device_id: DeviceId
    location: Words | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, pattern=SESSION_KEY)
    start_timestamp: Moment | None = None


class SessionEnd(BaseModel):
    """End of a device's session, with its totals."""

    model_config = ConfigDict(extra="ignore")

    end_timestamp: Moment | None = None
    fps_avg: Amount | None = None
    frames_processed: Count | None = None


class IngestSession(WireModel):
    """Ingest's answer to POST /sessions."""

    session_id: str
    db_id: int


class ApiSession(WireModel):
    """Backend's answer to POST /api/sessions. `session_id` is the row's id."""

    session_id: int
    device_id: str


class SessionEnded(WireModel):
    """Answer to the end of a session."""

    status: Literal["ok"] = "ok"
    session_id: int


class DetectionIn(BaseModel):
    """One person in front of one camera. `employee_id` null: not enrolled. `emotion` null: counted, not analysed.

    `frames`: number of frames of the person behind `emotion`; null where the device does not report it.
    `database_id`: of the gallery that `employee_id` comes from; in another database that id is another person's.
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
    session_id: SessionName | None = None
    timestamp: Moment
    track_id: Words | None = Field(default=None, max_length=64)
    employee_id: int | None = Field(default=None, ge=1, le=MAX_REFERENCE)
    recognition_confidence: Share | None = None
    emotion: Emotion | None = None
    emotion_confidence: Share | None = None
    emotion_vector: dict[Emotion, Share] | None = None
    bounding_box: Box | None = None
    frame_quality: Share | None = None
    processing_time_ms: Amount | None = None
    frames: Count | None = None
    database_id: Words | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _emotion_needs_confidence(self) -> "DetectionIn":
        if self.emotion is not None and self.emotion_confidence is None:
            raise PydanticCustomError("confidence_missing", "emotion_confidence is required with emotion")
        return self


class DetectionStored(WireModel):
    """Ingest's answer to one detection. `emotion_withheld`: stored without its emotion, which the policy forbids."""

    status: Literal["ok"] = "ok"
    detection_id: int
    emotion_withheld: bool = False


class DetectionAccepted(DetectionStored):
    """Backend's answer to one detection. `alert_created`: null for a device's token: it states the person's past."""

    alert_created: bool | None


class DetectionBatch(BaseModel):
    """Up to 500 detections, validated one by one: an invalid one does not reject the others."""

    detections: list[dict[str, object]] = Field(max_length=BATCH_LIMIT)


class BatchItem(WireModel):
    """Result of the detection at the same index of the batch: an id, or the reason of the refusal."""

    status: Literal["ok", "refused"]
    detection_id: int | None = None
    emotion_withheld: bool = False
    problem: Problem | None = None


class BatchStored(WireModel):
    """Ingest's answer to a batch. `database_id`: where it is stored; empty before the first request of a gallery."""

    status: Literal["ok"] = "ok"
    stored: int
    refused: int
    results: list[BatchItem]
    database_id: str = ""


MOST_STAGES = 40
"""Names of pipeline stages in one health report; the pipeline has about ten."""


class DeviceHealth(BaseModel):
    """Health of a device, posted to ingest's POST /heartbeat every few seconds.

    `instance_id`: of the running program, new at each start. `stage_ms`: mean milliseconds of each pipeline stage.
    `temperature`: degrees Celsius; `throttled`: slowed down by heat or low voltage; `clock_ahead_seconds`: device clock
    minus server clock; `moved`: the camera seems to have been moved, false once its view is right again. Null: the
    device cannot measure it, or has found no move since its start.
    """

    model_config = ConfigDict(extra="ignore")

    device_id: DeviceId
    instance_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{1,64}$")
    location: Words | None = Field(default=None, max_length=200)
    state: Annotated[str, Field(pattern=r"^(starting|watching|paused|no_camera|stopped)$")]
    detail: Words = Field(default="", max_length=300)
    fps: Amount | None = None
    frames_processed: Count | None = None
    frames_dropped: Count | None = None
    outbox_depth: Count | None = None
    stage_ms: dict[Annotated[str, Field(max_length=40)], Number] = Field(default_factory=dict, max_length=MOST_STAGES)
    preview_url: str | None = Field(default=None, max_length=200, pattern=PREVIEW_URL)
    temperature: Number | None = Field(default=None, ge=-100, le=200)
    throttled: Annotated[bool, Strict()] | None = None
    clock_ahead_seconds: Number | None = None
    moved: Annotated[bool, Strict()] | None = None
