"""What the device has to tell, on its way into the outbox: it goes on watching while the file does not take it."""

from collections import deque
from collections.abc import Callable

import structlog

from stressvision.edge.outbox import Kind, Outbox
from stressvision.errors import DatabaseUnavailable

UNSAVED_KEPT = 1000

log = structlog.get_logger()


class Intake:
    """Raises nothing where the disk is full or the file is held: it says so in the log, and tries again.

    `notice` is called when something new waits in the outbox.
    """

    def __init__(self, outbox: Outbox, notice: Callable[[], None]) -> None:
        self._outbox, self._notice = outbox, notice
        self._unsaved: deque[tuple[Kind, str, str]] = deque(maxlen=UNSAVED_KEPT)

    @property
    def unsaved(self) -> int:
        """How many items wait in memory."""
        return len(self._unsaved)

    def keep(self, *items: tuple[Kind, str, str]) -> None:
        """Puts these into the outbox, after what still waits in memory; what it does not take waits there."""
        self._unsaved.extend(items)
        if not self._unsaved:
            return
        try:
            self._outbox.add_all(list(self._unsaved))
        except DatabaseUnavailable as error:
            log.error("what was seen waits in memory", count=len(self._unsaved), reason=error.message.en)
        else:
            self._unsaved.clear()
            self._notice()

    def sign_session(self, session_id: str) -> None:
        """Notes that the session is still running."""
        try:
            self._outbox.touch_session(session_id)
        except DatabaseUnavailable as error:
            log.error("the session's last sign is an older one", reason=error.message.en)
