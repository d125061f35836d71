"""Buffer in front of the outbox: the device keeps running while the outbox cannot be written."""

import json
from collections import deque
from collections.abc import Callable, Collection

import structlog

from stressvision.core.errors import DatabaseUnavailable
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage

MAX_UNSAVED = 1000

log = structlog.get_logger()


class OutboxBuffer:
    """Writes to the outbox; what cannot be written waits in memory (at most MAX_UNSAVED messages, the newest).

    It raises nothing when the disk is full or the file is locked: the failure is logged and the write is retried.
    """

    def __init__(self, outbox: Outbox, on_added: Callable[[], None]) -> None:
        """`on_added` is called when the outbox holds new messages."""
        self._outbox, self._on_added = outbox, on_added
        self._unsaved: deque[OutboxMessage] = deque(maxlen=MAX_UNSAVED)
        self._allowed: Collection[int] | None = None
        """Employees whose detections may stay; None if there is no deletion left to retry."""

    @property
    def unsaved(self) -> int:
        """Number of messages waiting in memory."""
        return len(self._unsaved)

    def enqueue(self, *messages: OutboxMessage) -> None:
        """Write messages to the outbox, after those still waiting in memory."""
        self._unsaved.extend(messages)
        if not self._unsaved:
            return
        try:
            self._outbox.add_all(list(self._unsaved))
        except DatabaseUnavailable as error:
            log.error("outbox not written, messages kept in memory", count=len(self._unsaved), reason=error.message.en)
        else:
            self._unsaved.clear()
            self._on_added()

    def delete_except(self, employee_ids: Collection[int]) -> None:
        """Delete the waiting detections of all other employees: they withdrew consent or were erased.

        Detections without an employee stay. If the outbox cannot be written, `retry` repeats the deletion.
        """
        allowed = {None, *employee_ids}
        kept = [message for message in self._unsaved if _employee_of(message) in allowed]
        _log_deleted(len(self._unsaved) - len(kept))
        self._unsaved = deque(kept, maxlen=MAX_UNSAVED)
        self._allowed = employee_ids
        self._delete_stored()

    def retry(self) -> None:
        """Repeat the deletion and the writes that failed."""
        self._delete_stored()
        self.enqueue()

    def touch_session(self, session_id: str) -> None:
        """Store that the session is still running."""
        try:
            self._outbox.touch_session(session_id)
        except DatabaseUnavailable as error:
            log.error("session heartbeat not saved", reason=error.message.en)

    def _delete_stored(self) -> None:
        if self._allowed is None:
            return
        try:
            deleted = self._outbox.delete_except(self._allowed)
        except DatabaseUnavailable as error:
            log.error("detections of people without consent not deleted, retrying", reason=error.message.en)
        else:
            self._allowed = None
            _log_deleted(deleted)


def _employee_of(message: OutboxMessage) -> int | None:
    if message.kind is not MessageKind.DETECTION:
        return None
    employee_id: int | None = json.loads(message.body).get("employee_id")
    return employee_id


def _log_deleted(count: int) -> None:
    if count:
        log.info("detections of people without consent deleted", count=count)
