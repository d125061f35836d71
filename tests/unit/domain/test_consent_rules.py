"""Consent rules, and what each policy keeps."""

import pytest

from stressvision.core.config import Policy
from stressvision.domain.consent import (
    CONSENT_HASHES,
    CONSENT_VERSION,
    EnrolmentStatus,
    may_be_recognised,
    permitted_emotion,
)
from stressvision.domain.emotions import Emotion
from stressvision.services.people.enrolment import consent_text_sha256


@pytest.mark.parametrize("consent", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_only_active_consenting_employees_are_recognised(consent: bool, active: bool) -> None:
    assert may_be_recognised(EnrolmentStatus(consent, active)) == (consent and active)


@pytest.mark.parametrize("emotion", list(Emotion))
def test_eu_policy_keeps_fatigue_only(emotion: Emotion) -> None:
    assert permitted_emotion(Policy.EU, emotion) == (emotion if emotion is Emotion.FATIGUE else None)
    assert permitted_emotion(Policy.PE, emotion) is emotion


def test_changed_consent_text_is_a_new_version() -> None:
    assert consent_text_sha256() == CONSENT_HASHES[CONSENT_VERSION]
