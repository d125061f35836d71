"""Endpoints of devices and their cameras."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from stressvision.api.dependencies import ActorDep, ContextDep, Cursor, NamedActorDep, UserId
from stressvision.services import camera_settings, devices
from stressvision.services.paging import read_name
from stressvision.wire.backend import DeviceList
from stressvision.wire.cameras import CameraSettings, CameraViewRequest, PauseRequest

DeviceName = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]

router = APIRouter(prefix="/api/devices", tags=["devices"])


@router.get("")
def list_devices(
    context: ContextDep,
    actor: ActorDep,
    limit: Annotated[int, Query(ge=1, le=devices.LIST_LIMIT)] = devices.LIST_LIMIT,
    cursor: Cursor = None,
) -> DeviceList:
    return devices.list_devices(context, limit, read_name(cursor), actor.role)


@router.get("/{device_id}/camera")
def read_camera(context: ContextDep, device_id: DeviceName) -> CameraSettings:
    return camera_settings.read_camera_settings(context, device_id)


@router.put("/{device_id}/camera")
def change_camera(
    context: ContextDep, actor: ActorDep, device_id: DeviceName, wanted: CameraViewRequest, user_id: UserId = None
) -> CameraSettings:
    return camera_settings.change_camera_view(context, device_id, wanted, actor.claiming(wanted.user_id or user_id))


@router.post("/{device_id}/pause")
def pause_camera(
    context: ContextDep, actor: ActorDep, device_id: DeviceName, wanted: PauseRequest, user_id: UserId = None
) -> CameraSettings:
    return camera_settings.pause_camera(context, device_id, wanted, actor.claiming(wanted.user_id or user_id))


@router.delete("/{device_id}/pause")
def resume_camera(context: ContextDep, actor: NamedActorDep, device_id: DeviceName) -> CameraSettings:
    return camera_settings.resume_camera(context, device_id, actor)
