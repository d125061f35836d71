"""What a person is entitled to: everything that is kept about them, and proof that it is gone."""

from typing import Any

from stressvision.wire.alerts import Alert
from stressvision.wire.backend import Employee
from stressvision.wire.values import Moment, WireModel


class CleanedPlace(WireModel):
    """One place where data were, in the reader's language. `is_clean` None: it cannot be examined from here."""

    place: str
    action: str
    is_clean: bool | None


class ErasureCertificate(WireModel):
    """Proof of an erasure. It holds nothing about the person: the id is random, the rows are counted by table."""

    certificate_id: str
    erased_at: Moment
    erased_by: str | None
    row_counts: dict[str, int]
    places: list[CleanedPlace]
    is_complete: bool


class ConsentRecord(WireModel):
    given: bool
    text_version: str
    text_sha256: str
    recorded_by: str | None
    recorded_at: Moment
    method: str | None


class FaceRecord(WireModel):
    """`embedding`: the 128 numbers, left out of what goes over the network."""

    model: str
    quality: float
    created_at: Moment
    embedding: list[float] | None


class DayOfDetections(WireModel):
    """`day` of the plant; `counts` by expression, those that were not analysed under `not_analysed`."""

    day: str
    total: int
    counts: dict[str, int]


class ReportMention(WireModel):
    """What one report says of the person."""

    start_timestamp: Moment
    end_timestamp: Moment
    kind: str
    entry: dict[str, Any]


class AccessRecord(WireModel):
    """Somebody looked at or changed the person's data."""

    timestamp: Moment
    user_id: str | None
    action: str
    ip_address: str | None


class OwnData(WireModel):
    """All that is kept about one person. `other_tables`: rows of tables that have no place of their own above."""

    generated_at: Moment
    policy: str
    employee: Employee
    consents: list[ConsentRecord]
    faces: list[FaceRecord]
    detection_days: list[DayOfDetections]
    alerts: list[Alert]
    reports: list[ReportMention]
    accesses: list[AccessRecord]
    other_tables: dict[str, list[dict[str, Any]]]
