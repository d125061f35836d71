"""Raising alerts, listing them, and deciding on them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import alerts as rows
from stressvision.db.queries import detections
from stressvision.db.queries.alert_history import select_steps
from stressvision.domain.alerts import (
    PROLONGED_FATIGUE,
    AlertRule,
    AlertStatus,
    AlertStep,
    Evidence,
    Subject,
    Transition,
    decide,
    evidence_start,
    transition,
)
from stressvision.domain.consent import may_alert
from stressvision.domain.emotions import FATIGUE_EMOTIONS, STRESS_EMOTIONS
from stressvision.domain.notifications import NoticeKind
from stressvision.services.alerts.evidence import gather_evidence
from stressvision.services.alerts.history import HistoryStep, record_step
from stressvision.services.alerts.silenced import record_if_silenced
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.notifications import enqueue
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.wire.alerts import Alert, AlertDetail, AlertList, AlertStepTaken

_STATUS_NAMES = {
    AlertStatus.PENDING: Message(es="pendiente", en="pending"),
    AlertStatus.ACKNOWLEDGED: Message(es="reconocida", en="acknowledged"),
    AlertStatus.RESOLVED: Message(es="resuelta", en="resolved"),
}


def live_rule(settings: Settings) -> AlertRule:
    """The rule applied to each stress or sad detection as it is stored."""
    return AlertRule(
        window=timedelta(minutes=settings.alert_window_minutes),
        min_events=settings.min_stress_events,
        min_confidence=settings.alert_min_confidence,
        quiet=timedelta(minutes=settings.alert_quiet_minutes),
    )


def fatigue_rule(settings: Settings) -> AlertRule:
    """The rule applied to each fatigue detection as it is stored: a kind of its own, with its own quiet hour."""
    return replace(
        live_rule(settings),
        alert_type=PROLONGED_FATIGUE,
        emotions=FATIGUE_EMOTIONS,
        min_events=settings.min_fatigue_events,
    )


def report_rule(settings: Settings, length: timedelta) -> AlertRule:
    """The rule applied to a whole report window of `length`: also a share of it (STRESS_THRESHOLD)."""
    return replace(live_rule(settings), window=length, min_share=settings.stress_threshold)


def create_alert_if_due(
    connection: Connection, context: Context, employee_id: int, emotion: str | None, at: datetime
) -> int | None:
    """Raises the alert that a detection of `emotion` just stored calls for; its id, or None."""
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
    """Raises the alert that the employee's detections up to `at` call for; its id, or None.

    Within the caller's write transaction, so that concurrent detections raise exactly one.
    """
    if not may_alert(context.settings.policy, rule.emotions):
        return None
    if rows.has_open_alert(connection, employee_id, rule.alert_type, at - rule.quiet):
        return None
    start = evidence_start(rule, at, rows.last_resolution(connection, employee_id, rule.alert_type))
    counted = detections.count_expressions(connection, employee_id, rule.emotions, start, at)
    draft = decide(rule, Evidence(counted.events, counted.total, counted.mean_confidence, has_open_alert=False))
    if draft is None or record_if_silenced(connection, context, rule, draft, employee_id, at):
        return None
    alert_id = rows.insert_alert(
        connection,
        {
            "timestamp": at,
            "employee_id": employee_id,
            "alert_type": draft.alert_type,
            "severity": str(draft.severity),
            "description": draft.description,
            "status": str(AlertStatus.PENDING),
            "created_at": context.clock(),
            **gather_evidence(connection, context, rule, employee_id, start, at, counted),
        },
    )
    record_step(connection, alert_id, employee_id, HistoryStep(AlertStep.RAISED, context.clock()))
    enqueue(connection, context, NoticeKind.ALERT, alert_id)
    return alert_id


def list_alerts(
    context: Context,
    status: AlertStatus | None,
    limit: int,
    employee_id: int | None,
    actor: Actor,
    after: Instant | None = None,
    about: Subject = Subject.PEOPLE,
) -> AlertList:
    """Newest first; `status` None lists all, `after` goes on there. Looking at one person's alerts is audited."""
    with context.database.read() as connection:
        found = rows.select_alerts(connection, status, employee_id, limit + 1, after, about)
        total = rows.count_alerts(connection, status, employee_id, about)
    if employee_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_alerts", "employee", employee_id)
    return AlertList(
        alerts=[Alert.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.timestamp, row.id)),
    )


