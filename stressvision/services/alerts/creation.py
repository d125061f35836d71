"""Creation of alerts about employees: the configured rules, applied to detections and to report windows."""

from dataclasses import replace
from datetime import datetime, timedelta

from stressvision.core.clock import latest_credible
from stressvision.core.config import Settings
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alerts as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step
from stressvision.db.queries.alerts.open_alerts import has_open_alert, last_resolution
from stressvision.db.queries.detections import detections
from stressvision.db.queries.people.employees import select_standings
from stressvision.domain.alerts import (
    PROLONGED_FATIGUE,
    AlertRule,
    AlertStep,
    Evidence,
    compute_evidence_start,
    draft_alert,
)
from stressvision.domain.consent import may_alert, may_be_recognised
from stressvision.domain.emotions import FATIGUE_EMOTIONS, STRESS_EMOTIONS
from stressvision.domain.evidence import compute_share, describe_extent
from stressvision.domain.notifications import NoticeKind
from stressvision.services.alerts.evidence import gather_evidence
from stressvision.services.alerts.silences import record_if_silenced
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue


def live_rule(settings: Settings) -> AlertRule:
    """Return the rule applied to each stress or sad detection when it is stored."""
    return AlertRule(
        window=timedelta(minutes=settings.alert_window_minutes),
        min_events=settings.min_stress_events,
        min_confidence=settings.alert_min_confidence,
        quiet=timedelta(minutes=settings.alert_quiet_minutes),
    )


def fatigue_rule(settings: Settings) -> AlertRule:
    """Return the rule applied to each fatigue detection when it is stored; its quiet time is separate from stress."""
    return replace(
        live_rule(settings),
        alert_type=PROLONGED_FATIGUE,
        emotions=FATIGUE_EMOTIONS,
        min_events=settings.min_fatigue_events,
    )


def report_rule(settings: Settings, length: timedelta) -> AlertRule:
    """Return the rule applied to a report window of `length`: also a minimum share of it (STRESS_THRESHOLD)."""
    return replace(live_rule(settings), window=length, min_share=settings.stress_threshold)


def create_alert_if_due(
    connection: Connection, context: Context, employee_id: int, emotion: str | None, at: datetime
) -> int | None:
    """Create the alert that a stored detection of `emotion` requires, and return its id; None where none is due.

    Called in the transaction that stores the detection.
    """
    if emotion in STRESS_EMOTIONS:
        rule = live_rule(context.settings)
    elif emotion in FATIGUE_EMOTIONS:
        rule = fatigue_rule(context.settings)
    else:
        return None
    latest = detections.latest_expression(connection, employee_id, rule.emotions, at, rule.window)
    return create_window_alert_if_due(connection, context, rule, employee_id, latest or at)


def create_window_alert_if_due(
    connection: Connection, context: Context, rule: AlertRule, employee_id: int, at: datetime
) -> int | None:
    """Create the alert that the employee's detections up to `at` require, and return its id; None where none is due.

    Called in a write transaction, so that concurrent detections create exactly one.
    """
    if not may_alert(context.settings.policy, rule.emotions):
        return None
    credible = max(at, latest_credible(context.clock()))
    if has_open_alert(connection, employee_id, rule.alert_type, at - rule.quiet, credible):
        return None
    resolved_at = last_resolution(connection, employee_id, rule.alert_type, credible)
    start = compute_evidence_start(rule, at, resolved_at)
    counted = detections.count_expressions(connection, employee_id, rule.emotions, start, at)
    draft = draft_alert(rule, Evidence(counted.events, counted.total, counted.mean_confidence, has_open_alert=False))
    if draft is None or not _may_concern(connection, employee_id):
        return None
    if record_if_silenced(connection, context, rule, draft, employee_id, at):
        return None
    evidence = gather_evidence(connection, context, rule, employee_id, start, at, counted)
    share = compute_share(counted.events, counted.total)
    alert_id = rows.insert_alert(
        connection,
        rows.NewAlert(
            timestamp=at,
            employee_id=employee_id,
            alert_type=draft.alert_type,
            severity=str(draft.severity),
            description=draft.description + describe_extent(share, evidence.usual_share),
            created_at=context.clock(),
            evidence=evidence,
        ),
    )
    insert_step(connection, NewAlertStep(context.clock(), str(AlertStep.RAISED), alert_id, employee_id))
    enqueue(connection, context, NoticeKind.ALERT, alert_id)
    return alert_id


def _may_concern(connection: Connection, employee_id: int) -> bool:
    """Return whether the employee is active and consenting now: detections remain stored after a withdrawal."""
    standing = select_standings(connection, [employee_id]).get(employee_id)
    return standing is not None and may_be_recognised(standing)
