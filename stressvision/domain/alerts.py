"""When occupational health is told, and what becomes of an alert afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion

PROLONGED_STRESS = "high_stress_prolonged"
PROLONGED_FATIGUE = "fatigue_prolonged"
DEVICE_SILENT = "device_silent"
"""A camera device that was watching is no longer heard."""
DEVICE_WITHOUT_DATA = "device_no_data"
"""A camera device is heard, and has got no picture for a while."""

_DESCRIPTIONS = {
    PROLONGED_STRESS: "Expresión compatible con estrés prolongado: {events} detecciones en {minutes} minutos",
    PROLONGED_FATIGUE: "Expresión compatible con fatiga prolongada: {events} detecciones en {minutes} minutos",
}


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AlertStatus(StrEnum):
    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Subject(StrEnum):
    """What alerts are about. Those of devices never stand among those of people unless somebody asks for all."""

    PEOPLE = "people"
    DEVICES = "devices"
    ALL = "all"


class AlertStep(StrEnum):
    """What an alert's history tells. `silenced`: it would have been raised, and somebody had asked for silence."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    SILENCED = "silenced"


@dataclass(frozen=True)
class AlertRule:
    """At least `min_events` detections of `emotions`, and `min_share` percent of all, within `window`."""

    alert_type: str = PROLONGED_STRESS
    emotions: tuple[Emotion, ...] = STRESS_EMOTIONS
    window: timedelta = timedelta(minutes=15)
    min_events: int = 10
    min_confidence: float = 0.5
    min_share: float = 0.0
    quiet: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Evidence:
    """One employee's detections in the window: `events` that the rule counts among `total`.

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
        rule.alert_type,
        severity_of(evidence.mean_confidence),
        _DESCRIPTIONS[rule.alert_type].format(events=evidence.events, minutes=minutes),
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
