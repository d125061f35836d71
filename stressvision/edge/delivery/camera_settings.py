"""The settings of this device's camera as its server keeps them; the last ones are on disk, for a start without it."""

import threading
from pathlib import Path

import structlog
from pydantic import ValidationError

from stressvision.core.files import write_private
from stressvision.edge.delivery.client import IngestClient
from stressvision.wire.cameras import DeviceCamera

log = structlog.get_logger()


class CameraSettingsCache:
    """The newest settings: fetched by one thread, read by another."""

    def __init__(self, path: Path, device_id: str) -> None:
        """Read the settings that an earlier run stored in `path`."""
        self._path, self._device_id = path, device_id
        self._lock = threading.Lock()
        self._etag = ""
        self._current = _read(path)

    @property
    def current(self) -> DeviceCamera | None:
        """The settings; None if the server has never sent any."""
        with self._lock:
            return self._current

    def refresh(self, client: IngestClient) -> None:
        """Fetch the settings if they have changed.

        Raises:
            ServerUnreachable: If the server does not respond.
        """
        response = client.fetch_camera(self._device_id, self._etag)
        self._etag = response.etag
        if response.camera is None or response.camera == self.current:
            return
        with self._lock:
            self._current = response.camera
        log.info(
            "camera settings fetched",
            masks=len(response.camera.masks),
            zones=len(response.camera.zones),
            periods=len(response.camera.schedule),
            paused=response.camera.paused_until is not None,
        )
        self._store(response.camera)

    def _store(self, camera: DeviceCamera) -> None:
        try:
            write_private(self._path, camera.model_dump_json())
        except OSError as error:
            log.error("camera settings not stored", reason=str(error))


def _read(path: Path) -> DeviceCamera | None:
    try:
        return DeviceCamera.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValidationError):
        log.error("stored camera settings not readable, waiting for the server's", path=str(path))
        return None
