from fastapi import APIRouter

from stressvision.api.deps import ContextDep
from stressvision.services import devices
from stressvision.wire.backend import DeviceList

router = APIRouter(prefix="/api/devices", tags=["devices"])


@router.get("")
def list_devices(context: ContextDep) -> DeviceList:
    return devices.list_devices(context)
