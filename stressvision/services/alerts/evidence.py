"""Evidence stored with an alert beside its counts, computed only when the alert is created."""

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import structlog
from pydantic import BaseModel, ValidationError

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts.alerts import AlertEvidence
from stressvision.db.queries.detections import detections
from stressvision.db.queries.detections.detections import ExpressionCount
from stressvision.domain.alerts import PROLONGED_STRESS, AlertRule
from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.domain.evidence import (
    USUAL_DAYS,
    UsualFigures,
    compute_error_chance,
    compute_error_rate,
    compute_usual_level,
    count_by_minute,
)
from stressvision.services.context import Context
from stressvision.wire.alerts import MinuteCount

log = structlog.get_logger()

MEASURED_SET = "FER+ validation"
"""The row of the model card with most neutral faces, read without a reference."""
_STATES = ("neutral", "happy", "stress", "sad")
"""Order of the rows and columns of a confusion matrix of the card."""


def gather_evidence(
    connection: Connection,
    context: Context,
    rule: AlertRule,
    employee_id: int,
    start: datetime,
    at: datetime,
    counted: ExpressionCount,
) -> AlertEvidence:
    """Return the evidence to store. `counted`: the detections that the rule counted in (start, at]."""
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
    """Return the level at the same time of day on earlier days: a bounded read, however long the history."""
    ends = (at - timedelta(days=days) for days in range(1, USUAL_DAYS + 1))
    counts = (
        detections.count_expressions(connection, employee_id, rule.emotions, end - rule.window, end) for end in ends
    )
    return compute_usual_level((count.events, count.total) for count in counts)


def _error_chance(context: Context, rule: AlertRule, counted: ExpressionCount) -> float | None:
    """Return None for fatigue: no picture set measures how often it is detected in error."""
    if rule.alert_type != PROLONGED_STRESS:
        return None
    rate = read_stress_error_rate(context.settings.models_dir)
    return None if rate is None else compute_error_chance(counted.events, counted.total, rate)


class _Measured(BaseModel):
    """One measured set. `confusion[i][j]`: faces of state i that the model called state j."""

    set: str
    baseline: bool
    confusion: list[list[int]] | None = None


class _ModelCard(BaseModel):
    measured: list[_Measured]


@lru_cache(maxsize=4)
def read_stress_error_rate(models_dir: Path) -> float | None:
    """Return the share (0-1) of neutral faces that the expression model classifies as stress or sadness.

    Read from its model card expression.json, once per process: the running model is the one present at start-up.
    None where the card is missing, unreadable or without this measurement.
    """
    path = models_dir / "expression.json"
    try:
        card = _ModelCard.model_validate_json(path.read_bytes())
        rows = [row for row in card.measured if row.set == MEASURED_SET and not row.baseline]
        confusion = next(row.confusion for row in rows if row.confusion is not None)
        return compute_error_rate(confusion, _STATES, Emotion.NEUTRAL, map(str, STRESS_EMOTIONS))
    except (OSError, ValidationError, StopIteration, ValueError) as error:
        log.warning("error rate not read", card=str(path), reason=type(error).__name__)
        return None
