"""State of the camera devices, as they report it."""

from datetime import timedelta

from stressvision.core.clock import latest_credible
from stressvision.core.errors import Message, NotFound
from stressvision.db.queries.detections.coverage import count_minutes_by_hour, note_minute, select_watching_before
from stressvision.db.queries.detections.devices import (
    DeviceReport,
    DeviceRow,
    count_devices,
    select_devices,
    upsert_device,
)
from stressvision.domain.auth import Role, sees_persons
from stressvision.domain.reports import Window
from stressvision.services.audit import submit_read
from stressvision.services.context import Actor, Context
from stressvision.services.moved_cameras import note_view
from stressvision.services.paging import next_cursor, write_name
from stressvision.services.reads import LIST_SPAN
from stressvision.wire.backend import Device, DeviceList
from stressvision.wire.cameras import CameraHistory, WatchedHours
from stressvision.wire.detections import DeviceHealth

_DUPLICATED = Message(
    es="dos equipos usan este mismo identificador (¿tarjeta copiada?): cambie STRESSVISION_DEVICE_ID en uno",
    en="two machines use this device id (copied card?): change STRESSVISION_DEVICE_ID on one of them",
)
LIST_LIMIT = 1000
"""Default number of devices on one page."""


def record_health(context: Context, health: DeviceHealth) -> None:
    """Store a device's health report: also that it watched in this minute, and that its camera was moved.

    If two machines report under this device id, the stored detail begins with a warning.
    """
    values = health.model_dump(exclude={"device_id", "instance_id", "moved"}, exclude_none=True)
    if health.instance_id is not None and context.instances.note(health.device_id, health.instance_id):
        values["detail"] = f"{_DUPLICATED.text(context.settings.lang)}; {health.detail}"
    now = context.clock()
    with context.database.write() as connection:
        upsert_device(connection, health.device_id, DeviceReport(**values, last_seen=now))
        if health.state == "watching":
            note_minute(connection, health.device_id, now)
        if health.moved is not None:
            note_view(connection, context, health.device_id, moved=health.moved)


def list_devices(
    context: Context, limit: int = LIST_LIMIT, after: str | None = None, role: Role | None = None
) -> DeviceList:
    """Return a page of devices by name, starting behind `after`, with the fields that a role may see.

    A device is `silent` where its last report is older than `device_silent_seconds`, or of a time that has not come
    (stored under a wrong clock), unless it was shut down in order.
    """
    now = context.clock()
    heard = Window(now - timedelta(seconds=context.settings.device_silent_seconds), latest_credible(now))
    with context.database.read() as connection:
        found = select_devices(connection, limit + 1, after)
        total = count_devices(connection)
    return DeviceList(
        devices=[_limit_fields(_to_device(row, heard), role) for row in found[:limit]],
        total=total,
        next_cursor=next_cursor(found, limit, lambda row: write_name(row.device_id)),
    )


def read_camera_history(context: Context, hours: int, role: Role | None) -> CameraHistory:
    """Return the minutes of each of the last `hours` in which each known camera was watching.

    None for roles without access to persons: a detection counts as watching, so that the minutes of a device without
    heartbeats are those in which a person passed.
    """
    this_hour = context.clock().replace(minute=0, second=0, microsecond=0)
    window = Window(this_hour - timedelta(hours=hours - 1), this_hour + timedelta(hours=1))
    with context.database.read() as connection:
        known = [device.device_id for device in select_devices(connection)]
        watched = {
            (row.device_id, int((row.hour - window.start) / timedelta(hours=1))): row.minutes
            for row in count_minutes_by_hour(connection, window)
        }
        earlier = select_watching_before(connection, window.start)

    def count_minutes(name: str) -> list[int | None]:
        if not sees_persons(role):
            return [None] * hours
        counts = [watched.get((name, hour), 0) for hour in range(hours)]
        first = 0 if name in earlier else next((hour for hour, count in enumerate(counts) if count), hours)
        return [None if hour < first else count for hour, count in enumerate(counts)]

    devices = [WatchedHours(device_id=name, minutes=count_minutes(name)) for name in known]
    return CameraHistory(start=window.start, hours=hours, devices=devices)


def find_preview_address(context: Context, device_id: str) -> str | None:
    """Return the address of a device's live preview, with its ticket; None while it offers none. Raise NotFound."""
    with context.database.read() as connection:
        found = next((row for row in select_devices(connection) if row.device_id == device_id), None)
    if found is None:
        raise NotFound(Message(es=f"No existe el dispositivo {device_id}.", en=f"There is no device {device_id}."))
    return found.preview_url if found.state in {"watching", "paused"} else None


def record_picture(context: Context, device_id: str, actor: Actor) -> None:
    """Record that the actor looks at a camera, before the picture is returned; repetitions are counted."""
    submit_read(context, actor, "view_camera", "device", None, {"device_id": device_id}, LIST_SPAN).result()


_OF_PERSONS: dict[str, object] = {"outbox_depth": None, "stage_ms": {}, "preview_url": None}
"""Fields that change when a person stands before the camera: which stages ran, how many detections wait; and the
address of the live picture, which holds a ticket."""
_OF_OPERATION: dict[str, object] = {
    "fps": None,
    "frames_processed": None,
    "frames_dropped": None,
    "temperature": None,
    "throttled": None,
    "clock_ahead_seconds": None,
    "active_session_id": None,
}
"""Fields for the operation of the device: a face costs processor time, which these show."""


def _limit_fields(device: Device, role: Role | None) -> Device:
    """Return the device as a role may see it. `last_seen` to the minute: not the time of a detection."""
    if sees_persons(role):
        return device
    hidden = _OF_PERSONS if role is Role.ADMIN else {**_OF_PERSONS, **_OF_OPERATION}
    last_seen = device.last_seen and device.last_seen.replace(second=0, microsecond=0)
    return device.model_copy(update={**hidden, "last_seen": last_seen})


def _to_device(row: DeviceRow, heard: Window) -> Device:
    is_heard = heard.start <= row.last_seen <= heard.end
    return Device(
        device_id=row.device_id,
        location=row.location,
        state=row.state if is_heard or row.state == "stopped" else "silent",
        detail=row.detail,
        last_seen=row.last_seen,
        active_session_id=row.active_session_id,
        fps=row.fps,
        frames_processed=row.frames_processed,
        frames_dropped=row.frames_dropped,
        outbox_depth=row.outbox_depth,
        stage_ms=row.stage_ms or {},
        preview_url=row.preview_url,
        temperature=row.temperature,
        throttled=row.throttled,
        clock_ahead_seconds=row.clock_ahead_seconds,
    )
