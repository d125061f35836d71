"""Alert rule, severity and status transitions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stressvision.domain.alerts import (
    AlertRule,
    AlertStatus,
    Evidence,
    Severity,
    Transition,
    check_transition,
    compute_evidence_start,
    draft_alert,
    rate_severity,
)

RULE = AlertRule()
AT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def evidence(events: int = 10, total: int = 900, confidence: float = 0.9, *, is_open: bool = False) -> Evidence:
    return Evidence(events, total, confidence, is_open)


def test_tenth_event_creates_an_alert_and_the_ninth_does_not() -> None:
    assert draft_alert(RULE, evidence(9)) is None
    draft = draft_alert(RULE, evidence(10))
    assert draft is not None
    assert draft.description == "Expresión compatible con estrés prolongado: 10 detecciones en 15 minutos"


@given(
    events=st.integers(0, 2000),
    extra=st.integers(0, 2000),
    confidence=st.floats(0, 1),
    is_open=st.booleans(),
)
def test_alert_is_due_exactly_where_the_rule_requires_it(
    events: int, extra: int, confidence: float, is_open: bool
) -> None:
    expected = events >= 10 and confidence > 0.5 and not is_open
    assert (draft_alert(RULE, evidence(events, events + extra, confidence, is_open=is_open)) is not None) == expected


@pytest.mark.parametrize(
    ("confidence", "severity"),
    [(0.81, Severity.HIGH), (0.8, Severity.MEDIUM), (0.5, Severity.MEDIUM), (0.49, Severity.LOW)],
)
def test_severity_follows_the_mean_confidence(confidence: float, severity: Severity) -> None:
    assert rate_severity(confidence) is severity


def test_report_rule_also_requires_a_share_of_the_window() -> None:
    rule = AlertRule(min_share=50.0)
    assert draft_alert(rule, evidence(449, 900)) is None
    assert draft_alert(rule, evidence(450, 900)) is not None


def test_after_a_resolution_only_newer_detections_count() -> None:
    resolved = AT - timedelta(minutes=5)
    assert compute_evidence_start(RULE, AT, None) == AT - timedelta(minutes=15)
    assert compute_evidence_start(RULE, AT, resolved) == resolved
    assert compute_evidence_start(RULE, AT, AT - timedelta(hours=2)) == AT - timedelta(minutes=15)


@pytest.mark.parametrize(
    ("current", "wanted", "step"),
    [
        ("pending", "acknowledged", Transition.CHANGE),
        ("pending", "resolved", Transition.CHANGE),
        ("acknowledged", "resolved", Transition.CHANGE),
        ("acknowledged", "acknowledged", Transition.REPEAT),
        ("resolved", "resolved", Transition.REPEAT),
        ("resolved", "acknowledged", Transition.REFUSE),
    ],
)
def test_status_only_advances(current: str, wanted: str, step: Transition) -> None:
    assert check_transition(AlertStatus(current), AlertStatus(wanted)) is step
