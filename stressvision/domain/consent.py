"""Consent and policy: which employees may be recognised, and which estimates about them may be kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stressvision.core.config import Policy
from stressvision.domain.emotions import Emotion

CONSENT_VERSION = "2026-12"
"""Version of the consent text in docs/consentimiento.md that enrolment records."""

CONSENT_HASHES = {
    "2026-11": "1856097d377f318298d1e420e6fcb950ba0e350d975fe3c9528d0cb1f27cf741",
    "2026-12": "9ca40150f6ee3267ea9d99753e9ac88c95a7e7127d4c2903bb3215fcbc821f6d",
}
"""SHA-256 of each version of the text, before the settings are filled in.

A changed text is a new version, and employees are asked again."""


class ConsentMethod(StrEnum):
    """How consent was given or withdrawn. Giving it requires more than a spoken word; withdrawing it does not."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    SPOKEN = "spoken"
    DEMONSTRATION = "demonstration"
    """A synthetic person of the demonstration, without consent to give."""


@dataclass(frozen=True)
class EnrolmentStatus:
    """The two facts that decide whether an employee's data may be processed."""

    consent_given: bool
    is_active: bool


class EmployeeStatus(StrEnum):
    """How far an employee is, for lists: `enrolled` and `needs_enrolment` are active."""

    ENROLLED = "enrolled"
    NEEDS_ENROLMENT = "needs_enrolment"
    INACTIVE = "inactive"


def may_be_recognised(status: EnrolmentStatus) -> bool:
    """Return whether the employee is active and has given consent."""
    return status.consent_given and status.is_active


def permitted_emotion(policy: Policy, emotion: Emotion | None) -> Emotion | None:
    """Return the part of an estimate that the policy lets us keep: under `eu` only fatigue, as a safety signal."""
    if policy is Policy.EU and emotion != Emotion.FATIGUE:
        return None
    return emotion


def permitted_vector(policy: Policy, vector: Mapping[Emotion, float] | None) -> dict[Emotion, float] | None:
    """Return the shares that may be kept beside a permitted emotion: under `eu` only that of fatigue."""
    if not vector:
        return None
    if policy is not Policy.EU:
        return dict(vector)
    return {emotion: share for emotion, share in vector.items() if emotion == Emotion.FATIGUE} or None


def may_alert(policy: Policy, emotions: Collection[Emotion]) -> bool:
    """Return whether a rule over these emotions may create alerts, also from detections of an earlier policy."""
    return all(permitted_emotion(policy, emotion) is not None for emotion in emotions)
