"""Buffer in front of the outbox: the device keeps running while the outbox cannot be written."""

import json
from collections import deque
from collections.abc import Callable, Collection, Mapping

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
        self._allowed: tuple[Collection[int], str] | None = None
        """Employees of a database whose detections may stay; None if there is no deletion left to retry."""
        self._galleries: dict[str, Mapping[int, str]] = {}
        """Codes by employee id of the databases seen in this run; on no disk."""

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

    def follow_gallery(self, codes: Mapping[int, str], database_id: str) -> None:
        """Keep the waiting detections of the people in the server's gallery, and of people in other databases.

        People with the same id and code in another database than before are the same: their detections go there.

        Args:
            codes: Codes by employee id.
            database_id: Where they have these ids; empty if the server does not state it.
        """
        for before, known in self._galleries.items():
            same = {employee_id for employee_id, code in codes.items() if known.get(employee_id) == code}
            if same and database_id and before not in ("", database_id):
                self._readdress(same, before, database_id)
        self._galleries[database_id] = codes
        self.delete_except(codes, database_id)

    def delete_except(self, employee_ids: Collection[int], database_id: str = "") -> None:
        """Delete the waiting detections of all other employees: they withdrew consent or were erased.

        Detections without an employee, and of employees of another database, stay. If the outbox cannot be written,
        `retry` repeats the deletion.
        """
        allowed = {None, *employee_ids}
        kept = [
            message
            for message in self._unsaved
            if (named := _employee_of(message))[0] in allowed or (database_id and named[1] not in ("", database_id))
        ]
        _log_deleted(len(self._unsaved) - len(kept))
        self._unsaved = deque(kept, maxlen=MAX_UNSAVED)
        self._allowed = (employee_ids, database_id)
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

    def _readdress(self, employee_ids: Collection[int], before: str, database_id: str) -> None:
        try:
            count = self._outbox.readdress(employee_ids, before, database_id)
        except DatabaseUnavailable as error:
            log.error("detections not addressed to the server's database", reason=error.message.en)
        else:
            if count:
                log.info("detections addressed to the server's other database", count=count)
                self._on_added()

    def _delete_stored(self) -> None:
        if self._allowed is None:
            return
        try:
            deleted = self._outbox.delete_except(*self._allowed)
        except DatabaseUnavailable as error:
            log.error("detections of people without consent not deleted, retrying", reason=error.message.en)
        else:
            self._allowed = None
            _log_deleted(deleted)


def _employee_of(message: OutboxMessage) -> tuple[int | None, str]:
    """Return the employee and the database of a detection; (None, "") of another message."""
    body = json.loads(message.body) if message.kind is MessageKind.DETECTION else {}
    return body.get("employee_id"), body.get("database_id") or ""


def _log_deleted(count: int) -> None:
    if count:
        log.info("detections of people without consent deleted", count=count)
