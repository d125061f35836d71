"""What the device has to tell, on its way into the outbox: it goes on watching while the file does not take it."""

import json
from collections import deque
from collections.abc import Callable, Collection

import structlog

from stressvision.core.errors import DatabaseUnavailable
from stressvision.edge.delivery.outbox import MessageKind, Outbox

UNSAVED_KEPT = 1000

log = structlog.get_logger()


class Intake:
    """Raises nothing where the disk is full or the file is held: it says so in the log, and tries again.

    `notice` is called when something new waits in the outbox.
    """

    def __init__(self, outbox: Outbox, notice: Callable[[], None]) -> None:
        self._outbox, self._notice = outbox, notice
        self._unsaved: deque[tuple[MessageKind, str, str]] = deque(maxlen=UNSAVED_KEPT)
        self._unforgotten: Collection[int] | None = None

    @property
    def unsaved(self) -> int:
        """How many items wait in memory."""
        return len(self._unsaved)

    def keep(self, *items: tuple[MessageKind, str, str]) -> None:
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

    def forget_others(self, employee_ids: Collection[int]) -> None:
        """Of people other than these, who withdrew consent or were erased, nothing waits here any longer.

        Where the file cannot be written, it goes with one of the calls of `retry` to come.
        """
        may_stay = {None, *employee_ids}
        still = [item for item in self._unsaved if _employee_of(item) in may_stay]
        _mention_forgotten(len(self._unsaved) - len(still))
        self._unsaved = deque(still, maxlen=UNSAVED_KEPT)
        self._unforgotten = employee_ids
        self._forget()

    def retry(self) -> None:
        """Does what could not be done before."""
        self._forget()
        self.keep()

    def _forget(self) -> None:
        if self._unforgotten is None:
            return
        try:
            forgotten = self._outbox.forget_others(self._unforgotten)
        except DatabaseUnavailable as error:
            log.error("detections of people who may not be recognised still wait", reason=error.message.en)
        else:
            self._unforgotten = None
            _mention_forgotten(forgotten)

    def sign_session(self, session_id: str) -> None:
        """Notes that the session is still running."""
        try:
            self._outbox.touch_session(session_id)
        except DatabaseUnavailable as error:
            log.error("the session's last sign is an older one", reason=error.message.en)


def _employee_of(item: tuple[MessageKind, str, str]) -> int | None:
    kind, _, body = item
    employee_id: int | None = json.loads(body).get("employee_id") if kind is MessageKind.DETECTION else None
    return employee_id


def _mention_forgotten(count: int) -> None:
    if count:
        log.info("detections of people who may not be recognised were dropped", count=count)
