"""Cameras that seem to have been moved: a repair from a device's report of it until its report of the contrary."""

from collections.abc import Set as AbstractSet
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.queries import upkeep as rows
from stressvision.db.queries.detections.devices import select_devices
from stressvision.domain.notifications import NoticeKind
from stressvision.domain.upkeep import REPAIR_NUMBERS, Repair, RepairKind
from stressvision.services.context import Context
from stressvision.services.notifications import enqueue

_SEPARATOR = ", "


def note_view(connection: Connection, context: Context, device_id: str, *, moved: bool) -> None:
    """Add a device's camera to the moved ones, with one message a week for all, or remove it from them."""
    before = _select_moved(connection)
    after = before | {device_id} if moved else before - {device_id}
    if after == before:
        return
    rows.replace_repair(connection, RepairKind.CAMERA, _as_repair(after), context.clock())
    if moved:
        enqueue(connection, context, NoticeKind.REPAIR, REPAIR_NUMBERS[RepairKind.CAMERA], week_of(context))


def find_moved_cameras(connection: Connection) -> Repair | None:
    """Return the repair of the cameras noted as moved; those of removed devices are left out."""
    noted = _select_moved(connection)
    known = {device.device_id for device in select_devices(connection)} if noted else set()
    return _as_repair(noted & known)


def week_of(context: Context) -> int:
    """Return the plant's present week as a number: year and week."""
    year, week, _ = context.clock().astimezone(ZoneInfo(context.settings.time_zone)).isocalendar()
    return year * 100 + week


def _select_moved(connection: Connection) -> AbstractSet[str]:
    stored = rows.select_repair(connection, RepairKind.CAMERA)
    return frozenset(stored.detail.split(_SEPARATOR)) if stored is not None else frozenset()


def _as_repair(devices: AbstractSet[str]) -> Repair | None:
    return Repair(RepairKind.CAMERA, is_urgent=False, detail=_SEPARATOR.join(sorted(devices))) if devices else None
