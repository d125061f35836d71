"""Sessions: the periods in which a device is watching."""

from dataclasses import dataclass

from stressvision.core.errors import Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries import sessions as rows
from stressvision.db.queries.devices import DeviceReport, upsert_device
from stressvision.services.context import Context
from stressvision.wire.detections import SessionEnd, SessionStart


@dataclass(frozen=True)
class OpenedSession:
    """An open session. `key`: its name for devices (`session_<device>_<epoch>`). `id`: its row id."""

    id: int
    key: str
    device_id: str


def open_session(context: Context, start: SessionStart) -> OpenedSession:
    """Open a session and return it; a repeated `session_id` returns the session that already has it."""
    now = context.clock()
    began = start.start_timestamp or now
    with context.database.write() as connection:
        key = start.session_id or _free_key(connection, start.device_id, int(began.timestamp()))
        existing = rows.find_session(connection, key)
        if existing is not None:
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


def _free_key(connection: Connection, device_id: str, epoch: int) -> str:
    while rows.find_session(connection, f"session_{device_id}_{epoch}") is not None:
        epoch += 1
    return f"session_{device_id}_{epoch}"


def read_session_device(context: Context, session: int | str) -> str:
    """Return the id of the device that opened the session. Raises NotFound."""
    with context.database.read() as connection:
        return _get_session(connection, session).device_id


def close_session(context: Context, session: int | str, end: SessionEnd) -> int:
    """End the session and return its row id; ending it again changes nothing. Raises NotFound."""
    now = context.clock()
    with context.database.write() as connection:
        row = _get_session(connection, session)
        if row.end_timestamp is None:
            rows.end_session(connection, row.id, end.end_timestamp or now, end.fps_avg, end.frames_processed)
            upsert_device(connection, row.device_id, DeviceReport(last_seen=now, state="stopped", detail=""))
        return row.id


def _get_session(connection: Connection, session: int | str) -> rows.SessionRow:
    row = rows.find_session(connection, session)
    if row is None:
        raise NotFound(Message(es=f"No existe la sesión {session}.", en=f"There is no session {session}."))
    return row