def read_alert(context: Context, alert_id: int, actor: Actor) -> AlertDetail:
    """With its history. Looking at one person's alert is audited. Raises NotFound."""
    with context.database.read() as connection:
        row = _require_alert(connection, alert_id)
        detail = _detail(connection, row)
    if row.employee_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_alert", "alert", alert_id)
    return detail


def acknowledge_alert(context: Context, alert_id: int, actor: Actor, notes: str | None = None) -> Alert:
    """Raises NotFound, Conflict (already resolved), InvalidInput (nobody named)."""
    values = {"acknowledged_by": actor.user_id, "acknowledged_at": context.clock()}
    return _move(context, alert_id, AlertStatus.ACKNOWLEDGED, actor, notes, values)


def resolve_alert(context: Context, alert_id: int, actor: Actor, notes: str | None = None) -> Alert:
    """Raises NotFound, InvalidInput (nobody named). A pending alert may be resolved at once."""
    values = {"resolved_by": actor.user_id, "resolved_at": context.clock()}
    return _move(context, alert_id, AlertStatus.RESOLVED, actor, notes, values)


def note_alert(context: Context, alert_id: int, actor: Actor, notes: str) -> AlertDetail:
    """Adds a note to the history, whatever the state. Raises NotFound, InvalidInput (nobody named)."""
    require_person(actor)
    with context.database.write() as connection:
        row = _require_alert(connection, alert_id)
        step = HistoryStep(AlertStep.NOTED, context.clock(), actor.user_id, notes.strip())
        record_step(connection, alert_id, row.employee_id, step)
        record(connection, context, actor, "alert_noted", "alert", alert_id)
        return _detail(connection, row)


def require_person(actor: Actor) -> None:
    """Raises InvalidInput where nobody is named: who decides is always written down."""
    if not actor.user_id:
        raise InvalidInput(
            Message(
                es='Falta user_id: diga quién decide, por ejemplo {"user_id": "admin"}.',
                en='user_id is missing: say who decides, for example {"user_id": "admin"}.',
            ),
            field="user_id",
        )


def _move(
    context: Context, alert_id: int, wanted: AlertStatus, actor: Actor, notes: str | None, values: Mapping[str, object]
) -> Alert:
    require_person(actor)
    with context.database.write() as connection:
        row = _require_alert(connection, alert_id)
        current = AlertStatus(row.status)
        step = transition(current, wanted)
        if step is Transition.REFUSE:
            raise Conflict(
                Message(
                    es=f"La alerta {alert_id} ya está {_STATUS_NAMES[current].es}: "
                    f"no puede pasar a {_STATUS_NAMES[wanted].es}.",
                    en=f"Alert {alert_id} is already {current}: it cannot become {wanted}.",
                )
            )
        if step is Transition.CHANGE:
            change = {**values, "status": str(wanted)}
            if notes is not None:
                change["resolution_notes"] = notes
            rows.update_alert(connection, alert_id, change)
            taken = HistoryStep(AlertStep(wanted), context.clock(), actor.user_id, notes)
            record_step(connection, alert_id, row.employee_id, taken)
            details = {"from": str(current), "to": str(wanted)}
            record(connection, context, actor, f"alert_{wanted}", "alert", alert_id, details)
        return Alert.model_validate(rows.select_alert(connection, alert_id))


def _require_alert(connection: Connection, alert_id: int) -> Any:
    row = rows.select_alert(connection, alert_id)
    if row is None:
        raise NotFound(Message(es=f"No existe la alerta {alert_id}.", en=f"There is no alert {alert_id}."))
    return row


def _detail(connection: Connection, row: Any) -> AlertDetail:
    history = [AlertStepTaken.model_validate(step) for step in select_steps(connection, row.id)]
    return AlertDetail.model_validate({**row._mapping, "history": history})
