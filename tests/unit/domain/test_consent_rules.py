"""Consent rules, and what each policy keeps."""

import hashlib

import pytest

from stressvision.core.config import Policy, Settings
from stressvision.domain.consent import (
    CONSENT_HASHES,
    CONSENT_VERSION,
    EnrolmentStatus,
    may_be_recognised,
    permitted_emotion,
)
from stressvision.domain.emotions import Emotion
from stressvision.domain.retention import describe_period
from stressvision.services.people.consent_text import CONSENT_TEMPLATE, MISSING, read_consent_text


@pytest.mark.parametrize("consent", [True, False])
@pytest.mark.parametrize("active", [True, False])
def test_only_active_consenting_employees_are_recognised(consent: bool, active: bool) -> None:
    assert may_be_recognised(EnrolmentStatus(consent, active)) == (consent and active)


@pytest.mark.parametrize("emotion", list(Emotion))
def test_eu_policy_keeps_fatigue_only(emotion: Emotion) -> None:
    assert permitted_emotion(Policy.EU, emotion) == (emotion if emotion is Emotion.FATIGUE else None)
    assert permitted_emotion(Policy.PE, emotion) is emotion


def test_changed_consent_text_is_a_new_version() -> None:
    assert hashlib.sha256(CONSENT_TEMPLATE.read_bytes()).hexdigest() == CONSENT_HASHES[CONSENT_VERSION]


def test_consent_text_contains_the_facts_of_the_plant() -> None:
    plain = read_consent_text(Settings())
    named = read_consent_text(
        Settings(
            company="Lácteos {S.A.}",
            company_address="Av. Uno 1, Lima",
            privacy_contact="datos@gloria.example",
            data_bank="RNPDP-1",
            retention_detections_days=45,
            retention_alerts_days=0,
        )
    )
    assert MISSING in plain.text
    assert "Gloria S.A." in plain.text
    for fact in ("Lácteos {S.A.}", "Av. Uno 1, Lima", "datos@gloria.example", "RNPDP-1", "45 días", "sin límite"):
        assert fact in named.text
    assert MISSING not in named.text
    assert named.sha256 == hashlib.sha256(named.text.encode()).hexdigest() != plain.sha256


@pytest.mark.parametrize(
    ("days", "text"), [(0, "sin límite"), (1, "1 día"), (30, "30 días"), (365, "1 año"), (730, "2 años")]
)
def test_periods_are_described_in_spanish(days: int, text: str) -> None:
    assert describe_period(days) == text
