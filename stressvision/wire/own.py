"""A person's own page: stored data, its readers, self-reports, requests; and the agreement with the camera."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from stressvision.wire.rights import AccessRecord
from stressvision.wire.values import INFERS_EMOTIONS, Moment, WireModel, Words


class PersonLinkIssued(WireModel):
    """A personal link, shown once. `secret`: Bearer token of /api/own/open, once; `path`: page of the dashboard."""

    employee_id: int
    secret: str
    path: str
    expires_at: Moment


class OpenedLink(WireModel):
    """What an opened link is exchanged for: the Bearer token of /api/own until it expires."""

    secret: str
    expires_at: Moment


class StoredKind(WireModel):
    """Rows of one kind that are stored about the person, and for how many days; null: until they are erased."""

    kind: Literal["faces", "detections", "alerts", "reports", "accesses", "self_reports", "requests"]
    count: int
    days: int | None


class OwnAlert(WireModel):
    """One alert about the person."""

    timestamp: Moment
    alert_type: str | None
    severity: str | None
    status: str


class OwnRequest(WireModel):
    """A request for correction, and its answer once it is closed."""

    id: int
    employee_id: int
    employee_name: str
    employee_code: str
    created_at: Moment
    detail: str
    closed_at: Moment | None
    closed_by: str | None
    reason: str | None


class OwnRequestList(WireModel):
    """Requests for correction, the oldest open one first."""

    requests: list[OwnRequest]
    total: int


class SelfReportEntry(WireModel):
    """A self-report. `sleepiness` from 1 to 9, `tension` from 1 to 5; null where it was not answered."""

    reported_at: Moment
    sleepiness: int | None
    tension: int | None


class OwnPage(WireModel):
    """What the holder of a personal link sees. Without measurements of others and without the face's numbers."""

    full_name: str
    employee_code: str
    department: str | None
    shift: str | None
    consent_given: bool
    consent_date: Moment | None
    consent_version: str | None
    is_recognised: bool
    paused_until: Moment | None
    expires_at: Moment
    stored: list[StoredKind]
    alerts: list[OwnAlert]
    accesses: list[AccessRecord]
    self_reports: list[SelfReportEntry]
    requests: list[OwnRequest]
    infers_emotions: bool = INFERS_EMOTIONS


class SelfReportNew(BaseModel):
    """A self-report: at least one of the two."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"sleepiness": 6, "tension": 2}})

    sleepiness: int | None = Field(default=None, ge=1, le=9)
    tension: int | None = Field(default=None, ge=1, le=5)
    prompted: bool = Field(default=False, description="Whether the page had asked for it.")


class OwnPrompt(WireModel):
    """When the open page asks how the person feels; null: not now. It does not state why."""

    due_at: Moment | None


class OwnCode(WireModel):
    """The personal code for kiosks, shown once."""

    code: str


class Kiosk(WireModel):
    """A place where self-reports are typed."""

    id: int
    location: str
    created_by: str | None
    created_at: Moment


class KioskList(WireModel):
    """The kiosks in use."""

    kiosks: list[Kiosk]


class KioskIssued(WireModel):
    """A new kiosk. `secret`: its Bearer token, shown once; `path`: its page of the dashboard."""

    id: int
    secret: str
    path: str


class KioskNew(BaseModel):
    """A kiosk to create."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"location": "Línea 1"}})

    location: Words = Field(min_length=1, max_length=100, pattern=r"\S")


class KioskReport(BaseModel):
    """A self-report at a kiosk: the personal code, and at least one answer."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"code": "204816", "sleepiness": 6, "tension": 2}}
    )

    code: str = Field(pattern=r"^[0-9]{6}$")
    sleepiness: int | None = Field(default=None, ge=1, le=9)
    tension: int | None = Field(default=None, ge=1, le=5)


class KioskAnswer(WireModel):
    """What a kiosk learns."""

    is_stored: bool


class CorrectionNew(BaseModel):
    """A request for correction in the person's own words."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"detail": "Mi área es Calidad"}})

    detail: Words = Field(min_length=1, max_length=2000, pattern=r"\S")


class CorrectionClosed(BaseModel):
    """The answer with which a request is closed."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Corregido"}})

    reason: Words = Field(min_length=1, max_length=2000, pattern=r"\S")


class EstimateWithInterval(WireModel):
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


class ScaleAgreement(WireModel):
    """One scale. `above`: reports at its threshold or above. Without enough reports both estimates are null."""

    scale: Literal["sleepiness", "tension"]
    threshold: int
    reports: int
    people: int
    above: int
    is_enough: bool
    correlation: EstimateWithInterval | None
    area: EstimateWithInterval | None


class AgreementFigures(WireModel):
    """Agreement of self-reports with the camera's share in the half hour before, over all people."""

    days: int
    fewest_reports: int
    fewest_of_each: int
    fewest_people: int
    scales: list[ScaleAgreement]
    infers_emotions: bool = INFERS_EMOTIONS
