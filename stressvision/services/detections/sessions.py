"""Sessions: the periods in which a device is watching."""

from dataclasses import dataclass

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections import sessions as rows
from stressvision.db.queries.detections.devices import DeviceReport, upsert_device
from stressvision.services.context import Context
from stressvision.wire.detections import SessionEnd, SessionStart


@dataclass(frozen=True)
class OpenedSession:
    """An open session. `key`: its name for devices (`session_<device>_<epoch>`). `id`: its row id."""

    id: int
    key: str
    device_id: str


def open_session(context: Context, start: SessionStart) -> OpenedSession:
    """Open a session and return it; a repeated `session_id` returns the session that already has it.

    Raises:
        InvalidInput: The `session_id` names another device.
        Conflict: The session that has it belongs to another device.
    """
    _require_own_key(start)
    now = context.clock()
    began = start.start_timestamp or now
    with context.database.write() as connection:
        key = start.session_id or _free_key(connection, start.device_id, int(began.timestamp()))
        existing = rows.find_session(connection, key)
        if existing is not None:
            if existing.device_id != start.device_id:
                raise Conflict(
                    Message(es=f"La sesión {key} es de otro dispositivo.", en=f"Session {key} is another device's."),
                    field="session_id",
                )
            return OpenedSession(existing.id, key, existing.device_id)
        session_id = rows.insert_session(
            connection,
            rows.NewSession(
                device_id=start.device_id,
                location=start.location,
                start_timestamp=began,
                session_key=key,
                created_at=now,
            ),
        )
        status = DeviceReport(last_seen=now, state="watching", location=start.location)
        upsert_device(connection, start.device_id, status)
    return OpenedSession(session_id, key, start.device_id)


def close_session(context: Context, session: int | str, end: SessionEnd, device_id: str | None = None) -> int:
    """End the session and return its row id; ending it again changes nothing.

    `device_id`: the device that asks; None: not known, because no account exists.

    Raises:
        NotFound: There is no such session, or it belongs to another device.
    """
    now = context.clock()
    with context.database.write() as connection:
        row = rows.find_session(connection, session)
        if row is None or device_id not in (None, row.device_id):
            raise NotFound(Message(es=f"No existe la sesión {session}.", en=f"There is no session {session}."))
        if row.end_timestamp is None:
            rows.end_session(connection, row.id, end.end_timestamp or now, end.fps_avg, end.frames_processed)
            upsert_device(connection, row.device_id, DeviceReport(last_seen=now, state="stopped", detail=""))
        return row.id


def _require_own_key(start: SessionStart) -> None:
    device_id = start.session_id.removeprefix("session_").rpartition("_")[0] if start.session_id else start.device_id
    if device_id != start.device_id:
        raise InvalidInput(
            Message(
                es=f"session_id debe ser session_{start.device_id}_ y un número.",
                en=f"session_id must be session_{start.device_id}_ and a number.",
            ),
            field="session_id",
        )


def _free_key(connection: Connection, device_id: str, epoch: int) -> str:
    while rows.find_session(connection, f"session_{device_id}_{epoch}") is not None:
        epoch += 1
    return f"session_{device_id}_{epoch}"
