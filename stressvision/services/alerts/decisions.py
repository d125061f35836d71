"""Decisions on alerts: read, acknowledge, resolve, annotate and reopen them."""

from stressvision.core.errors import Conflict, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import alerts as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step, select_steps
from stressvision.domain.alerts import AlertStatus, AlertStep, Outcome, Transition, check_transition, may_undo
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context, require_user_id
from stressvision.services.permitted import withhold_emotions
from stressvision.wire.alerts import Alert, AlertDetail, AlertStepTaken

_STATUS_NAMES = {
    AlertStatus.PENDING: Message(es="pendiente", en="pending"),
    AlertStatus.ACKNOWLEDGED: Message(es="atendida", en="acknowledged"),
    AlertStatus.RESOLVED: Message(es="resuelta", en="resolved"),
}
_CANNOT_UNDO = Message(
    es="Solo quien tomó la última decisión puede deshacerla, y durante diez minutos.",
    en="Only the author of the last decision may undo it, for ten minutes.",
)


def read_alert(context: Context, alert_id: int, actor: Actor) -> AlertDetail:
    """Return an alert with its history. Reading the alert of one person is audited. Raises NotFound."""
    with context.database.read() as connection:
        row = _get_alert(connection, alert_id)
        detail = _detail(connection, row)
    if row.employee_id is not None:
        with context.database.write() as connection:
            record(connection, context, actor, "read_alert", "alert", alert_id)
    return withhold_emotions(context, detail)


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
    context: Context,
    alert_id: int,
    actor: Actor,
    notes: str | None = None,
    version: int | None = None,
    outcome: Outcome | None = None,
) -> Alert:
    """Resolve an acknowledged or pending alert and return it. Arguments and repetitions: as acknowledge_alert.

    `outcome`: what the alert turned out to be.

    Raises:
        NotFound: There is no such alert.
        Conflict: Another user decided after `version`.
        InvalidInput: The actor has no user id.
    """
    return _change_status(context, alert_id, AlertStatus.RESOLVED, actor, notes, version, outcome)


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
        return withhold_emotions(context, _detail(connection, row))


def undo_decision(context: Context, alert_id: int, actor: Actor, version: int | None = None) -> Alert:
    """Take back the actor's own last decision on an alert, minutes after it. The history and its notes stay.

    Raises:
        NotFound: There is no such alert.
        Conflict: The last decision is another user's, too old, or another user decided after `version`.
        InvalidInput: The actor has no user id.
    """
    require_user_id(actor)
    with context.database.write() as connection:
        row = _get_alert(connection, alert_id)
        is_resolved = row.known_status is AlertStatus.RESOLVED
        decided_at = row.resolved_at if is_resolved else row.acknowledged_at
        decided_by = row.resolved_by if is_resolved else row.acknowledged_by
        is_current = version is None or version == row.version
        if (
            not is_current
            or row.known_status is AlertStatus.PENDING
            or not may_undo(decided_at, decided_by, actor.user_id, context.clock())
        ):
            raise Conflict(_CANNOT_UNDO)
        status = AlertStatus.ACKNOWLEDGED if is_resolved and row.acknowledged_at else AlertStatus.PENDING
        rows.undo_decision(connection, alert_id, status)
        _record_step(connection, context, row, AlertStep.REOPENED, actor, None)
        details = {"from": str(row.known_status), "to": str(status)}
        record(connection, context, actor, "alert_reopened", "alert", alert_id, details)
        return withhold_emotions(context, Alert.model_validate(rows.select_alert(connection, alert_id)))


def _change_status(
    context: Context,
    alert_id: int,
    wanted: AlertStatus,
    actor: Actor,
    notes: str | None,
    version: int | None,
    outcome: Outcome | None = None,
) -> Alert:
    with context.database.write() as connection:
        changed = change_status(connection, context, alert_id, wanted, actor, notes, version, outcome)
    return withhold_emotions(context, changed)


def change_status(
    connection: Connection,
    context: Context,
    alert_id: int,
    wanted: AlertStatus,
    actor: Actor,
    notes: str | None = None,
    version: int | None = None,
    outcome: Outcome | None = None,
) -> Alert:
    """Acknowledge or resolve an alert in the caller's transaction. Arguments and errors: as resolve_alert."""
    require_user_id(actor)
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
        decision = rows.AlertDecisionMade(wanted, context.clock(), actor.user_id, notes, outcome)
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
