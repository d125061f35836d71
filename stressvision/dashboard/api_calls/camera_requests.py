"""Requests of the camera page: history, live picture, pauses and what each camera watches."""

from datetime import datetime

from stressvision.dashboard.client import BackendClient
from stressvision.wire.cameras import CameraHistory, CameraSettings, CameraViewRequest, PauseRequest

PICTURE_SECONDS = 8.0


def read_history(backend: BackendClient, hours: int) -> CameraHistory:
    """Return the watched minutes of each camera by hour."""
    return backend.call(CameraHistory, "GET", "/api/devices/history", hours=hours)


def fetch_picture(backend: BackendClient, device_id: str) -> bytes:
    """Return a camera's present picture as JPEG; each look is audited. Raise Conflict, Unavailable."""
    return backend.patiently(PICTURE_SECONDS).fetch(f"/api/devices/{device_id}/picture")


def read_settings(backend: BackendClient, device_id: str) -> CameraSettings:
    """Return what a camera watches, and its pause."""
    return backend.call(CameraSettings, "GET", f"/api/devices/{device_id}/camera")


def change_view(backend: BackendClient, device_id: str, view: CameraViewRequest) -> CameraSettings:
    """Store what a camera watches from now on. Raise Conflict after another change meanwhile."""
    return backend.call(CameraSettings, "PUT", f"/api/devices/{device_id}/camera", view)


def pause(backend: BackendClient, device_id: str, until: datetime, reason: str, user_id: str) -> CameraSettings:
    """Pause a camera."""
    wanted = PauseRequest(until=until, reason=reason, user_id=user_id)
    return backend.call(CameraSettings, "POST", f"/api/devices/{device_id}/pause", wanted)


def resume(backend: BackendClient, device_id: str, user_id: str) -> CameraSettings:
    """End a camera's pause."""
    return backend.call(CameraSettings, "DELETE", f"/api/devices/{device_id}/pause", user_id=user_id)
