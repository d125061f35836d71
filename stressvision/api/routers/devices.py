"""Endpoint of devices."""

from typing import Annotated

from fastapi import APIRouter, Query

from stressvision.api.dependencies import ActorDep, ContextDep, Cursor
from stressvision.domain.auth import sees_persons
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
    page = devices.list_devices(context, limit, read_name(cursor))
    if sees_persons(actor.role):
        return page
    # The address of the live picture contains a ticket.
    hidden = [device.model_copy(update={"preview_url": None}) for device in page.devices]
    return page.model_copy(update={"devices": hidden})
