"""Silence: asked for with an end and a reason, taken back, listed with what it kept quiet."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict

from stressvision.core.errors import InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import silences as rows
from stressvision.db.queries.alert_history import select_silenced
from stressvision.db.queries.devices import has_device
from stressvision.db.queries.employees import select_standings
from stressvision.domain.silences import LONGEST_SILENCE, is_acceptable_end
from stressvision.services.alerts.decisions import require_person
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.wire.alerts import Silence, SilencedAlert, SilenceList, SilenceRequest

SHOWN_SILENCED = 20


def begin_silence(context: Context, wanted: SilenceRequest, actor: Actor) -> Silence:
    """Raises InvalidInput: nobody named, not exactly one subject, an unknown one, an end that is past or too far."""
    require_person(actor)
    now = context.clock()
    if (wanted.employee_id is None) == (wanted.device_id is None):
        raise InvalidInput(
            Message(
                es="Indique employee_id o device_id: el silencio es de una persona o de un dispositivo.",
                en="Give either employee_id or device_id: silence is about one person or one device.",
            ),
            field="employee_id",
        )
    if not is_acceptable_end(now, wanted.ends_at):
        days = LONGEST_SILENCE.days
        raise InvalidInput(
            Message(
                es=f"ends_at debe estar en el futuro y a {days} días como máximo.",
                en=f"ends_at must lie in the future, {days} days ahead at most.",
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
    """Takes it back before its end; one that is over stays as it is. Raises NotFound, InvalidInput (nobody named)."""
    require_person(actor)
    now = context.clock()
    with context.database.write() as connection:
        silence = _read(connection, silence_id)
        if silence.ended_at is None and silence.ends_at > now:
            rows.end_silence(connection, silence_id, now, actor.user_id)
            details = {"silence": silence_id, "device_id": silence.device_id}
            _record(connection, context, actor, "silence_ended", silence.employee_id, details)
        return _read(connection, silence_id)


def list_silences(context: Context, *, also_past: bool, limit: int) -> SilenceList:
    """Newest first: those in force, or all."""
    in_force_at = None if also_past else context.clock()
    with context.database.read() as connection:
        found = rows.select_silences(connection, in_force_at, limit)
        total = rows.count_silences(connection, in_force_at)
        kept_quiet = _kept_quiet(connection, [row.id for row in found])
    return SilenceList(silences=[_silence(row, kept_quiet[row.id]) for row in found], total=total)


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
    return _silence(row, _kept_quiet(connection, [silence_id])[silence_id])


def _kept_quiet(connection: Connection, ids: list[int]) -> defaultdict[int, list[SilencedAlert]]:
    found: defaultdict[int, list[SilencedAlert]] = defaultdict(list)
    for row in select_silenced(connection, ids):
        if row.silence_id is not None and len(found[row.silence_id]) < SHOWN_SILENCED:
            found[row.silence_id].append(SilencedAlert.model_validate(row))
    return found


def _silence(row: rows.SilenceRow, kept_quiet: list[SilencedAlert]) -> Silence:
    return Silence.model_validate({**asdict(row), "silenced": kept_quiet})
