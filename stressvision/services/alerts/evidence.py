"""What is kept with an alert beside its counts. Computed only when one is really raised."""

from datetime import datetime, timedelta

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import detections
from stressvision.db.queries.alerts import AlertEvidence
from stressvision.db.queries.detections import ExpressionCount
from stressvision.domain.alerts import PROLONGED_STRESS, AlertRule
from stressvision.domain.evidence import USUAL_DAYS, UsualFigures, chance_by_error, count_by_minute, usual_level
from stressvision.services.alerts.error_rates import read_stress_error_rate
from stressvision.services.context import Context
from stressvision.wire.alerts import MinuteCount


def gather_evidence(
    connection: Connection,
    context: Context,
    rule: AlertRule,
    employee_id: int,
    start: datetime,
    at: datetime,
    counted: ExpressionCount,
) -> AlertEvidence:
    """Return the evidence to store; `counted`: what the rule counted over (start, at]."""
    observations = detections.select_observations(connection, employee_id, rule.emotions, start, at)
    usual = _usual(connection, rule, employee_id, at)
    return AlertEvidence(
        evidence_events=counted.events,
        evidence_total=counted.total,
        evidence_confidence=counted.mean_confidence,
        evidence_start=start,
        evidence_minutes=[
            MinuteCount.model_validate(minute).model_dump(mode="json")
            for minute in count_by_minute(observations, start, at)
        ],
        usual_share=usual.share if usual else None,
        usual_days=usual.days if usual else None,
        error_chance=_error_chance(context, rule, counted),
    )


def _usual(connection: Connection, rule: AlertRule, employee_id: int, at: datetime) -> UsualFigures | None:
    """At the same time of day, of the same length: a bounded read, however long the history."""
    ends = (at - timedelta(days=days) for days in range(1, USUAL_DAYS + 1))
    counts = (
        detections.count_expressions(connection, employee_id, rule.emotions, end - rule.window, end) for end in ends
    )
    return usual_level((count.events, count.total) for count in counts)


def _error_chance(context: Context, rule: AlertRule, counted: ExpressionCount) -> float | None:
    """None for fatigue: no picture set tells how often it is seen in error."""
    if rule.alert_type != PROLONGED_STRESS:
        return None
    rate = read_stress_error_rate(context.settings.models_dir)
    return None if rate is None else chance_by_error(counted.events, counted.total, rate)
