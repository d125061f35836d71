"""Silences: begin, end and list them, and record the alerts that they suppress."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from stressvision.core.clock import latest_credible
from stressvision.core.errors import InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts import silences as rows
from stressvision.db.queries.alerts.alert_history import NewAlertStep, insert_step, select_silenced
from stressvision.db.queries.detections.devices import has_device
from stressvision.db.queries.people.employees import select_standings
from stressvision.domain.alerts import LONGEST_SILENCE, AlertDraft, AlertRule, AlertStep, is_valid_silence_end
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context, require_user_id
from stressvision.wire.alerts import Silence, SilencedAlert, SilenceList, SilenceRequest

SHOWN_SILENCED = 20
"""Suppressed alerts listed with each silence, at most."""


def begin_silence(context: Context, wanted: SilenceRequest, actor: Actor) -> Silence:
    """Store a silence of one employee or one device, and return it.

    Raises:
        InvalidInput: No user id, not exactly one subject, an unknown subject, or an end that is past or too far ahead.
    """
    require_user_id(actor)
    now = context.clock()
    if (wanted.employee_id is None) == (wanted.device_id is None):
        raise InvalidInput(
            Message(
                es="Indique employee_id o device_id: el silencio es de una persona o de un dispositivo.",
                en="Set either employee_id or device_id: a silence covers one person or one device.",
            ),
            field="employee_id",
        )
    if not is_valid_silence_end(now, wanted.ends_at):
        days = LONGEST_SILENCE.days
        raise InvalidInput(
            Message(
                es=f"ends_at debe estar en el futuro y a {days} días como máximo.",
                en=f"ends_at must be in the future, {days} days ahead at most.",
            ),
            field="ends_at",
        )
    with context.database.write() as connection:
        _require_subject(connection, wanted)
        silence_id = rows.insert_silence(
            connection,
            rows.NewSilence(
                employee_id=wanted.employee_id,
                device_id=wanted.device_id,
                reason=wanted.reason.strip(),
                starts_at=now,
                ends_at=wanted.ends_at,
                created_by=actor.user_id,
            ),
        )
        details = {"silence": silence_id, "device_id": wanted.device_id}
        _record(connection, context, actor, "silence_begun", wanted.employee_id, details)
        return _read(connection, silence_id)


def end_silence(context: Context, silence_id: int, actor: Actor) -> Silence:
    """End a silence early and return it; one that is over stays as it is.

    Raises:
        NotFound: There is no such silence.
        InvalidInput: The actor has no user id.
    """
    require_user_id(actor)
    now = context.clock()
    with context.database.write() as connection:
        silence = _read(connection, silence_id)
        if silence.ended_at is None and silence.ends_at > now:
            rows.end_silence(connection, silence_id, now, actor.user_id)
            details = {"silence": silence_id, "device_id": silence.device_id}
            _record(connection, context, actor, "silence_ended", silence.employee_id, details)
        return _read(connection, silence_id)


def end_incredible_silences(context: Context) -> int:
    """End the silences whose beginning lies in the future, and return their number.

    A silence begins when it is stored. A clock that was ahead stored these: they would suppress alerts at a time that
    was never wanted.
    """
    now = context.clock()
    with context.database.write() as connection:
        return rows.end_silences_after(connection, latest_credible(now), now)


def list_silences(context: Context, *, also_past: bool, limit: int) -> SilenceList:
    """Return silences, newest first: those in force, or also past ones."""
    in_force_at = None if also_past else context.clock()
    with context.database.read() as connection:
        found = rows.select_silences(connection, in_force_at, limit)
        total = rows.count_silences(connection, in_force_at)
        suppressed = _suppressed(connection, [row.id for row in found])
    return SilenceList(silences=[_silence(row, suppressed[row.id]) for row in found], total=total)


def record_if_silenced(
    connection: Connection, context: Context, rule: AlertRule, draft: AlertDraft, employee_id: int, at: datetime
) -> bool:
    """Return whether a silence of this employee is in force, and record the alert that it suppresses.

    Repeated alerts of the same type are recorded once per quiet time of the rule.
    """
    silence_id = rows.find_silence(connection, context.clock(), employee_id=employee_id)
    if silence_id is None:
        return False
    _record_once(connection, silence_id, employee_id, draft, at, max(rule.quiet, rule.window))
    return True


def record_if_device_silenced(connection: Connection, context: Context, draft: AlertDraft, device_id: str) -> bool:
    """Return whether a silence of this device is in force, and record once the alert that it suppresses."""
    now = context.clock()
    silence_id = rows.find_silence(connection, now, device_id=device_id)
    if silence_id is None:
        return False
    _record_once(connection, silence_id, None, draft, now, None)
    return True


def _record_once(
    connection: Connection,
    silence_id: int,
    employee_id: int | None,
    draft: AlertDraft,
    at: datetime,
    within: timedelta | None,
) -> None:
    recorded = select_silenced(connection, [silence_id], at - within if within is not None else None)
    if any(row.details and row.details["alert_type"] == draft.alert_type for row in recorded):
        return
    details = {"alert_type": draft.alert_type, "severity": str(draft.severity), "description": draft.description}
    step = NewAlertStep(at, str(AlertStep.SILENCED), employee_id=employee_id, silence_id=silence_id, details=details)
    insert_step(connection, step)


def _require_subject(connection: Connection, wanted: SilenceRequest) -> None:
    if wanted.employee_id is not None and wanted.employee_id not in select_standings(connection, [wanted.employee_id]):
        raise InvalidInput(
            Message(
                es=f"No existe el empleado {wanted.employee_id}.", en=f"There is no employee {wanted.employee_id}."
            ),
            field="employee_id",
        )
    if wanted.device_id is not None and not has_device(connection, wanted.device_id):
        raise InvalidInput(
            Message(es=f"No existe el dispositivo {wanted.device_id}.", en=f"There is no device {wanted.device_id}."),
            field="device_id",
        )


def _record(
    connection: Connection,
    context: Context,
    actor: Actor,
    action: str,
    employee_id: int | None,
    details: Mapping[str, object],
) -> None:
    kind = "device" if employee_id is None else "employee"
    record(connection, context, actor, action, kind, employee_id, details)


def _read(connection: Connection, silence_id: int) -> Silence:
    row = rows.select_silence(connection, silence_id)
    if row is None:
        raise NotFound(Message(es=f"No existe el silencio {silence_id}.", en=f"There is no silence {silence_id}."))
    return _silence(row, _suppressed(connection, [silence_id])[silence_id])


def _suppressed(connection: Connection, ids: list[int]) -> defaultdict[int, list[SilencedAlert]]:
    found: defaultdict[int, list[SilencedAlert]] = defaultdict(list)
    for row in select_silenced(connection, ids):
        if row.silence_id is not None and len(found[row.silence_id]) < SHOWN_SILENCED:
            found[row.silence_id].append(SilencedAlert.model_validate(row))
    return found


def _silence(row: rows.SilenceRow, suppressed: list[SilencedAlert]) -> Silence:
    return Silence.model_validate(row).model_copy(update={"silenced": suppressed})
