"""Settings of each camera: read and change what it watches, pause it and end the pause."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections.camera_settings import (
    CameraSettingsRow,
    StoredPause,
    save_pause,
    save_view,
    select_camera_settings,
)
from stressvision.db.queries.detections.devices import has_device
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context, require_user_id
from stressvision.services.moved_cameras import note_view
from stressvision.wire.cameras import CameraSettings, CameraView, CameraViewRequest, DeviceCamera, PauseRequest

LONGEST_PAUSE = timedelta(days=31)


def read_camera_settings(context: Context, device_id: str) -> CameraSettings:
    """Return the settings of a device's camera.

    Raises:
        NotFound: There is no such device.
    """
    with context.database.read() as connection:
        return _read(connection, context, device_id)


def read_device_camera(context: Context, device_id: str) -> DeviceCamera:
    """Return what the device itself needs; the defaults for a device that has not reported yet."""
    with context.database.read() as connection:
        settings = _to_settings(context, device_id, select_camera_settings(connection, device_id))
    return DeviceCamera.model_validate(settings.model_dump(include=set(DeviceCamera.model_fields)))


def change_camera_view(context: Context, device_id: str, wanted: CameraViewRequest, actor: Actor) -> CameraSettings:
    """Store what a camera watches from now on, and return its settings. A view that seemed moved counts as right.

    Raises:
        NotFound: There is no such device.
        Conflict: The settings were changed since the revision that the author saw.
        InvalidInput: The actor has no user id, or the smallest face is larger than the largest.
    """
    require_user_id(actor)
    _require_sizes(wanted)
    view = CameraView.model_validate(wanted.model_dump(include=set(CameraView.model_fields))).model_dump(mode="json")
    with context.database.write() as connection:
        before = _read(connection, context, device_id)
        if wanted.revision is not None and wanted.revision != before.revision:
            raise Conflict(
                Message(
                    es="Otra persona cambió los ajustes de esta cámara mientras tanto. Vuelva a cargarlos.",
                    en="Somebody else changed the settings of this camera meanwhile. Load them again.",
                )
            )
        save_view(connection, device_id, view, before.revision + 1, context.clock(), actor.user_id)
        details = {"device_id": device_id, "revision": before.revision + 1, "view": view}
        _record(connection, context, actor, "camera_changed", details)
        # The author has seen the view, whether or not the device is running.
        note_view(connection, context, device_id, moved=False)
        return _read(connection, context, device_id)


def pause_camera(context: Context, device_id: str, wanted: PauseRequest, actor: Actor) -> CameraSettings:
    """Stop a camera until a time, for a reason, and return its settings.

    Raises:
        NotFound: There is no such device.
        InvalidInput: The actor has no user id, or the end is past or too far ahead.
    """
    require_user_id(actor)
    now = context.clock()
    if not now < wanted.until <= now + LONGEST_PAUSE:
        raise InvalidInput(
            Message(
                es=f"until debe estar en el futuro y a {LONGEST_PAUSE.days} días como máximo.",
                en=f"until must be in the future, {LONGEST_PAUSE.days} days ahead at most.",
            ),
            field="until",
        )
    pause = StoredPause(wanted.until, wanted.reason.strip(), actor.user_id)
    with context.database.write() as connection:
        _read(connection, context, device_id)
        save_pause(connection, device_id, pause)
        _record(connection, context, actor, "camera_paused", {"device_id": device_id, "until": str(wanted.until)})
        return _read(connection, context, device_id)


def resume_camera(context: Context, device_id: str, actor: Actor) -> CameraSettings:
    """End the pause of a camera, if there is one, and return its settings.

    Raises:
        NotFound: There is no such device.
        InvalidInput: The actor has no user id.
    """
    require_user_id(actor)
    with context.database.write() as connection:
        before = _read(connection, context, device_id)
        if before.paused_until is not None:
            save_pause(connection, device_id, StoredPause())
            _record(connection, context, actor, "camera_resumed", {"device_id": device_id})
        return _read(connection, context, device_id)


def _require_sizes(view: CameraView) -> None:
    least, most = view.min_face_pixels, view.max_face_pixels
    if least is not None and most is not None and least > most:
        raise InvalidInput(
            Message(
                es="min_face_pixels no puede ser mayor que max_face_pixels.",
                en="min_face_pixels must not be larger than max_face_pixels.",
            ),
            field="min_face_pixels",
        )


def _read(connection: Connection, context: Context, device_id: str) -> CameraSettings:
    row = select_camera_settings(connection, device_id)
    if row is None and not has_device(connection, device_id):
        raise NotFound(
            Message(es=f"No existe el dispositivo {device_id}.", en=f"There is no device {device_id}."),
            field="device_id",
        )
    return _to_settings(context, device_id, row)


def _to_settings(context: Context, device_id: str, row: CameraSettingsRow | None) -> CameraSettings:
    zone = context.settings.time_zone
    if row is None:
        return CameraSettings(device_id=device_id, revision=0, time_zone=zone)
    in_force = _is_in_force(row.paused_until, context.clock())
    return CameraSettings(
        **CameraView.model_validate(row.view or {}).model_dump(),
        device_id=device_id,
        revision=row.revision,
        time_zone=zone,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        paused_until=row.paused_until if in_force else None,
        pause_reason=row.pause_reason if in_force else None,
        paused_by=row.paused_by if in_force else None,
    )


def _is_in_force(until: datetime | None, now: datetime) -> bool:
    return until is not None and now < until <= now + LONGEST_PAUSE


def _record(connection: Connection, context: Context, actor: Actor, action: str, details: Mapping[str, object]) -> None:
    record(connection, context, actor, action, "device", None, details)
