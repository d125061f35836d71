"""Periodic exchange with the ingest server: fetch gallery and camera settings, report the device's health."""

import threading
import time
from datetime import timedelta

import structlog

from stressvision.core.errors import InvalidInput, ServerUnreachable
from stressvision.edge.delivery.camera_settings import CameraSettingsCache
from stressvision.edge.delivery.client import CLOCK_TOLERANCE, IngestClient
from stressvision.edge.delivery.gallery import GalleryCache
from stressvision.edge.status import DeviceStatus

HEALTH_SECONDS = 2.0

log = structlog.get_logger()


class ServerSync:
    """A thread of its own, so that a slow upload never delays a withdrawal of consent."""

    def __init__(
        self,
        client: IngestClient,
        gallery: GalleryCache,
        camera: CameraSettingsCache,
        status: DeviceStatus,
        *,
        gallery_seconds: float,
    ) -> None:
        """`gallery_seconds`: period of the exchange."""
        self._client, self._gallery, self._camera, self._status = client, gallery, camera, status
        self._gallery_seconds = gallery_seconds
        self._reachable = True
        self._clock_differs = False
        self._attempted = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="server-sync", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wait_until_attempted(self, seconds: float) -> None:
        """Wait until the first exchange has succeeded or failed, for at most `seconds`."""
        self._attempted.wait(seconds)

    def stop(self, seconds: float) -> None:
        """Ask the thread to end, and wait for at most `seconds`."""
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        report_due = time.monotonic()
        while not self._stopping.is_set():
            try:
                # First: a response to the others that this program cannot process must delay no withdrawal of consent.
                self._gallery.refresh(self._client)
                if time.monotonic() >= report_due:
                    report_due = time.monotonic() + HEALTH_SECONDS
                    self._camera.refresh(self._client)
                    self._client.report_health(self._status.report)
                if not self._reachable:
                    log.info("ingest server reached again")
                self._reachable = True
                self._log_clock_change()
            except ServerUnreachable as error:
                if self._reachable:
                    log.warning("ingest server not reached, retrying", reason=error.message.en)
                self._reachable = False
            except InvalidInput as error:
                log.warning("health report rejected", reason=error.message.en)
            except Exception:
                # Any other exception is an error of this program. It must not end the thread, which nothing starts
                # again: without it no withdrawal of consent arrives. The log has the traceback.
                log.exception("exchange with the server failed unexpectedly, retrying")
            self._attempted.set()
            self._stopping.wait(self._gallery_seconds)

    def _log_clock_change(self) -> None:
        ahead = self._client.status.clock_ahead or timedelta()
        if (abs(ahead) > CLOCK_TOLERANCE) != self._clock_differs:
            self._clock_differs = not self._clock_differs
            if self._clock_differs:
                log.warning("device clock differs from the server's", seconds_ahead=round(ahead.total_seconds()))
            else:
                log.info("device clock agrees with the server's again")
