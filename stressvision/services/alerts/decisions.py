"""Decisions on alerts: list, read, acknowledge, resolve and annotate them."""

from stressvision.core.errors import Conflict, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alerts as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step, select_steps
from stressvision.domain.alerts import AlertStatus, AlertStep, Subject, Transition, check_transition
from stressvision.services.audit import record, record_people_read
from stressvision.services.context import Actor, Context, require_user_id
from stressvision.services.paging import Instant, next_cursor, write_instant
from stressvision.wire.alerts import Alert, AlertDetail, AlertList, AlertStepTaken

_STATUS_NAMES = {
    AlertStatus.PENDING: Message(es="pendiente", en="pending"),
    AlertStatus.ACKNOWLEDGED: Message(es="atendida", en="acknowledged"),
    AlertStatus.RESOLVED: Message(es="resuelta", en="resolved"),
}


def list_alerts(
    context: Context,
    status: AlertStatus | None,
    limit: int,
    employee_id: int | None,
    actor: Actor,
    after: Instant | None = None,
    about: Subject = Subject.PEOPLE,
) -> AlertList:
    """Return a page of alerts, newest first. The read is audited for each person in it.

    Args:
        context: Database, settings and clock.
        status: Only alerts in this state; None for all.
        limit: Alerts of one page at most.
        employee_id: Only alerts of this employee; None for all.
        actor: The reader, for the audit log.
        after: Cursor of the previous page; None for the first.
        about: Alerts of people, of devices, or both.
    """
    with context.database.read() as connection:
        found = rows.select_alerts(connection, status, employee_id, limit + 1, after, about)
        total = rows.count_alerts(connection, status, employee_id, about)
    concerned = [row.employee_id for row in found[:limit]] + [employee_id]
    record_people_read(context, actor, "read_alerts", {person for person in concerned if person is not None})
    return AlertList(
        alerts=[Alert.model_validate(row) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_instant(row.timestamp, row.id)),
    )


def read_alert(context: Context, alert_id: int, actor: Actor) -> AlertDetail:
    """Return an alert with its history. Reading the alert of one person is audited. Raises NotFound."""
    with context.database.read() as connection:
        row = _get_alert(connection, alert_id)
        detail = _detail(connection, row)
    if row.employee_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_alert", "alert", alert_id)
    return detail


def acknowledge_alert(
    context: Context, alert_id: int, actor: Actor, notes: str | None = None, version: int | None = None
) -> Alert:
    """Acknowledge a pending alert and return it; a repetition only adds its notes to the history.

    Args:
        context: Database and clock.
        alert_id: The alert.
        actor: The author of the decision.
        notes: Reason or measures.
        version: The alert's version that the actor saw; None accepts any.

    Raises:
        NotFound: There is no such alert.
        Conflict: The alert is already resolved, or another user decided after `version`.
        InvalidInput: The actor has no user id.
    """
    return _change_status(context, alert_id, AlertStatus.ACKNOWLEDGED, actor, notes, version)


def resolve_alert(
    context: Context, alert_id: int, actor: Actor, notes: str | None = None, version: int | None = None
) -> Alert:
    """Resolve an acknowledged or pending alert and return it. Arguments and repetitions: as acknowledge_alert.

    Raises:
        NotFound: There is no such alert.
        Conflict: Another user decided after `version`.
        InvalidInput: The actor has no user id.
    """
    return _change_status(context, alert_id, AlertStatus.RESOLVED, actor, notes, version)


def note_alert(context: Context, alert_id: int, actor: Actor, notes: str) -> AlertDetail:
    """Add a note to the history of an alert in any state.

    Raises:
        NotFound: There is no such alert.
        InvalidInput: The actor has no user id.
    """
    require_user_id(actor)
    with context.database.write() as connection:
        row = _get_alert(connection, alert_id)
        _record_step(connection, context, row, AlertStep.NOTED, actor, notes.strip())
        record(connection, context, actor, "alert_noted", "alert", alert_id)
        return _detail(connection, row)


def _change_status(
    context: Context, alert_id: int, wanted: AlertStatus, actor: Actor, notes: str | None, version: int | None
) -> Alert:
    require_user_id(actor)
    with context.database.write() as connection:
        row = _get_alert(connection, alert_id)
        current = row.known_status
        if version is not None:
            _check_version(row, version, actor)
        transition = check_transition(current, wanted)
        if transition is Transition.REFUSE:
            raise Conflict(
                Message(
                    es=f"La alerta {alert_id} ya está {_STATUS_NAMES[current].es}: "
                    f"no puede pasar a {_STATUS_NAMES[wanted].es}.",
                    en=f"Alert {alert_id} is already {current}: it cannot become {wanted}.",
                )
            )
        if transition is Transition.CHANGE:
            decision = rows.AlertDecisionMade(wanted, context.clock(), actor.user_id, notes)
            rows.record_decision(connection, alert_id, decision)
            _record_step(connection, context, row, AlertStep(wanted), actor, notes)
            details = {"from": str(current), "to": str(wanted)}
            record(connection, context, actor, f"alert_{wanted}", "alert", alert_id, details)
        elif notes and notes.strip() and not _holds_notes(connection, alert_id, actor, notes):
            _record_step(connection, context, row, AlertStep.NOTED, actor, notes.strip())
            record(connection, context, actor, "alert_noted", "alert", alert_id)
        return Alert.model_validate(rows.select_alert(connection, alert_id))


def _check_version(row: rows.AlertRow, version: int, actor: Actor) -> None:
    """Raise Conflict where another user decided after `version`; an actor may repeat and continue their own."""
    decided_by = row.resolved_by if row.known_status is AlertStatus.RESOLVED else row.acknowledged_by
    if version == row.version or (version < row.version and decided_by == actor.user_id):
        return
    state = _STATUS_NAMES[row.known_status]
    raise Conflict(
        Message(
            es=f"La alerta {row.id} cambió mientras usted la veía: ahora está {state.es}"
            + (f" por {decided_by}." if decided_by else "."),
            en=f"Alert {row.id} changed while you were viewing it: now it is {state.en}"
            + (f" by {decided_by}." if decided_by else "."),
        )
    )


def _holds_notes(connection: Connection, alert_id: int, actor: Actor, notes: str) -> bool:
    """Return whether the actor's notes are in the history, as where a request is sent again."""
    steps = select_steps(connection, alert_id)
    return any(step.user_id == actor.user_id and (step.notes or "").strip() == notes.strip() for step in steps)


def _record_step(
    connection: Connection, context: Context, row: rows.AlertRow, kind: AlertStep, actor: Actor, notes: str | None
) -> None:
    step = NewAlertStep(context.clock(), str(kind), row.id, row.employee_id, user_id=actor.user_id, notes=notes)
    insert_step(connection, step)


def _get_alert(connection: Connection, alert_id: int) -> rows.AlertRow:
    row = rows.select_alert(connection, alert_id)
    if row is None:
        raise NotFound(Message(es=f"No existe la alerta {alert_id}.", en=f"There is no alert {alert_id}."))
    return row


def _detail(connection: Connection, row: rows.AlertRow) -> AlertDetail:
    history = [AlertStepTaken.model_validate(step) for step in select_steps(connection, row.id)]
    return AlertDetail(**vars(Alert.model_validate(row)), history=history)
