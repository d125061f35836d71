"""Outages of camera devices: when a device that was watching no longer does, and when the outage has ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from stressvision.domain.alerts import DEVICE_SILENT, DEVICE_WITHOUT_DATA, AlertDraft, Severity

WATCHING = "watching"
PAUSED = "paused"
"""The camera is closed by its schedule or a pause; the device still reports."""
STOPPED = "stopped"

_DESCRIPTIONS = {
    DEVICE_SILENT: "Sin señal: el dispositivo {device} dejó de comunicarse",
    DEVICE_WITHOUT_DATA: "Sin datos: el dispositivo {device} no recibe imagen de su cámara",
}


@dataclass(frozen=True)
class WatchedDevice:
    """Last reported state of a device, and time of its last report by the clock of its server.

    Attributes:
        silent_for: Time without a report since the watcher has listened, by the watcher's monotonic clock.
        without_picture_since: First report of a missing picture; None where there is a picture.
        without_picture_for: How long ago that was, by the watcher's monotonic clock.
    """

    device_id: str
    state: str
    last_seen: datetime
    silent_for: timedelta
    without_picture_since: datetime | None = None
    without_picture_for: timedelta = timedelta()


@dataclass(frozen=True)
class Outage:
    """A device outage of one alert type. `since` identifies it, and is not comparable: the clock may have been wrong.

    For silence it is the time of the last report.
    """

    alert_type: str
    since: datetime


def find_outage(device: WatchedDevice, patience: timedelta) -> Outage | None:
    """Return the outage that has lasted at least `patience`, or None.

    A device that was shut down in order is not silent.
    """
    if device.state == STOPPED:
        return None
    if device.silent_for >= patience:
        return Outage(DEVICE_SILENT, device.last_seen)
    if device.without_picture_since is not None and device.without_picture_for >= patience:
        return Outage(DEVICE_WITHOUT_DATA, device.without_picture_since)
    return None


def has_ended(outage: Outage, device: WatchedDevice) -> bool:
    """Return whether a report of the device ends the outage; missing information never does.

    Any other time of the last report is that of a later one, also where the clock was set back between them.
    """
    if device.state == STOPPED:
        return True
    if outage.alert_type == DEVICE_SILENT:
        return device.last_seen != outage.since
    return device.state in {WATCHING, PAUSED}


def draft_device_alert(outage: Outage, device_id: str) -> AlertDraft:
    """Return the alert for an outage, of medium severity."""
    description = _DESCRIPTIONS[outage.alert_type].format(device=device_id)
    return AlertDraft(outage.alert_type, Severity.MEDIUM, description)
