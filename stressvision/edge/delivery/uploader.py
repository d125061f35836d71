"""Upload of the outbox to the ingest server: in order, in batches, until each message is accepted."""

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from stressvision.core.clock import utc_now
from stressvision.core.errors import InvalidInput, ServerUnreachable, Unavailable
from stressvision.edge.delivery.client import DeviceRejected, IngestClient, SessionUnknown
from stressvision.edge.delivery.delivered import ServerPosition
from stressvision.edge.delivery.outbox import MessageKind, Outbox, StoredMessage
from stressvision.edge.delivery.results import Results, is_foreign, rebuild_start, sort_results

BATCH = 200
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0
IDLE_SECONDS = 5.0
VERIFY_SECONDS = 20.0
"""Time between two checks that the server still has what was delivered."""
FOREIGN_WAIT = timedelta(minutes=1)
"""Time until a message of another device is tried again; that device's own program may share the outbox."""

log = structlog.get_logger()


def deliver_next(outbox: Outbox, client: IngestClient, limit: int = BATCH, *, device_id: str = "") -> bool:
    """Send the first messages of the outbox; return False if it is empty.

    Messages that the server can never accept are set aside. Sessions that it does not know are opened again.

    Args:
        outbox: The queue.
        client: Connection to the server.
        limit: Maximum number of detections.
        device_id: This device; messages of another one wait if the server rejects them. Empty: all are this device's.

    Raises:
        ServerUnreachable: If the server does not answer as ingest; the messages stay in the outbox.
    """
    messages = outbox.peek(limit)
    if not messages:
        return False
    try:
        if messages[0].kind is MessageKind.DETECTION:
            _deliver_detections(messages, outbox, client, device_id)
        else:
            _deliver_session(messages[0], outbox, client)
    except InvalidInput as error:
        if len(messages) > 1:
            # One message makes the server reject the batch: smaller batches isolate it.
            return deliver_next(outbox, client, len(messages) // 2, device_id=device_id)
        log.warning("message refused by the server, set aside", kind=messages[0].kind, reason=error.message.en)
        outbox.settle([], {messages[0].id: error.message.en})
    except DeviceRejected:
        if not is_foreign(messages[0], device_id):
            raise
        foreign = [message.id for message in messages if is_foreign(message, device_id)]
        outbox.postpone(dict.fromkeys(foreign, _next_try(client)))
    return True


def _deliver_session(message: StoredMessage, outbox: Outbox, client: IngestClient) -> None:
    if message.kind is MessageKind.SESSION_START:
        client.start_session(message.body)
    else:
        try:
            client.end_session(message.key, message.body)
        except SessionUnknown:
            reopen_session(outbox, client, message.key)
            client.end_session(message.key, message.body)
    outbox.settle([message.id], {})


def _deliver_detections(messages: list[StoredMessage], outbox: Outbox, client: IngestClient, device_id: str) -> None:
    bodies = [message.body for message in messages]
    stored = client.send_batch(bodies)
    results = sort_results(messages, stored.results, client.server_time(), device_id)
    if results.unknown_sessions:
        for session_id in results.unknown_sessions:
            reopen_session(outbox, client, session_id, stored.database_id)
        # Also those accepted: their event ids prevent a second copy.
        stored = client.send_batch(bodies)
        results = sort_results(messages, stored.results, client.server_time(), device_id)
    before = outbox.server_position()
    outbox.settle(list(results.accepted), results.refused, _newest_position(before, results.accepted))
    outbox.postpone({**results.early, **dict.fromkeys(results.foreign, _next_try(client))})
    _log(results)
    if _is_another_database(outbox, stored.database_id) or (before and went_back(before, results.accepted)):
        count = outbox.requeue_delivered(stored.database_id)
        log.warning("server has an older or another database, delivered messages sent again", count=count)
    if results.rejected is not None:
        raise DeviceRejected(results.rejected)


def _is_another_database(outbox: Outbox, database_id: str) -> bool:
    before = outbox.exchange_database(database_id) if database_id else ""
    return before not in ("", database_id)


def verify_position(outbox: Outbox, client: IngestClient, device_id: str = "") -> None:
    """Send the newest delivered detection again, and everything delivered if the server had lost it.

    A restored database continues its ids after those of the one that it replaces, so that the ids of new detections
    show nothing. A detection that the server knows gets the id that it had.

    Raises:
        ServerUnreachable: If the server does not answer as ingest.
        InvalidInput: If it rejects the message as a whole.
    """
    position, message = outbox.server_position(), outbox.newest_delivered()
    if position is None or message is None:
        return
    answer = client.send_batch([message.body])
    results = sort_results([message], answer.results, client.server_time(), device_id)
    for session_id in results.unknown_sessions:
        reopen_session(outbox, client, session_id, answer.database_id)
    stored = results.accepted.get(message.id)
    if stored is not None and stored != position.detection_id:
        count = outbox.requeue_delivered(answer.database_id, ServerPosition(message.id, stored))
        log.warning("server had lost a delivered detection, delivered messages sent again", count=count)


def reopen_session(outbox: Outbox, client: IngestClient, session_id: str, database_id: str = "") -> None:
    """Open a session again that the server does not know, and requeue what it had received of it.

    `database_id`: of the server's database; empty if not known.

    Raises:
        ServerUnreachable: If the server may accept it later.
        InvalidInput: If the server will never accept it.
    """
    client.start_session(outbox.delivered_start(session_id) or rebuild_start(session_id))
    count = outbox.requeue_session(session_id, database_id)
    log.warning("server did not know the session, opened again", session=session_id, sent_again=count)


def _next_try(client: IngestClient) -> datetime:
    return (client.server_time() or utc_now()) + FOREIGN_WAIT


def _newest_position(before: ServerPosition | None, accepted: Mapping[int, int]) -> ServerPosition | None:
    newest = max(accepted, default=0)
    is_new = newest > (before.message_id if before else 0)
    return ServerPosition(newest, accepted[newest]) if is_new else None


def went_back(before: ServerPosition, accepted: Mapping[int, int]) -> bool:
    """Return whether a message sent for the first time got a lower id than an earlier one: see ServerPosition."""
    return any(
        stored <= before.detection_id for message_id, stored in accepted.items() if message_id > before.message_id
    )


def _log(results: Results) -> None:
    if results.refused:
        first_reason = next(iter(results.refused.values()))
        log.warning("detections refused by the server, set aside", count=len(results.refused), first=first_reason)
    if results.early:
        log.warning("device clock ahead, detections wait for the server's clock", count=len(results.early))


class Uploader:
    """Uploads in a thread of its own, with exponential backoff while the server is unreachable."""

    def __init__(
        self,
        outbox: Outbox,
        client: IngestClient,
        *,
        device_id: str = "",
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """`device_id`: as in deliver_next. `jitter` returns a random number between its arguments."""
        self._verify_at = time.monotonic()
        self._outbox, self._client, self._device_id, self._jitter = outbox, client, device_id, jitter
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
            while time.monotonic() < deadline and self._deliver_next():
                pass
        except Unavailable as error:
            log.warning("upload stopped, messages stay in the outbox", reason=error.message.en)

    def _deliver_next(self) -> bool:
        return deliver_next(self._outbox, self._client, device_id=self._device_id)

    def _verify_if_due(self) -> None:
        if time.monotonic() < self._verify_at:
            return
        try:
            verify_position(self._outbox, self._client, self._device_id)
        except InvalidInput as error:
            log.warning("delivered detection refused when sent again", reason=error.message.en)
        self._verify_at = time.monotonic() + VERIFY_SECONDS

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
                self._verify_if_due()
                while not self._stopping.is_set() and self._deliver_next():
                    if not reachable:
                        log.info("ingest server reached again, upload resumed")
                    wait, reachable = FIRST_WAIT_SECONDS, True
                self._wake.wait(IDLE_SECONDS)
            except Unavailable as error:
                if reachable or not isinstance(error, ServerUnreachable):
                    log.warning("upload failed, retrying", reason=error.message.en)
                reachable, self._verify_at = False, time.monotonic()
                wait = self._wait_longer(wait)
            except Exception:
                # Any other exception is an error of this program. It must not end the thread, which nothing starts
                # again: detections would wait until the device is restarted. The log has the traceback.
                log.exception("upload failed unexpectedly, retrying")
                wait = self._wait_longer(wait)

    def _wait_longer(self, wait: float) -> float:
        self._stopping.wait(self._jitter(wait / 2, wait))
        return min(LONGEST_WAIT_SECONDS, wait * 2)
