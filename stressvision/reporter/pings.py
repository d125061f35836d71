"""Dead man's switch: after each run of a job an outside address is asked, which raises the alarm when it is not."""

import threading
import time

import structlog

from stressvision.core.clock import MonotonicClock
from stressvision.core.config import Settings

TIMEOUT_SECONDS = 3.0
LEAST_SECONDS = 60.0
"""Between two pings of one job that goes on well; a change from well to failed is sent at once."""
PREFIX = "stressvision-"

log = structlog.get_logger()


class Pings:
    """Asks `<STRESSVISION_PING_URL>/stressvision-<job>` after a success, and the same with `/fail` after a failure.

    The form is that of healthchecks.io and of its own-hosted server. Nothing about people is sent. An address that does
    not answer is logged once and hinders no job.
    """

    def __init__(self, settings: Settings, monotonic: MonotonicClock = time.monotonic) -> None:
        self._base = settings.ping_url.get_secret_value().rstrip("/")
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last: dict[str, tuple[float, bool]] = {}
        self._is_reachable = True

    def report(self, job: str, *, succeeded: bool) -> None:
        """Report the end of a run."""
        if not self._base or not self._is_due(job, succeeded):
            return
        # Imported here: only an installation with such an address needs its 4 MB.
        import requests

        address = f"{self._base}/{PREFIX}{job}" + ("" if succeeded else "/fail")
        try:
            requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False).raise_for_status()
        except requests.RequestException as error:
            # The exception's text holds the address, which is a secret.
            if self._is_reachable:
                log.warning("ping not answered", job=job, reason=type(error).__name__)
            self._is_reachable = False
        else:
            self._is_reachable = True

    def _is_due(self, job: str, succeeded: bool) -> bool:
        now = self._monotonic()
        with self._lock:
            at, was_well = self._last.get(job, (-LEAST_SECONDS, not succeeded))
            if succeeded and was_well and now - at < LEAST_SECONDS:
                return False
            self._last[job] = now, succeeded
            return True
