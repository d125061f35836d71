"""The device's session: announced when the device starts, kept alive, ended when it stops."""

from collections.abc import Collection

import structlog

from stressvision.core.clock import from_stored, utc_now
from stressvision.core.config import Settings
from stressvision.edge.delivery.buffer import OutboxBuffer
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.wire.detections import SessionEnd, SessionStart

log = structlog.get_logger()


class DeviceSession:
    """One session of a device. Sessions that an earlier run left open (it was killed) are ended by `start`."""

    def __init__(self, settings: Settings, outbox: Outbox, buffer: OutboxBuffer) -> None:
        self._settings, self._outbox, self._buffer = settings, outbox, buffer
        self._started_at = utc_now()
        self._unfinished = outbox.unfinished_sessions(settings.device_id)
        self.id = _new_session_id(settings.device_id, int(self._started_at.timestamp()), outbox.session_ids())

    def start(self, source: str) -> None:
        """Store the start of the session and the end of unfinished ones.

        Raises:
            DatabaseUnavailable: If the outbox cannot be written.
        """
        ended = [
            OutboxMessage(
                MessageKind.SESSION_END, key, SessionEnd(end_timestamp=from_stored(seen_at)).model_dump_json()
            )
            for key, seen_at in self._unfinished.items()
        ]
        start = SessionStart(
            device_id=self._settings.device_id,
            location=self._settings.location,
            session_id=self.id,
            start_timestamp=self._started_at,
        )
        self._outbox.add_all([*ended, OutboxMessage(MessageKind.SESSION_START, self.id, start.model_dump_json())])
        log.info("session started", session=self.id, source=source)

    def keep_alive(self) -> None:
        """Store that the session is still running."""
        self._buffer.touch_session(self.id)

    def end(self, frames: int, seconds: float) -> None:
        """Enqueue the end of the session, with the frames processed and the mean frame rate over `seconds`."""
        end = SessionEnd(
            end_timestamp=utc_now(),
            fps_avg=round(frames / seconds, 2) if seconds > 0 else 0.0,
            frames_processed=frames,
        )
        self._buffer.enqueue(OutboxMessage(MessageKind.SESSION_END, self.id, end.model_dump_json()))


def _new_session_id(device_id: str, epoch: int, used: Collection[str]) -> str:
    """Return an id that no known session has: the clock of a device without a battery starts at the same time again."""
    while (session_id := f"session_{device_id}_{epoch}") in used:
        epoch += 1
    return session_id
