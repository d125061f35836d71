"""Devices and their last reported state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from stressvision.db.engine.expressions import columns_for
from stressvision.db.engine.prepared import BoundQuery, PreparedQuery, read_count
from stressvision.db.engine.row_reader import ReadRow, RowReader, Shape
from stressvision.db.engine.types import UtcMoment
from stressvision.db.schema.tables import devices, sessions
from stressvision.wire.values import Number


@dataclass(frozen=True)
class DeviceRow(ReadRow):
    """A device with the id of its newest active session. `temperature`: °C. `stage_ms`: milliseconds per stage."""

    device_id: str
    location: str | None
    state: str
    detail: str
    last_seen: datetime
    fps: float | None
    frames_processed: int | None
    frames_dropped: int | None
    outbox_depth: int | None
    stage_ms: Annotated[Mapping[str, float] | None, Shape(dict[str, Number])]
    preview_url: str | None
    temperature: float | None
    throttled: bool | None
    clock_ahead_seconds: float | None
    active_session_id: int | None


_read_device = RowReader(DeviceRow)


@dataclass(frozen=True)
class DeviceReport:
    """The columns of a device that a report sets; None leaves the stored value."""

    last_seen: datetime
    state: str | None = None
    location: str | None = None
    detail: str | None = None
    fps: float | None = None
    frames_processed: int | None = None
    frames_dropped: int | None = None
    outbox_depth: int | None = None
    stage_ms: Mapping[str, float] | None = None
    preview_url: str | None = None
    temperature: float | None = None
    throttled: bool | None = None
    clock_ahead_seconds: float | None = None


@dataclass(frozen=True)
class DeviceSign:
    """When a device last reported, and its state."""

    device_id: str
    state: str
    last_seen: datetime


_read_device_sign = RowReader(DeviceSign)


_active_session: Any = (
    select(func.max(sessions.c.id))
    .where(sessions.c.device_id == devices.c.device_id, sessions.c.status == "active")
    .correlate(devices)
    .scalar_subquery()
)
_DEVICE = select(*columns_for(DeviceRow, devices, active_session_id=_active_session))


def upsert_device(connection: Connection, device_id: str, report: DeviceReport) -> None:
    """Store what a device reports; an unknown device is created, `watching` unless the report has another state."""
    values = {name: value for name, value in vars(report).items() if value is not None}
    changed = connection.execute(update(devices).where(devices.c.device_id == device_id).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(devices).values(device_id=device_id, **{"state": "watching", **values}))


def select_devices(connection: Connection, limit: int | None = None, after: str | None = None) -> list[DeviceRow]:
    """Return devices by name; `after`: name of the previous page's last device."""
    query = _DEVICE.order_by(devices.c.device_id).limit(limit)
    if after is not None:
        query = query.where(devices.c.device_id > after)
    return _read_device.many(connection.execute(query))


def count_devices(connection: Connection) -> int:
    """Return the number of devices."""
    return connection.execute(select(func.count()).select_from(devices)).scalar_one()


_HEARD = PreparedQuery(
    select(func.count())
    .select_from(devices)
    .where(
        devices.c.last_seen > bindparam("since", type_=UtcMoment()),
        devices.c.last_seen <= bindparam("until", type_=UtcMoment()),
        devices.c.state != "stopped",
    )
)


def count_heard_devices(since: datetime, until: datetime) -> BoundQuery[int]:
    """Count the devices that reported over (since, until] and did not stop."""
    return _HEARD.bind(read_count, since=since, until=until)


def select_signs(connection: Connection) -> list[DeviceSign]:
    """Return the last sign of every device that reports its health, by name.

    A device that only posts detections is left out: it sends nothing while no person is in view.
    """
    query = select(*columns_for(DeviceSign, devices)).where(devices.c.outbox_depth.is_not(None))
    return _read_device_sign.many(connection.execute(query.order_by(devices.c.device_id)))


def has_device(connection: Connection, device_id: str) -> bool:
    """Return whether the device is known."""
    query = select(devices.c.device_id).where(devices.c.device_id == device_id)
    return connection.execute(query).first() is not None
