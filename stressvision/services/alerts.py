"""Raising alerts, listing them, and deciding on them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from stressvision.config import Settings
from stressvision.db import alerts as rows
from stressvision.db import detections
from stressvision.db.connection import Connection
from stressvision.domain.alerts import AlertRule, AlertStatus, Evidence, Transition, decide, evidence_start, transition
from stressvision.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.wire.backend import Alert, AlertList
from stressvision.wire.pages import Instant, next_cursor, write_instant

_STATUS_NAMES = {
    AlertStatus.PENDING: Message(es="pendiente", en="pending"),
    AlertStatus.ACKNOWLEDGED: Message(es="reconocida", en="acknowledged"),
    AlertStatus.RESOLVED: Message(es="resuelta", en="resolved"),
}


def live_rule(settings: Settings) -> AlertRule:
    """The rule applied to each detection as it is stored."""
    return AlertRule(
        window=timedelta(minutes=settings.alert_window_minutes),
        min_events=settings.min_stress_events,
        min_confidence=settings.alert_min_confidence,
        quiet=timedelta(minutes=settings.alert_quiet_minutes),
    )


def report_rule(settings: Settings, length: timedelta) -> AlertRule:
    """The rule applied to a whole report window of `length`: also a share of it (STRESS_THRESHOLD)."""
    return replace(live_rule(settings), window=length, min_share=settings.stress_threshold)


def raise_if_due(
    connection: Connection, context: Context, rule: AlertRule, employee_id: int, at: datetime
) -> int | None:
    """Raises the alert that the employee's detections up to `at` call for; its id, or None.

    Within the caller's write transaction, so that concurrent detections raise exactly one.
    """
    if rows.has_open_alert(connection, employee_id, at - rule.quiet):
        return None
    start = evidence_start(rule, at, rows.last_resolution(connection, employee_id))
    stress = detections.count_stress(connection, employee_id, start, at)
    draft = decide(rule, Evidence(stress.events, stress.total, stress.mean_confidence, has_open_alert=False))
    if draft is None:
        return None
    return rows.insert_alert(
        connection,
        {
            "timestamp": at,
            "employee_id": employee_id,
            "alert_type": draft.alert_type,
            "severity": str(draft.severity),
            "description": draft.description,
            "status": str(AlertStatus.PENDING),
            "created_at": context.clock(),
            "evidence_events": stress.events,
            "evidence_total": stress.total,
            "evidence_confidence": stress.mean_confidence,
        },
    )


def list_alerts(
    context: Context,
    status: AlertStatus | None,
    limit: int,
    employee_id: int | None,
    actor: Actor,
    after: Instant | None = None,
) -> AlertList:
    """Newest first; `status` None lists all, `after` goes on there. Looking at one person's alerts is audited."""
    with context.database.read() as connection:
        found = rows.select_alerts(connection, status, employee_id, limit + 1, after)
        total = rows.count_alerts(connection, status, employee_id)
    if employee_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_alerts", "employee", employee_id)
    return AlertList(
        alerts=[Alert.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.timestamp, row.id)),
    )


def acknowledge_alert(context: Context, alert_id: int, actor: Actor, notes: str | None = None) -> Alert:
    """Raises NotFound, Conflict (already resolved), InvalidInput (nobody named)."""
    values = {"acknowledged_by": actor.user_id, "acknowledged_at": context.clock()}
    return _move(context, alert_id, AlertStatus.ACKNOWLEDGED, actor, notes, values)


def resolve_alert(context: Context, alert_id: int, actor: Actor, notes: str | None = None) -> Alert:
    """Raises NotFound, InvalidInput (nobody named). A pending alert may be resolved at once."""
    values = {"resolved_by": actor.user_id, "resolved_at": context.clock()}
    return _move(context, alert_id, AlertStatus.RESOLVED, actor, notes, values)


def _move(
    context: Context, alert_id: int, wanted: AlertStatus, actor: Actor, notes: str | None, values: Mapping[str, object]
) -> Alert:
    if not actor.user_id:
        raise InvalidInput(
            Message(
                es='Falta user_id: diga quién decide, por ejemplo {"user_id": "admin"}.',
                en='user_id is missing: say who decides, for example {"user_id": "admin"}.',
            ),
            field="user_id",
        )
    with context.database.write() as connection:
        row = rows.select_alert(connection, alert_id)
        if row is None:
            raise NotFound(Message(es=f"No existe la alerta {alert_id}.", en=f"There is no alert {alert_id}."))
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
            details = {"from": str(current), "to": str(wanted)}
            record(connection, context, actor, f"alert_{wanted}", "alert", alert_id, details)
        return Alert.model_validate(rows.select_alert(connection, alert_id))
