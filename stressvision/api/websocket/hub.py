"""The hub: each message is posted once to the bounded mailbox of every client that follows the feed."""

import asyncio
import math
import time
from dataclasses import dataclass

from stressvision.api.websocket.subscription import EVERYTHING
from stressvision.wire.events import FeedEvent


@dataclass(frozen=True)
class Envelope:
    """One message, serialised once for all clients. `event_id` and `event`: None for messages outside the feed."""

    text: str
    event_id: int | None = None
    event: FeedEvent | None = None


@dataclass(frozen=True)
class Batch:
    """Consecutive events. `position`: of the feed after them."""

    envelopes: tuple[Envelope, ...]
    position: int


class Mailbox:
    """Messages queued for one client. After an overflow it accepts none: a gap must not go unnoticed."""

    def __init__(self, size: int) -> None:
        self.subscription = EVERYTHING
        self.overflowed = asyncio.Event()
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
        """Stop posting to a mailbox."""
        self._mailboxes.discard(mailbox)

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
