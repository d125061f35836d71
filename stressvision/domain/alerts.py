"""Alert rules: when an alert is created, its states, its silences and its escalation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion

PROLONGED_STRESS = "high_stress_prolonged"
PROLONGED_FATIGUE = "fatigue_prolonged"
DEVICE_SILENT = "device_silent"
"""A camera device that was watching has stopped communicating."""
DEVICE_WITHOUT_DATA = "device_no_data"
"""A camera device communicates, but has had no picture for some minutes."""

_DESCRIPTIONS = {
    PROLONGED_STRESS: "Expresión compatible con estrés prolongado: {events} detecciones en {minutes} minutos",
    PROLONGED_FATIGUE: "Expresión compatible con fatiga prolongada: {events} detecciones en {minutes} minutos",
}


class Severity(StrEnum):
    """How urgent an alert is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class AlertStatus(StrEnum):
    """State of an alert, in the order in which it advances."""

    PENDING = "pending"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Subject(StrEnum):
    """What alerts are about. Lists of alerts show those of people unless devices or all are requested."""

    PEOPLE = "people"
    DEVICES = "devices"
    ALL = "all"


class AlertStep(StrEnum):
    """A step in an alert's history. `silenced`: the alert was due, and a silence was in force.

    `reopened`: the author of the last decision took it back.
    """

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    SILENCED = "silenced"
    REOPENED = "reopened"


class Outcome(StrEnum):
    """What a resolved alert turned out to be, as stated at its resolution."""

    USEFUL = "useful"
    FALSE_ALARM = "false_alarm"
    UNCLEAR = "unclear"


class AlertKind(StrEnum):
    """What an alert of a person is about. Every type of the earlier phases is stress."""

    STRESS = "stress"
    FATIGUE = "fatigue"


class AlertOrder(StrEnum):
    """Order of a list of alerts. `urgent`: by severity, then the longest waiting first."""

    NEWEST = "newest"
    URGENT = "urgent"


@dataclass(frozen=True)
class AlertRule:
    """At least `min_events` detections of `emotions`, and `min_share` percent of all detections, within `window`.

    Their mean confidence must exceed `min_confidence`. After an alert, `quiet` passes without another while the first
    is unresolved.
    """

    alert_type: str = PROLONGED_STRESS
    emotions: tuple[Emotion, ...] = STRESS_EMOTIONS
    window: timedelta = timedelta(minutes=15)
    min_events: int = 10
    min_confidence: float = 0.5
    min_share: float = 0.0
    quiet: timedelta = timedelta(hours=1)


@dataclass(frozen=True)
class Evidence:
    """Detections of one employee in the window: `events` that the rule counts among `total`.

    Detections before the last resolution are excluded: what was resolved does not count again.
    """

    events: int
    total: int
    mean_confidence: float
    has_open_alert: bool


@dataclass(frozen=True)
class AlertDraft:
    """An alert that is due, before it is stored."""

    alert_type: str
    severity: Severity
    description: str


def rate_severity(mean_confidence: float) -> Severity:
    """Return high above 0.8, medium from 0.5 to 0.8, low below (only rules that accept less reach it)."""
    if mean_confidence > 0.8:
        return Severity.HIGH
    return Severity.MEDIUM if mean_confidence >= 0.5 else Severity.LOW


def draft_alert(rule: AlertRule, evidence: Evidence) -> AlertDraft | None:
    """Return the alert that the evidence requires under the rule, or None."""
    if evidence.has_open_alert or evidence.events < rule.min_events:
        return None
    if evidence.mean_confidence <= rule.min_confidence:
        return None
    if evidence.total and 100.0 * evidence.events / evidence.total < rule.min_share:
        return None
    minutes = int(rule.window.total_seconds() // 60)
    return AlertDraft(
        rule.alert_type,
        rate_severity(evidence.mean_confidence),
        _DESCRIPTIONS[rule.alert_type].format(events=evidence.events, minutes=minutes),
    )


def compute_evidence_start(rule: AlertRule, at: datetime, last_resolved_at: datetime | None) -> datetime:
    """Return the start of the window that ends at `at`: after a resolution only newer detections count."""
    start = at - rule.window
    return max(start, last_resolved_at) if last_resolved_at else start


class Transition(StrEnum):
    """Result of requesting a new status."""

    CHANGE = "change"
    REPEAT = "repeat"
    REFUSE = "refuse"


def check_transition(current: AlertStatus, wanted: AlertStatus) -> Transition:
    """Return whether an alert may pass from `current` to `wanted`.

    Allowed are pending → acknowledged → resolved, and pending → resolved. Repeating a status changes nothing; going
    back is refused.
    """
    if current is wanted:
        return Transition.REPEAT
    order = list(AlertStatus)
    return Transition.CHANGE if order.index(wanted) > order.index(current) else Transition.REFUSE


def compute_version(status: AlertStatus, stored: int = 0) -> int:
    """Return the version of an alert. It grows with each decision, also of programs that write the status alone."""
    return max(stored, list(AlertStatus).index(status))


UNDO_SPAN = timedelta(minutes=10)
"""For how long the author of a decision may take it back; afterwards others have relied on it."""


def may_undo(decided_at: datetime | None, decided_by: str | None, user_id: str | None, now: datetime) -> bool:
    """Return whether the user may take back the last decision on an alert."""
    return decided_at is not None and decided_by == user_id and now - UNDO_SPAN <= decided_at <= now


_Z = 1.959964
"""Quantile of the normal distribution for an interval of 95 %."""


def compute_share_interval(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share `hits / total` (Wilson 1927), 0 to 1; (0, 1) without observations."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    spread = 1 + _Z**2 / total
    centre = (share + _Z**2 / (2 * total)) / spread
    margin = _Z / spread * math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return max(0.0, centre - margin), min(1.0, centre + margin)


LONGEST_SILENCE = timedelta(days=30)
"""A longer silence must be requested again, so that none is forgotten."""


def is_valid_silence_end(now: datetime, ends_at: datetime) -> bool:
    """Return whether a silence may end then: in the future, within LONGEST_SILENCE."""
    return now < ends_at <= now + LONGEST_SILENCE


ESCALATION_LIMIT = timedelta(days=1)
"""Older unacknowledged alerts are not escalated: after a long outage they would flood the recipients."""


def compute_escalation_level(waited: timedelta, steps: Sequence[int]) -> int:
    """Return how many of `steps` (minutes without acknowledgement, ascending) have passed; 0 past ESCALATION_LIMIT."""
    return sum(waited >= timedelta(minutes=minutes) for minutes in steps) if waited <= ESCALATION_LIMIT else 0
