"""When occupational health is told, and what becomes of an alert afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PROLONGED_STRESS = "high_stress_prolonged"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AlertStatus(StrEnum):
    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class AlertRule:
    """At least `min_events` stress or sad detections, and `min_share` percent of all, within `window`."""

    window: timedelta = timedelta(minutes=15)
    min_events: int = 10
    min_confidence: float = 0.5
    min_share: float = 0.0
    quiet: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Evidence:
    """One employee's detections in the window: `events` of stress or sadness among `total`.

    Detections before the last resolution are not in it: what was dealt with does not count again.
    """

    events: int
    total: int
    mean_confidence: float
    has_open_alert: bool


@dataclass(frozen=True)
class AlertDraft:
    alert_type: str
    severity: Severity
    description: str


def severity_of(mean_confidence: float) -> Severity:
    """High above 0.8, medium from 0.5 to 0.8, low below (only rules that accept less can give it)."""
    if mean_confidence > 0.8:
        return Severity.HIGH
    return Severity.MEDIUM if mean_confidence >= 0.5 else Severity.LOW


def decide(rule: AlertRule, evidence: Evidence) -> AlertDraft | None:
    """The alert that the evidence calls for, or None."""
    if evidence.has_open_alert or evidence.events < rule.min_events:
        return None
    if evidence.mean_confidence <= rule.min_confidence:
        return None
    if evidence.total and 100.0 * evidence.events / evidence.total < rule.min_share:
        return None
    minutes = int(rule.window.total_seconds() // 60)
    return AlertDraft(
        PROLONGED_STRESS,
        severity_of(evidence.mean_confidence),
        f"Expresión compatible con estrés prolongado: {evidence.events} detecciones en {minutes} minutos",
    )


def evidence_start(rule: AlertRule, at: datetime, last_resolved_at: datetime | None) -> datetime:
    """Where the window that ends at `at` begins: after a resolution only newer detections count."""
    start = at - rule.window
    return max(start, last_resolved_at) if last_resolved_at else start


class Transition(StrEnum):
    """What asking for a new status amounts to."""

    CHANGE = "change"
    REPEAT = "repeat"
    REFUSE = "refuse"


def transition(current: AlertStatus, wanted: AlertStatus) -> Transition:
    """pending → acknowledged → resolved, or pending → resolved; repeating is harmless; nothing goes back."""
    if current is wanted:
        return Transition.REPEAT
    order = list(AlertStatus)
    return Transition.CHANGE if order.index(wanted) > order.index(current) else Transition.REFUSE
