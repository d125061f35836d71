"""Personal data of one employee: the full export, and the certificate of an erasure."""

from typing import Any

from stressvision.wire.alerts import Alert
from stressvision.wire.backend import Employee
from stressvision.wire.values import Moment, WireModel


class CleanedPlace(WireModel):
    """One storage place, in the reader's language. `is_clean` null: it cannot be checked from here."""

    place: str
    action: str
    is_clean: bool | None


class ErasureCertificate(WireModel):
    """Proof of an erasure, without personal data: the id is random, the rows are counted by table.

    Roles that may not see measurements get the numbers of the tables of enrolment and consent alone.
    """

    certificate_id: str
    erased_at: Moment
    erased_by: str | None
    row_counts: dict[str, int]
    places: list[CleanedPlace]
    is_complete: bool


class ConsentRecord(WireModel):
    """One recorded consent, or its withdrawal (`given` false)."""

    given: bool
    text_version: str
    text_sha256: str
    recorded_by: str | None
    recorded_at: Moment
    method: str | None


class FaceRecord(WireModel):
    """One stored face. `embedding`: the 128 numbers; `expression`: reference of the relaxed face, as JSON, if any.

    Both are left out over the network.
    """

    model: str
    quality: float
    created_at: Moment
    embedding: list[float] | None
    expression: str | None = None


class DayOfDetections(WireModel):
    """Detections of one `day` of the plant; `counts` by expression, faces not analysed under `not_analysed`."""

    day: str
    total: int
    counts: dict[str, int]


class ReportMention(WireModel):
    """The person's entry in one report."""

    start_timestamp: Moment
    end_timestamp: Moment
    kind: str
    entry: dict[str, Any]


class AccessRecord(WireModel):
    """One access to the person's data."""

    timestamp: Moment
    user_id: str | None
    action: str
    ip_address: str | None


class OwnData(WireModel):
    """All stored data of one person. `other_tables`: rows of tables without a field of their own above."""

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


class InstallationFacts(WireModel):
    """Counts of one installation for its legal papers; no person is named."""

    consents: int
    withdrawals: int
    devices: int
    detections: int
    first_detection: Moment | None
    last_detection: Moment | None
    alerts: int
    audit_entries: int
    erasures: int
    accounts: int
