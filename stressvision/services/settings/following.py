"""Following of the stored settings by a running program."""

import threading

import structlog

from stressvision.core.errors import Unavailable
from stressvision.services.context import Context

SECONDS = 2.0
"""How often they are read: one row a setting."""

log = structlog.get_logger()


class SettingsFollower:
    """Applies changed settings to a context from a thread of its own, until it is stopped."""

    def __init__(self, context: Context, seconds: float = SECONDS) -> None:
        self._context, self._seconds = context, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settings", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            before = self._context.settings
            try:
                self._context.refresh_settings()
            except Unavailable:
                continue  # the requests report it; the settings stay as they are
            if self._context.settings != before:
                log.info("settings applied")
