"""The hub: each message is posted once to the bounded mailbox of every client that subscribed to it."""

import asyncio
import math
import time
from dataclasses import dataclass, replace

from stressvision.core.errors import Message, Unavailable
from stressvision.wire.events import AlertEvent, DetectionEvent, FeedEvent, Subscribe


@dataclass(frozen=True)
class Envelope:
    """One message, serialised once for all clients. `event_id` and `event`: None for messages outside the feed.

    `is_public`: roles that may not see persons may know of the event.
    `public_text`: of a message outside the feed, for roles that may not see persons; empty where it is the same.
    """

    text: str
    event_id: int | None = None
    event: FeedEvent | None = None
    is_public: bool = False
    public_text: str = ""


@dataclass(frozen=True)
class Batch:
    """Consecutive events. `position`: of the feed after them."""

    envelopes: tuple[Envelope, ...]
    position: int


@dataclass(frozen=True)
class Subscription:
    """Events that a client receives. `events` None: every type. `employee_id`: of events about one person, its own."""

    events: frozenset[str] | None = None
    employee_id: int | None = None

    @classmethod
    def of(cls, request: Subscribe) -> "Subscription":
        """Build the subscription of a client's request."""
        return cls(frozenset(request.events) if request.events is not None else None, request.employee_id)

    def limit(self, events: frozenset[str]) -> "Subscription":
        """Return the subscription to those of these types that it includes."""
        return replace(self, events=events if self.events is None else self.events & events)

    def wants(self, event: FeedEvent | None) -> bool:
        """Return whether the client receives an event. None, a message outside the feed, is always sent."""
        if event is None:
            return True
        if self.events is not None and event.type not in self.events:
            return False
        return self.employee_id is None or _employee_of(event) in {self.employee_id, _NO_EMPLOYEE}


EVERYTHING = Subscription()

MOST_CLIENTS = 2000
"""Clients of one backend that follow the feed."""
MOST_OF_ACCOUNT = 200
"""Clients of one account, so that one account cannot take the places of the others."""
MOST_UNIDENTIFIED = 200
"""Clients whose token has not come yet; above it, the one that has waited longest makes room."""
FULL = Message(
    es="Hay demasiadas conexiones: cierre las que no use y vuelva a conectar.",
    en="There are too many connections: close those not in use and connect again.",
)

_NO_EMPLOYEE = 0
"""Employee of a report event, which is about all; no row has the id 0."""


def _employee_of(event: FeedEvent) -> int | None:
    if isinstance(event, DetectionEvent):
        employee_id: int | None = event.data["employee_id"]
        return employee_id
    return event.employee_id if isinstance(event, AlertEvent) else _NO_EMPLOYEE


class Mailbox:
    """Messages queued for one client. After an overflow it accepts none: a gap must not go unnoticed.

    `displaced`: set where a client without a token has to make room.
    """

    def __init__(self, size: int) -> None:
        self.subscription = EVERYTHING
        self.overflowed = asyncio.Event()
        self.displaced = asyncio.Event()
        self._queue: asyncio.Queue[Envelope] = asyncio.Queue(size)

    def post(self, envelope: Envelope) -> None:
        """Queue a message that the client subscribed to; set `overflowed` where the queue is full."""
        if self.overflowed.is_set() or not self.subscription.wants(envelope.event):
            return
        try:
            self._queue.put_nowait(envelope)
        except asyncio.QueueFull:
            self.overflowed.set()

    @property
    def depth(self) -> int:
        """Number of queued messages."""
        return self._queue.qsize()

    async def take(self) -> Envelope:
        """Wait for the next message and remove it."""
        return await self._queue.get()


class Hub:
    """The clients that follow the feed live. For the event loop's thread only, except `is_followed`.

    `position`: of the feed, up to which events were published; a client that joins gets everything after it.
    """

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self.published_at = -math.inf
        """Time of the last batch on the monotonic clock, in seconds."""
        self.connected = 0
        self.dropped = 0
        self._mailboxes: set[Mailbox] = set()
        self._unidentified: dict[Mailbox, None] = {}
        self._admitted: dict[Mailbox, str | None] = {}

    def await_token(self, mailbox: Mailbox) -> None:
        """Count a client that has to send a token; the one that has waited longest makes room if there are too many."""
        self._unidentified[mailbox] = None
        if len(self._unidentified) > MOST_UNIDENTIFIED:
            oldest = next(iter(self._unidentified))
            del self._unidentified[oldest]
            oldest.displaced.set()

    def admit(self, mailbox: Mailbox, account: str | None) -> None:
        """Give a client its place. `account`: of its token, None without one. Raises Unavailable where none is left."""
        self._unidentified.pop(mailbox, None)
        of_account = sum(name == account for name in self._admitted.values()) if account is not None else 0
        if len(self._admitted) >= MOST_CLIENTS or of_account >= MOST_OF_ACCOUNT:
            raise Unavailable(FULL)
        self._admitted[mailbox] = account

    def is_admitted(self, mailbox: Mailbox) -> bool:
        """Return whether a client has a place."""
        return mailbox in self._admitted

    @property
    def is_followed(self) -> bool:
        """Whether any client follows the feed. Safe from any thread."""
        return bool(self._mailboxes)

    def longest_queue(self) -> int:
        """Return the number of messages queued for the slowest client. Safe from any thread."""
        return max((mailbox.depth for mailbox in tuple(self._mailboxes)), default=0)

    def join(self, mailbox: Mailbox) -> int:
        """Start posting published messages to a mailbox; return the position it starts after."""
        self._mailboxes.add(mailbox)
        return self.position

    def leave(self, mailbox: Mailbox) -> None:
        """Stop posting to a mailbox, and free its client's place."""
        self._mailboxes.discard(mailbox)
        self._unidentified.pop(mailbox, None)
        self._admitted.pop(mailbox, None)

    def skip_to(self, position: int) -> bool:
        """Move on without publishing; return False where a client follows the feed and needs the events."""
        if self._mailboxes:
            return False
        self.position = position
        return True

    async def publish(self, batch: Batch) -> None:
        """Post each event to every client.

        Other tasks run between two events, so that however much is committed at once, only a client that does not
        read falls behind.
        """
        self.published_at = time.monotonic()
        for envelope in batch.envelopes:
            self.position = envelope.event_id or self.position
            self.broadcast(envelope)
            await asyncio.sleep(0)
        self.position = batch.position

    def broadcast(self, envelope: Envelope) -> None:
        """Post a message to every client."""
        for mailbox in self._mailboxes:
            mailbox.post(envelope)


class HubBridge:
    """Entry to the hub for the feed reader's thread: calls run in the event loop, and the thread waits for them."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self._hub, self._loop = hub, loop

    def publish(self, batch: Batch) -> None:
        """Post each event to every client."""
        asyncio.run_coroutine_threadsafe(self._hub.publish(batch), self._loop).result()

    def skip_to(self, position: int) -> bool:
        """Move on without publishing; return False where a client follows the feed."""
        if self._hub.is_followed:
            return False

        async def skip() -> bool:
            return self._hub.skip_to(position)

        return asyncio.run_coroutine_threadsafe(skip(), self._loop).result()
