"""Who may be recognised, and what may be inferred about them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stressvision.core.config import Policy
from stressvision.domain.emotions import Emotion

CONSENT_VERSION = "2026-11"
"""Version of the consent text in docs/consentimiento.md that enrolment records."""

CONSENT_HASHES = {"2026-11": "1856097d377f318298d1e420e6fcb950ba0e350d975fe3c9528d0cb1f27cf741"}
"""SHA-256 of each version of the text: another text is another version, and people are asked anew."""


class ConsentMethod(StrEnum):
    """How somebody said yes or no. Yes needs more than a spoken word; no does not."""

    PAPER = "paper"
    ELECTRONIC = "electronic"
    SPOKEN = "spoken"
    DEMONSTRATION = "demonstration"
    """A synthetic person, who cannot."""


@dataclass(frozen=True)
class EnrolmentStatus:
    """What decides whether an employee may be processed at all."""

    consent_given: bool
    is_active: bool


def may_be_recognised(standing: EnrolmentStatus) -> bool:
    """Only active employees whose consent stands."""
    return standing.consent_given and standing.is_active


def permitted_emotion(policy: Policy, emotion: Emotion | None) -> Emotion | None:
    """What the policy lets us keep of an estimate: under `eu` only fatigue, as a safety signal."""
    if policy is Policy.EU and emotion != Emotion.FATIGUE:
        return None
    return emotion


def permitted_vector(policy: Policy, vector: Mapping[Emotion, float] | None) -> dict[Emotion, float] | None:
    """The shares that may be kept beside a permitted emotion: under `eu` that of fatigue alone, not the others'."""
    if not vector:
        return None
    if policy is not Policy.EU:
        return dict(vector)
    return {emotion: share for emotion, share in vector.items() if emotion == Emotion.FATIGUE} or None


def may_alert(policy: Policy, emotions: Collection[Emotion]) -> bool:
    """Whether a rule over these emotions may raise alerts; also over detections kept under an earlier policy."""
    return all(permitted_emotion(policy, emotion) is not None for emotion in emotions)
