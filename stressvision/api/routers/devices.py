"""Endpoints of devices and their cameras."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from stressvision.api.dependencies import ActorDep, BackendDep, ContextDep, Cursor, NamedActorDep, UserId
from stressvision.api.expensive_work import Kind
from stressvision.services import camera_settings, devices
from stressvision.services.paging import read_name
from stressvision.wire.backend import DeviceList
from stressvision.wire.cameras import CameraHistory, CameraSettings, CameraViewRequest, PauseRequest

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


@router.get("/history")
def read_history(
    context: ContextDep, actor: ActorDep, hours: Annotated[int, Query(ge=1, le=31 * 24)] = 48
) -> CameraHistory:
    return devices.read_camera_history(context, hours, actor.role)


@router.get("/{device_id}/picture", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def read_picture(backend: BackendDep, actor: ActorDep, device_id: DeviceName) -> Response:
    # Imported here: requests takes 5 MB, and a plant without pictures never needs it.
    from stressvision.api.live_pictures import fetch_picture

    address = devices.find_preview_address(backend.context, device_id)
    with backend.expensive.turn(Kind.PICTURE, actor.role):
        jpeg = fetch_picture(device_id, address)
    devices.record_picture(backend.context, device_id, actor)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


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
