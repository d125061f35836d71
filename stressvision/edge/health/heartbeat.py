"""Heartbeat file of the device, for the launcher."""

import time
from pathlib import Path

import structlog

from stressvision.core.heartbeat import remove_heartbeat, write_heartbeat

log = structlog.get_logger()


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
