"""Outages of camera devices: when a device that was watching no longer does, and when the outage has ended."""

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
    """Last reported state of a device, time of its last report, and since when it has reported a missing picture."""

    device_id: str
    state: str
    last_seen: datetime
    without_picture_since: datetime | None = None


@dataclass(frozen=True)
class Outage:
    """A device outage of one alert type, and its beginning."""

    alert_type: str
    since: datetime


def find_outage(device: WatchedDevice, now: datetime, listening_since: datetime, patience: timedelta) -> Outage | None:
    """Return the outage that has lasted at least `patience`, or None.

    Silence counts from `listening_since` at the earliest: a server that was off received nothing. A device that was
    shut down in order is not silent.
    """
    if device.state == STOPPED:
        return None
    if now - max(device.last_seen, listening_since) >= patience:
        return Outage(DEVICE_SILENT, device.last_seen)
    since = device.without_picture_since
    if since is not None and now - since >= patience:
        return Outage(DEVICE_WITHOUT_DATA, since)
    return None


def has_ended(outage: Outage, device: WatchedDevice) -> bool:
    """Return whether a report of the device ends the outage; missing information never does."""
    if device.state == STOPPED:
        return True
    if outage.alert_type == DEVICE_SILENT:
        return device.last_seen > outage.since
    return device.state == WATCHING and device.last_seen > outage.since


def draft_device_alert(outage: Outage, device_id: str) -> AlertDraft:
    """Return the alert for an outage, of medium severity."""
    description = _DESCRIPTIONS[outage.alert_type].format(device=device_id)
    return AlertDraft(outage.alert_type, Severity.MEDIUM, description)
