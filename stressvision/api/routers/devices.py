"""Endpoint of devices."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep, Cursor
from stressvision.services import devices
from stressvision.services.paging import read_name
from stressvision.wire.backend import DeviceList

router = APIRouter(prefix="/api/devices", tags=["devices"])


@router.get("")
def list_devices(
    context: ContextDep,
    actor: ActorDep,
    limit: Annotated[int, Query(ge=1, le=devices.LIST_LIMIT)] = devices.LIST_LIMIT,
    cursor: Cursor = None,
) -> DeviceList:
    return devices.list_devices(context, limit, read_name(cursor), actor.role)
