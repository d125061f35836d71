"""The device's newest health report, shared between its threads, and its heartbeat file for the launcher."""

import time
from pathlib import Path

import structlog

from stressvision.core.heartbeat import remove_heartbeat, write_heartbeat
from stressvision.wire.detections import DeviceHealth

log = structlog.get_logger()


class DeviceStatus:
    """The newest health report: written by the device's main thread, read by any other.

    Attributes:
        report: Replaced as a whole, never changed.
    """

    def __init__(self, report: DeviceHealth) -> None:
        self.report = report

    def to_json(self) -> str:
        """Return the report as JSON."""
        return self.report.model_dump_json()


class DeviceHeartbeat:
    """Writes one component's heartbeat; a failure is logged once and does not stop the device."""

    def __init__(self, run_dir: Path, component: str) -> None:
        self._run_dir, self._component = run_dir, component
        self._works = True

    def write(self, state: str, detail: str) -> None:
        """Replace the heartbeat file."""
        try:
            write_heartbeat(self._run_dir, self._component, at=time.monotonic(), state=state, detail=detail)
        except OSError as error:
            if self._works:
                log.error("heartbeat not written", reason=error.strerror)
            self._works = False
        else:
            self._works = True

    def remove(self) -> None:
        """Delete the heartbeat file."""
        try:
            remove_heartbeat(self._run_dir, self._component)
        except OSError as error:
            log.error("heartbeat not removed", reason=error.strerror)
