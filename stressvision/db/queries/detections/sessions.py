"""Sessions: from the start to the end of a device's watch."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.row_reader import ReadRow, RowReader
from stressvision.db.schema.tables import sessions

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class SessionRow(ReadRow):
    """A session; `session_key` is `session_<device>_<epoch>` unless the device chose another."""

    id: int
    device_id: str
    location: str | None
    start_timestamp: datetime
    end_timestamp: datetime | None
    fps_avg: float | None
    frames_processed: int | None
    status: str
    created_at: datetime
    session_key: str | None


_read_session = RowReader(SessionRow)


@dataclass(frozen=True)
class NewSession:
    """A session that begins."""

    device_id: str
    location: str | None
    start_timestamp: datetime
    session_key: str
    created_at: datetime


def parse_session(session: int | str) -> int | str:
    """Return the row id or the key that a device sent; a number that no row id can have counts as a key."""
    if isinstance(session, int) or (session.isdecimal() and session.isascii()):
        return int(session) if 0 <= int(session) <= LARGEST_ID else str(session)
    return session


def find_session(connection: Connection, session: int | str) -> SessionRow | None:
    """Return the session by row id or by key, or None; a key of digits alone is read as an id."""
    name = parse_session(session)
    wanted = sessions.c.id == name if isinstance(name, int) else sessions.c.session_key == name
    row = connection.execute(select(*columns_for(SessionRow, sessions)).where(wanted)).one_or_none()
    return _read_session.one(row)


def insert_session(connection: Connection, session: NewSession) -> int:
    """Store an active session and return its id."""
    query = insert(sessions).values(**vars(session), status="active")
    return int(connection.execute(query.returning(sessions.c.id)).scalar_one())


def end_session(
    connection: Connection, session_id: int, at: datetime, fps_avg: float | None, frames_processed: int | None
) -> None:
    """End a session; figures that are None leave the stored ones."""
    values: dict[str, object] = {"end_timestamp": at, "status": "ended"}
    if fps_avg is not None:
        values["fps_avg"] = fps_avg
    if frames_processed is not None:
        values["frames_processed"] = frames_processed
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))


def count_active_sessions(connection: Connection) -> int:
    """Return the number of sessions that have not ended."""
    query = select(func.count()).select_from(sessions).where(sessions.c.status == "active")
    return connection.execute(query).scalar_one()
