"""The hub: every message goes once into the bounded mailbox of each client that follows the feed."""

import asyncio
import math
import time
from dataclasses import dataclass

from stressvision.api.websocket.subscription import EVERYTHING
from stressvision.wire.events import FeedEvent


@dataclass(frozen=True)
class Envelope:
    """One message, serialised once for all clients. `event_id` and `event` are None for what is not of the feed."""

    text: str
    event_id: int | None = None
    event: FeedEvent | None = None


@dataclass(frozen=True)
class Batch:
    """Events that follow each other. `position`: where the feed goes on after them."""

    envelopes: tuple[Envelope, ...]
    position: int


class Mailbox:
    """What waits to be sent to one client. Once it overflows it takes nothing more: a gap must not go unnoticed."""

    def __init__(self, size: int) -> None:
        self.subscription = EVERYTHING
        self.overflowed = asyncio.Event()
        self._waiting: asyncio.Queue[Envelope] = asyncio.Queue(size)

    def post(self, envelope: Envelope) -> None:
        if self.overflowed.is_set() or not self.subscription.wants(envelope.event):
            return
        try:
            self._waiting.put_nowait(envelope)
        except asyncio.QueueFull:
            self.overflowed.set()

    @property
    def depth(self) -> int:
        """Messages that wait."""
        return self._waiting.qsize()

    async def take(self) -> Envelope:
        return await self._waiting.get()


class Hub:
    """The clients that follow the feed live. Used from the event loop's thread only, but for `is_followed`.

    `position` is where the feed stands that was handed out; a client that joins gets everything after it.
    """

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self.published_at = -math.inf
        """On the monotonic clock, in seconds."""
        self.connected = 0
        self.dropped = 0
        self._following: set[Mailbox] = set()

    @property
    def is_followed(self) -> bool:
        return bool(self._following)

    def longest_queue(self) -> int:
        """Messages that wait for the client furthest behind. From any thread."""
        return max((mailbox.depth for mailbox in tuple(self._following)), default=0)

    def join(self, mailbox: Mailbox) -> int:
        """From now on the mailbox receives what is published; returns the position that it starts after."""
        self._following.add(mailbox)
        return self.position

    def leave(self, mailbox: Mailbox) -> None:
        self._following.discard(mailbox)

    def pass_over(self, position: int) -> bool:
        """Moves on without handing anything out; False where somebody follows, who must get it."""
        if self._following:
            return False
        self.position = position
        return True

    async def publish(self, batch: Batch) -> None:
        """Hands each event to every client.

        Between two events every client that can be written to has its turn, so that however much is
        committed at once, only a client that does not read falls behind.
        """
        self.published_at = time.monotonic()
        for envelope in batch.envelopes:
            self.position = envelope.event_id or self.position
            self.broadcast(envelope)
            await asyncio.sleep(0)
        self.position = batch.position

    def broadcast(self, envelope: Envelope) -> None:
        for mailbox in self._following:
            mailbox.post(envelope)
