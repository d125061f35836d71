"""Keeps in touch with the ingest server: who may be recognised, and how this device is doing."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from stressvision.core.errors import InvalidInput, ServerUnreachable
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.enrolled import EnrolledPeople
from stressvision.edge.health.troubles import CLOCK_TOLERANCE
from stressvision.wire.detections import DeviceHealth

HEALTH_SECONDS = 2.0

log = structlog.get_logger()


class Contact:
    """A thread of its own, so that a slow delivery never delays a withdrawal of consent."""

    def __init__(
        self,
        client: IngestClient,
        people: EnrolledPeople,
        health: Callable[[], DeviceHealth],
        *,
        gallery_seconds: float,
    ) -> None:
        self._client, self._people, self._health = client, people, health
        self._gallery_seconds = gallery_seconds
        self._reachable = True
        self._clock_is_wrong = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="contact", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        self._stopping.set()
        self._thread.join(seconds)

    @property
    def clock_ahead(self) -> timedelta | None:
        """How far this device's clock is ahead of the server's (negative: behind); None before its first answer."""
        return self._client.clock_ahead

    @property
    def is_admitted(self) -> bool:
        """False while the server does not accept this device's token, or its having none."""
        return self._client.is_admitted

    def _run(self) -> None:
        report_due = time.monotonic()
        while not self._stopping.is_set():
            try:
                self._people.refresh(self._client)
                if time.monotonic() >= report_due:
                    report_due = time.monotonic() + HEALTH_SECONDS
                    self._client.report_health(self._health())
                if not self._reachable:
                    log.info("in touch with the ingest server again")
                self._reachable = True
                self._mention_clock()
            except ServerUnreachable as error:
                if self._reachable:
                    log.warning("no contact with the ingest server, trying again", reason=error.message.en)
                self._reachable = False
            except InvalidInput as error:
                log.warning("the server does not accept the health report", reason=error.message.en)
            self._stopping.wait(self._gallery_seconds)

    def _mention_clock(self) -> None:
        ahead = self.clock_ahead or timedelta()
        if (abs(ahead) > CLOCK_TOLERANCE) != self._clock_is_wrong:
            self._clock_is_wrong = not self._clock_is_wrong
            if self._clock_is_wrong:
                log.warning("this device's clock differs from the server's", seconds_ahead=round(ahead.total_seconds()))
            else:
                log.info("this device's clock agrees with the server's again")
