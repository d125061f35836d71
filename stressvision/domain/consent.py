"""Who may be recognised, and what may be inferred about them."""

from dataclasses import dataclass

from stressvision.config import Policy
from stressvision.domain.emotions import Emotion

CONSENT_VERSION = "2026-11"
"""Version of the consent text in docs/consentimiento.md that enrolment records."""


@dataclass(frozen=True)
class Standing:
    """What decides whether an employee may be processed at all."""

    consent_given: bool
    is_active: bool


def may_be_recognised(standing: Standing) -> bool:
    """Only active employees whose consent stands."""
    return standing.consent_given and standing.is_active


def permitted_emotion(policy: Policy, emotion: Emotion | None) -> Emotion | None:
    """What the policy lets us keep of an estimate: under `eu` only fatigue, as a safety signal."""
    if policy is Policy.EU and emotion is not Emotion.FATIGUE:
        return None
    return emotion
