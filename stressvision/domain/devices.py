"""When a camera device that was watching no longer does, and when it is back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.domain.alerts import DEVICE_SILENT, DEVICE_WITHOUT_DATA, AlertDraft, Severity

WATCHING = "watching"
STOPPED = "stopped"

_DESCRIPTIONS = {
    DEVICE_SILENT: "Sin señal: el dispositivo {device} dejó de comunicarse",
    DEVICE_WITHOUT_DATA: "Sin datos: el dispositivo {device} no recibe imagen de su cámara",
}


@dataclass(frozen=True)
class WatchedDevice:
    """`state` as it last said itself, when it was last heard, and since when it has said that it has no picture."""

    device_id: str
    state: str
    last_seen: datetime
    without_picture_since: datetime | None = None


@dataclass(frozen=True)
class Trouble:
    alert_type: str
    since: datetime


def trouble_of(device: WatchedDevice, now: datetime, listening_since: datetime, patience: timedelta) -> Trouble | None:
    """What has lasted longer than `patience`. Silence counts only from when somebody was there to hear: while the
    server was off it heard nobody. A device that was stopped in order is not silent.
    """
    if device.state == STOPPED:
        return None
    if now - max(device.last_seen, listening_since) >= patience:
        return Trouble(DEVICE_SILENT, device.last_seen)
    since = device.without_picture_since
    if since is not None and now - since >= patience:
        return Trouble(DEVICE_WITHOUT_DATA, since)
    return None


def is_over(trouble: Trouble, device: WatchedDevice) -> bool:
    """Only what is heard of the device ends a trouble: that nothing is known does not."""
    if device.state == STOPPED:
        return True
    if trouble.alert_type == DEVICE_SILENT:
        return device.last_seen > trouble.since
    return device.state == WATCHING and device.last_seen > trouble.since


def draft_of(trouble: Trouble, device_id: str) -> AlertDraft:
    description = _DESCRIPTIONS[trouble.alert_type].format(device=device_id)
    return AlertDraft(trouble.alert_type, Severity.MEDIUM, description)
