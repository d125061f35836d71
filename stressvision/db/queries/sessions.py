"""Queries on sessions and devices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from stressvision.db.schema.tables import devices, sessions


def find_session(connection: Connection, session: int | str) -> Row[Any] | None:
    """By row id, or by key (`session_<device>_<epoch>`); a key made of digits alone is taken as an id."""
    is_id = isinstance(session, int) or session.isdecimal()
    wanted = sessions.c.id == int(session) if is_id else sessions.c.session_key == session
    return connection.execute(select(sessions).where(wanted)).one_or_none()


def insert_session(connection: Connection, values: Mapping[str, Any]) -> int:
    return connection.execute(insert(sessions).values(values).returning(sessions.c.id)).scalar_one()


def update_session(connection: Connection, session_id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(values))


def count_active_sessions(connection: Connection) -> int:
    query = select(func.count()).select_from(sessions).where(sessions.c.status == "active")
    return connection.execute(query).scalar_one()


def upsert_device(connection: Connection, device_id: str, values: Mapping[str, Any]) -> None:
    changed = connection.execute(update(devices).where(devices.c.device_id == device_id).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(devices).values(device_id=device_id, **{"state": "watching", **values}))


def select_devices(connection: Connection, limit: int | None = None, after: str | None = None) -> Sequence[Row[Any]]:
    """Each device, by name, with the id of its newest open session, if it has one; `after`: the name before."""
    active = (
        select(func.max(sessions.c.id))
        .where(sessions.c.device_id == devices.c.device_id, sessions.c.status == "active")
        .correlate(devices)
        .scalar_subquery()
    )
    query = select(devices, active.label("active_session_id")).order_by(devices.c.device_id).limit(limit)
    if after is not None:
        query = query.where(devices.c.device_id > after)
    return connection.execute(query).all()


def count_devices(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(devices)).scalar_one()


def count_heard_devices(connection: Connection, since: datetime) -> int:
    query = select(func.count()).select_from(devices).where(devices.c.last_seen > since, devices.c.state != "stopped")
    return connection.execute(query).scalar_one()
