"""Carries what waits in the outbox to the ingest server: in order, in batches, until it is taken."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from stressvision.core.errors import InvalidInput, ServerUnreachable, Unavailable
from stressvision.edge.delivery.client import IngestClient
from stressvision.edge.delivery.outbox import Item, MessageKind, Outbox
from stressvision.wire.detections import BatchItem, DetectionIn

BATCH = 200
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
IDLE_SECONDS = 5.0

log = structlog.get_logger()


@dataclass
class _Fate:
    """What became of items, by id: `early` with the time at which the server will take it, `refused` with why not."""

    taken: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    early: dict[int, datetime] = field(default_factory=dict)


def deliver_next(outbox: Outbox, client: IngestClient, limit: int = BATCH) -> bool:
    """Sends what is at the head of the outbox; False where nothing waits.

    What the server will never take is set aside. Raises ServerUnreachable (nothing is lost: it stays at the head).
    """
    items = outbox.head(limit)
    if not items:
        return False
    try:
        fate = _send(items, client)
    except InvalidInput as error:
        if len(items) > 1:
            # One of them spoils the batch: smaller ones find it.
            return deliver_next(outbox, client, len(items) // 2)
        log.warning("the server refuses an item for good: set aside", kind=items[0].kind, reason=error.message.en)
        outbox.settle([], {items[0].id: error.message.en})
        return True
    outbox.settle(fate.taken, fate.refused)
    outbox.postpone(fate.early)
    return True


def _send(items: list[Item], client: IngestClient) -> _Fate:
    first = items[0]
    if first.kind is MessageKind.SESSION_START:
        client.start_session(first.body)
        return _Fate([first.id])
    if first.kind is MessageKind.SESSION_END:
        client.end_session(first.key, first.body)
        return _Fate([first.id])
    fate = _Fate()
    for item, answer in zip(items, client.send_batch([item.body for item in items]).results, strict=True):
        if answer.status == "ok":
            fate.taken.append(item.id)
        elif (due := _due_later(item, answer, client.server_time())) is not None:
            fate.early[item.id] = due
        else:
            fate.refused[item.id] = answer.problem.detail if answer.problem else "refused"
    if fate.refused:
        first_reason = next(iter(fate.refused.values()))
        log.warning("the server refuses detections for good: set aside", count=len(fate.refused), first=first_reason)
    if fate.early:
        log.warning("this device's clock is ahead: detections wait for the server's to catch up", count=len(fate.early))
    return fate


def _due_later(item: Item, answer: BatchItem, server_time: datetime | None) -> datetime | None:
    """The item's time, where it was refused only because the server's clock has not reached it."""
    faults = answer.problem.errors if answer.problem else ()
    if server_time is None or not any(fault.field == "timestamp" for fault in faults):
        return None
    timestamp = DetectionIn.model_validate_json(item.body).timestamp
    return timestamp if timestamp > server_time else None


class Courier:
    """Delivers in its own thread, waiting longer and longer while the server cannot be reached."""

    def __init__(
        self,
        outbox: Outbox,
        client: IngestClient,
        *,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._outbox, self._client, self._spread = outbox, client, spread
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def notice(self) -> None:
        """Something new waits."""
        self._wake.set()

    def stop(self, seconds: float) -> None:
        """Ends the thread, then tries for at most `seconds` to deliver what is left."""
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
            log.warning("what is left stays in the outbox", reason=error.message.en)

    def _recall_early(self) -> None:
        server_time = self._client.server_time()
        if server_time is not None:
            self._outbox.recall(server_time)

    def _run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        reachable = True
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._recall_early()
                while not self._stopping.is_set() and deliver_next(self._outbox, self._client):
                    if not reachable:
                        log.info("the ingest server answers again")
                    wait, reachable = FIRST_WAIT_SECONDS, True
                self._wake.wait(IDLE_SECONDS)
            except Unavailable as error:
                if reachable or not isinstance(error, ServerUnreachable):
                    log.warning("cannot deliver, trying again", reason=error.message.en)
                reachable = False
                self._stopping.wait(self._spread(wait / 2, wait))
                wait = min(LONGEST_WAIT_SECONDS, wait * 2)
