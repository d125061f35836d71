"""How the devices are doing."""

from datetime import timedelta

from stressvision.db.queries.coverage import note_minute
from stressvision.db.queries.sessions import count_devices, select_devices, upsert_device
from stressvision.services.context import Context
from stressvision.services.paging import next_cursor, write_name
from stressvision.wire.backend import Device, DeviceList
from stressvision.wire.detections import DeviceHealth

LIST_LIMIT = 1000
"""Devices of one page, unless fewer are asked for."""


def record_health(context: Context, health: DeviceHealth) -> None:
    values = health.model_dump(exclude={"device_id"}, exclude_none=True)
    now = context.clock()
    with context.database.write() as connection:
        upsert_device(connection, health.device_id, {**values, "last_seen": now})
        if health.state == "watching":
            note_minute(connection, health.device_id, now)


def list_devices(context: Context, limit: int = LIST_LIMIT, after: str | None = None) -> DeviceList:
    """By name; `after` goes on behind that one. A device that stopped without saying so, or cannot be heard, is
    `silent`."""
    silent_before = context.clock() - timedelta(seconds=context.settings.device_silent_seconds)
    devices = []
    with context.database.read() as connection:
        found = select_devices(connection, limit + 1, after)
        total = count_devices(connection)
        for row in found[:limit]:
            values = dict(row._mapping)
            if row.last_seen < silent_before and row.state != "stopped":
                values["state"] = "silent"
            devices.append(Device.model_validate({**values, "stage_ms": row.stage_ms or {}}))
    return DeviceList(
        devices=devices, total=total, next_cursor=next_cursor(found, limit, lambda row: write_name(row.device_id))
    )
