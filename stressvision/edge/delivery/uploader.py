"""Upload of the outbox to the ingest server: in order, in batches, until each message is accepted."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from stressvision.core.errors import InvalidInput, ServerUnreachable, Unavailable
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import MessageKind, Outbox, StoredMessage
from stressvision.wire.detections import BatchItem, DetectionIn

BATCH = 200
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
IDLE_SECONDS = 5.0

log = structlog.get_logger()


@dataclass
class _Results:
    """Results by message id.

    Attributes:
        accepted: Stored by the server.
        refused: Rejected for good, with the reason.
        early: Rejected until the server's clock has reached this time.
    """

    accepted: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    early: dict[int, datetime] = field(default_factory=dict)


def deliver_next(outbox: Outbox, client: IngestClient, limit: int = BATCH) -> bool:
    """Send the first messages of the outbox; return False if it is empty.

    Messages the server rejects for good are set aside.

    Raises:
        ServerUnreachable: If the server does not answer; the messages stay in the outbox.
    """
    messages = outbox.peek(limit)
    if not messages:
        return False
    try:
        results = _send(messages, client)
    except InvalidInput as error:
        if len(messages) > 1:
            # One message makes the server reject the batch: smaller batches isolate it.
            return deliver_next(outbox, client, len(messages) // 2)
        log.warning("message refused by the server, set aside", kind=messages[0].kind, reason=error.message.en)
        outbox.settle([], {messages[0].id: error.message.en})
        return True
    outbox.settle(results.accepted, results.refused)
    outbox.postpone(results.early)
    return True


def _send(messages: list[StoredMessage], client: IngestClient) -> _Results:
    first = messages[0]
    if first.kind is MessageKind.SESSION_START:
        client.start_session(first.body)
        return _Results([first.id])
    if first.kind is MessageKind.SESSION_END:
        client.end_session(first.key, first.body)
        return _Results([first.id])
    results = _Results()
    batch = client.send_batch([message.body for message in messages])
    for message, result in zip(messages, batch.results, strict=True):
        if result.status == "ok":
            results.accepted.append(message.id)
        elif (due := _due_later(message, result, client.server_time())) is not None:
            results.early[message.id] = due
        else:
            results.refused[message.id] = result.problem.detail if result.problem else "refused"
    if results.refused:
        first_reason = next(iter(results.refused.values()))
        log.warning("detections refused by the server, set aside", count=len(results.refused), first=first_reason)
    if results.early:
        log.warning("device clock ahead, detections wait for the server's clock", count=len(results.early))
    return results


def _due_later(message: StoredMessage, result: BatchItem, server_time: datetime | None) -> datetime | None:
    """Return the detection's time if it was refused only because the server's clock has not reached it."""
    faults = result.problem.errors if result.problem else ()
    if server_time is None or not any(fault.field == "timestamp" for fault in faults):
        return None
    timestamp = DetectionIn.model_validate_json(message.body).timestamp
    return timestamp if timestamp > server_time else None


class Uploader:
    """Uploads in a thread of its own, with exponential backoff while the server is unreachable."""

    def __init__(
        self,
        outbox: Outbox,
        client: IngestClient,
        *,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`jitter` returns a random number between its arguments."""
        self._outbox, self._client, self._jitter = outbox, client, jitter
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self) -> None:
        """Upload now: the outbox holds new messages."""
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """End the thread, then upload what is left; both within `seconds`."""
        deadline = time.monotonic() + seconds
        self._stopping.set()
        self._wake.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            return
        try:
            while time.monotonic() < deadline and deliver_next(self._outbox, self._client):
                pass
        except Unavailable as error:
            log.warning("upload stopped, messages stay in the outbox", reason=error.message.en)

    def _requeue_early(self) -> None:
        server_time = self._client.server_time()
        if server_time is not None:
            self._outbox.requeue_due(server_time)

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        reachable = True
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._requeue_early()
                while not self._stopping.is_set() and deliver_next(self._outbox, self._client):
                    if not reachable:
                        log.info("ingest server reached again, upload resumed")
                    wait, reachable = FIRST_WAIT_SECONDS, True
                self._wake.wait(IDLE_SECONDS)
            except Unavailable as error:
                if reachable or not isinstance(error, ServerUnreachable):
                    log.warning("upload failed, retrying", reason=error.message.en)
                reachable = False
                self._stopping.wait(self._jitter(wait / 2, wait))
                wait = min(LONGEST_WAIT_SECONDS, wait * 2)
